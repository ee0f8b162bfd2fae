from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class ExportCrmFollowup(models.Model):
    """Gates: what must be so when a contact is made, and until it is made."""

    _inherit = "export.crm.followup"

    def _pass_gates(self, company, as_of):
        """Return the rows that may be made now; the others are skipped or wait."""
        passed = self - self._defer_for_claims(company, as_of)
        passed = passed.filtered(lambda row: row.state == "planned")
        passed -= passed._skip_without_document()
        passed -= passed._skip_without_contact()
        passed._mark_on_hold(company)
        return passed

    @api.model
    def _skip_too_late(self, company, partner_ids, as_of):
        """Skip what was found long after its time: no flood, ever.

        Steps of plans that are switched off, or deleted, end, too.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS (
                    SELECT followup.id,
                           followup.trigger IS NOT NULL
                           AND (plan.active IS NOT TRUE
                                OR plan.export_trigger IS DISTINCT FROM followup.trigger
                                OR plan.company_id <> followup.company_id) AS off,
                           (followup.planned_date < %s
                            -- nobody is greeted in the middle of a feast
                            OR (followup.feast_id IS NOT NULL
                                AND followup.planned_date < %s
                                AND followup.anchor_date <= %s))
                           AND NOT COALESCE(followup.deferred, FALSE) AS late
                      FROM export_crm_followup followup
                 LEFT JOIN mail_activity_plan_template step
                        ON step.id = followup.template_id
                 LEFT JOIN mail_activity_plan plan ON plan.id = step.plan_id
                     WHERE followup.company_id = %s AND %s
                       AND followup.state = 'planned'
                )
                UPDATE export_crm_followup followup
                   SET state = CASE WHEN judged.off THEN 'cancelled'
                                    ELSE 'skipped' END,
                       reason = CASE WHEN judged.off THEN 'plan_off'
                                     ELSE 'too_late' END,
                       deferred = FALSE, write_date = timezone('UTC', now())
                  FROM judged
                 WHERE followup.id = judged.id AND (judged.off OR judged.late)
                """,
                as_of - timedelta(days=company.export_followup_late_days),
                as_of,
                as_of,
                company.id,
                SQL("partner_id IS NULL")
                if partner_ids is None
                else SQL("partner_id = ANY(%s)", list(partner_ids)),
            )
        )
        self.invalidate_model(["state", "reason", "deferred"])

    @api.model
    def _end_feasts(self, company, whose, as_of):
        """End greetings that are still to do when the feast is over."""
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "scheduled"),
                ("feast_id", "!=", False),
                ("anchor_date", "<", as_of),
                *whose,
            ]
        )
        rows.filtered(
            lambda row: not any(
                days.date_from <= row.anchor_date and as_of <= days.date_to
                for days in row.feast_id.date_ids
            )
        )._close("skipped", "too_late")

    # === CLAIMS === #

    def _defer_for_claims(self, company, as_of):
        """Let contacts wait while the customer has an open claim.

        When it is closed they are made on the next day; a feast that has passed
        meanwhile is not. Response times run on: they are about the customer's own
        questions.
        """
        open_claims = self._partners_with_open_claim(company, self.partner_id)
        waiting = self.filtered(
            lambda row: row.partner_id in open_claims and not row.clock
        )
        waiting.filtered(lambda row: not row.deferred).deferred = True
        released = (self - waiting).filtered("deferred")
        past = released.filtered(
            lambda row: row.trigger == "occasion"
            and (row.planned_date < as_of or row.feast_id and row.anchor_date <= as_of)
        )
        past._close("skipped", "too_late")
        for row in released - past:
            row.deferred = False
            tomorrow = as_of + timedelta(days=1)
            # Before a feast today is the last day.
            row._plan_for(
                row.planned_date if row.feast_id else max(row.planned_date, tomorrow)
            )
        return waiting

    @api.model
    def _partners_with_open_claim(self, company, partners):
        """Return those of the customers that have an open claim in the company."""
        # sudo: a claim counts whoever handles it
        claims = self.env["export.crm.claim"].sudo()
        groups = claims._read_group(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", partners.ids),
                ("is_open", "=", True),
            ],
            ["commercial_partner_id"],
        )
        return partners.browse([partner.id for [partner] in groups])

    def _withdraw(self):
        """Take contacts back that are to do already; they wait from now on."""
        activities = self.activity_id
        self.write(
            {
                "state": "planned",
                "deferred": True,
                "activity_id": False,
                "main_id": False,
            }
        )
        self._drop_activities(activities)

    # === DOCUMENT AND PEOPLE === #

    def _skip_without_document(self):
        """Skip rows whose document was deleted."""
        gone = self.browse()
        for model, rows in self.grouped("res_model").items():
            there = set()
            if model in self.env:
                there = set(self.env[model].browse(rows.mapped("res_id")).exists().ids)
            gone += rows.filtered(lambda row, there=there: row.res_id not in there)
        gone._close("skipped", "gone")
        return gone

    def _skip_without_contact(self):
        """Choose whom to contact; skip where nobody is left."""
        rows, lonely = self.filtered("partner_id"), self.browse()
        # All of them at once: asked one by one, each costs a statement.
        people = rows.partner_id + rows.partner_id.child_ids + rows.contact_id
        people.fetch(["active", "is_company", "type", "export_contact_role"])
        people.mapped("is_blacklisted")
        people.mapped("export_tz")  # and what else we keep of them
        for row in rows:
            contact = row._resolve_contact()
            if not contact:
                lonely += row
            elif contact != row.contact_id:
                row.contact_id = contact
        lonely._close("skipped", "no_contact")
        return lonely

    # === CREDIT HOLD === #

    def _mark_on_hold(self, company):
        """Note who is on credit hold: the contact uses another script then."""
        # sudo: a hold counts whoever may see it
        holds = self.env["export.crm.credit.hold"].sudo()
        blocked = {
            partner_id
            for partner_id, _company in holds._blocking_ids(
                [(partner.id, company.id) for partner in self.partner_id]
            )
        }
        held = self.filtered(lambda row: row.partner_id.id in blocked)
        caught = held.filtered(lambda row: not row.on_hold)
        freed = (self - held).filtered("on_hold")
        caught.on_hold = True
        freed.on_hold = False

    # === UNTIL IT IS MADE === #

    @api.model
    def _watch_scheduled(self, company, whose):
        """Bring contacts that are to do in line with what has happened since.

        An activity that was removed by SQL or with its document counts as
        cancelled, and is not made again. A claim takes the contact back, a hold
        changes what is said, a person who is gone is replaced, on either side.
        What people have planned themselves is theirs: only what is said follows.
        """
        rows = self.search(
            [("company_id", "=", company.id), ("state", "=", "scheduled"), *whose]
        )
        rows.filtered(lambda row: not row.activity_id)._close("cancelled", "user")
        rows = rows.filtered(lambda row: row.state == "scheduled")
        rows.filtered(lambda row: not row.activity_id.active)._finish("reached")
        rows = rows.filtered(lambda row: row.state == "scheduled")
        rows -= rows._withdraw_for_claims(company)
        changed = rows._replace_contacts()
        rows = rows.filtered(lambda row: row.state == "scheduled")
        rows._plan_where_places_are()
        rows._mark_on_hold(company)
        changed += rows._said_otherwise()
        rows.filtered(
            lambda row: not (
                row._can(row.user_id) and row._can(row.activity_id.user_id)
            )
        )._hand_over()
        (changed.main_id + changed.filtered(lambda r: not r.main_id))._tell_activity()

    def _withdraw_for_claims(self, company):
        rows = self.filtered(lambda row: row.trigger and not row.clock)
        claiming = self._partners_with_open_claim(company, rows.partner_id)
        waiting = rows.filtered(lambda row: row.partner_id in claiming)
        waiting._withdraw()
        return waiting

    def _replace_contacts(self):
        """Choose somebody else where the contact is archived, on the blacklist, or
        works for another customer by now, in that one's hours and channel.

        :return: the rows with another contact
        """
        gone = self.filtered(
            lambda row: row.partner_id
            and row.contact_id
            and (
                not row.contact_id.active
                or (row.contact_id.is_blacklisted and not row.clock)
                or (row.trigger and not (row.clock or row.partner_id.active))
                or row.contact_id.commercial_partner_id != row.partner_id
            )
        )
        found = gone - gone._skip_without_contact()
        found._plan_where_contact_is(channel=True)
        return found

    @api.model
    def _leave_archived(self, partners):
        """Have what is to do with contacts who are archived go to others, at once.

        :param res.partner partners: contacts, or customers with all that is to do
        """
        # sudo: whoever archives a contact may not see what is planned with it
        rows = self.sudo().search(
            [
                ("state", "=", "scheduled"),
                *("|", ("contact_id", "in", partners.ids)),
                ("partner_id", "in", partners.ids),
            ]
        )
        for company_rows in rows.grouped("company_id").values():
            changed = company_rows._replace_contacts()
            (
                changed.main_id | changed.filtered(lambda r: not r.main_id)
            )._tell_activity()

    @api.model
    def _follow_places(self, partners):
        """Move what is to do into the working hours of where contacts are by now.

        :param res.partner partners: whose place or hours have changed; those of a
            customer are its contacts', too, where they have none of their own
        """
        # sudo: whoever moves a contact may not see what is planned with it
        rows = self.sudo().search(
            [
                ("state", "=", "scheduled"),
                *("|", ("contact_id", "in", partners.ids)),
                ("partner_id", "in", partners.ids),
            ]
        )
        for company_rows in rows.grouped("company_id").values():
            company_rows._plan_where_places_are()

    def _plan_where_places_are(self):
        """Plan anew those contacts whose hours are not those of their day any more.

        What people have planned for a day off stays there, unless the place moves.
        """
        rows = self.filtered(lambda row: not row.clock)
        if not rows:
            return
        hours = rows._local_hours(rows.company_id[:1])
        moved = self.browse()
        for row in rows:
            place = hours.get((row.contact_id or row.partner_id).id)
            window = row.window_at, row.due_at
            if place and place.window(row.planned_date) != window:
                moved += row
        moved._plan_where_contact_is()
