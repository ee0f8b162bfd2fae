from datetime import timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import followup as calc


class ExportCrmFollowup(models.Model):
    """Shortly before a step is due: gates, one contact out of several, activity."""

    _inherit = "export.crm.followup"

    @api.model
    def _step_contact(self, company, partner_ids, as_of):
        """Turn the steps of a batch of customers that are due soon into activities.

        :param partner_ids: commercial customers; None: inquiries of none
        :param date as_of: today where the company is
        :return: the rows that are to do now
        """
        whose = (
            [("partner_id", "=", False)]
            if partner_ids is None
            else [("partner_id", "in", list(partner_ids))]
        )
        horizon = as_of + timedelta(days=company.export_followup_ahead_days)
        self._heal_scheduled(company, whose)
        self._skip_too_late(company, partner_ids, as_of)
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "planned"),
                *whose,
                "|",
                ("clock", "=", True),
                ("planned_date", "<=", horizon),
            ],
            order="planned_date, id",
        )
        if rows:
            rows = rows.with_company(company)._pass_gates(company, as_of)
            rows._make_contacts(company)
        return rows

    # === GATES === #

    def _pass_gates(self, company, as_of):
        """Return the rows that may be made now; the others are skipped or wait."""
        passed = self - self._defer_for_claims(company, as_of)
        passed -= passed._skip_without_document()
        passed -= passed._skip_without_contact()
        passed._mark_on_hold(company)
        return passed

    @api.model
    def _skip_too_late(self, company, partner_ids, as_of):
        """Skip what was found long after its time: no flood, ever."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_followup
                   SET state = 'skipped', reason = 'too_late',
                       write_date = timezone('UTC', now())
                 WHERE company_id = %s AND %s AND state = 'planned'
                   AND planned_date < %s AND NOT COALESCE(deferred, FALSE)
                """,
                company.id,
                SQL("partner_id IS NULL")
                if partner_ids is None
                else SQL("partner_id = ANY(%s)", list(partner_ids)),
                as_of - timedelta(days=company.export_followup_late_days),
            )
        )
        self.invalidate_model(["state", "reason"])

    def _defer_for_claims(self, company, as_of):
        """Let contacts wait while the customer has an open claim.

        When it is closed they are made on the next day. Response times run on:
        they are about the customer's own questions.
        """
        open_claims = self._partners_with_open_claim(company, self.partner_id)
        waiting = self.filtered(
            lambda row: row.partner_id in open_claims and not row.clock
        )
        waiting.filtered(lambda row: not row.deferred).deferred = True
        for row in (self - waiting).filtered("deferred"):
            row.deferred = False
            row._plan_for(max(row.planned_date, as_of + timedelta(days=1)))
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
        lonely = self.browse()
        for row in self.filtered("partner_id"):
            contact = row._resolve_contact()
            if not contact:
                lonely += row
            elif contact != row.contact_id:
                row.contact_id = contact
        lonely._close("skipped", "no_contact")
        return lonely

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
        held.filtered(lambda row: not row.on_hold).on_hold = True
        (self - held).filtered("on_hold").on_hold = False

    # === CONTACTS === #

    def _make_contacts(self, company):
        """Make one activity per contact; steps close together share one."""
        mains = self.filtered("clock")
        for row in mains:
            row.main_id = False
        for partner, rows in (self - mains).grouped("partner_id").items():
            mains += rows._coalesce(company, partner)
        hours = mains._local_hours(company)
        for row in mains:
            row.user_id = row._responsible()
            if not row.clock:
                row._plan_for(
                    row.planned_date,
                    row.trigger != "occasion",
                    hours.get((row.contact_id or row.partner_id).id),
                )
            if not row.channel:
                row.channel = (row.contact_id or row.partner_id).export_channel
        mains._create_activities()

    def _local_hours(self, company):
        """Return ``{contact id: LocalHours}`` of these rows, looked up together."""
        if not self:
            return {}
        contacts = self.contact_id | self.partner_id
        first = fields.Datetime.to_datetime(min(self.mapped("planned_date")))
        return contacts.with_company(company)._export_hours(first)

    def _coalesce(self, company, partner):
        """Put the rows of one customer into contacts; return the main rows.

        A contact that is to do already takes in what is due within three days of it.
        """
        days = company.export_followup_coalesce_days
        standing = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", partner.id),
                ("state", "=", "scheduled"),
                ("clock", "=", False),
                ("main_id", "=", False),
                ("activity_id", "!=", False),
            ]
        )
        rest = self.browse()
        for row in self:
            host = next(
                (other for other in standing if other._is_near(row, days)), None
            )
            if host:
                row._join(host)
            else:
                rest += row
        mains = self.browse()
        for cluster in calc.clusters(rest.mapped("planned_date"), days):
            rows = mains.browse().union(*(rest[position] for position in cluster))
            rows[0].main_id = False
            mains += rows[0]
            rows[1:].main_id = rows[0]
        return mains

    def _is_near(self, row, days):
        return abs((row.planned_date - self.planned_date).days) <= days

    def _join(self, host):
        """Make these steps in a contact that is to do already."""
        self.write(
            {
                "main_id": host.id,
                "state": "scheduled",
                "activity_id": host.activity_id.id,
                "activity_ref": host.activity_id.id,
                "user_id": host.user_id.id,
            }
        )
        host.activity_id.note = host._script_html()

    def _plan_for(self, day, working=False, hours=None):
        """Plan one row for a local day of its contact, in working hours there.

        :param working: for the next working day there if that one is off
        """
        self.ensure_one()
        contact = self.contact_id or self.partner_id
        begin, end = contact._export_followup_window(
            self.company_id, day, working, hours
        )
        zone = self._contact_zone()
        day = pytz.utc.localize(begin).astimezone(zone).date()
        self.write({"planned_date": day, "window_at": begin, "due_at": end})

    def _create_activities(self):
        """Create the activities of these main rows, without mails to the assigned."""
        if not self:
            return
        rows = self.filtered(lambda row: row._activity_record())
        customers = self._customers(self.company_id[:1], self.partner_id.ids)
        usages = rows._usages(self.company_id[:1])
        # The ledger's own page tells people; a night's work sends no mail.
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create([row._activity_values(customers, usages) for row in rows])
        )
        for row, activity in zip(rows, activities, strict=True):
            (row + row.member_ids).write(
                {
                    "state": "scheduled",
                    "activity_id": activity.id,
                    "activity_ref": activity.id,
                    "user_id": row.user_id.id,
                }
            )

    def _activity_values(self, customers=None, usages=None):
        self.ensure_one()
        row = self.with_context(lang=self.user_id.lang or self.env.lang)
        record = self._activity_record()
        names = [member.name for member in row + row.member_ids]
        who = self.contact_id or self.partner_id
        activity_type = self.template_id.activity_type_id or self.env.ref(
            "mail.mail_activity_data_todo"
        )
        return {
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "activity_type_id": activity_type.id,
            "summary": " + ".join(names)
            + (f" · {who.display_name}" if record != who and who else ""),
            "note": row._script_html(customers, usages),
            "user_id": self.user_id.id,
            "date_deadline": self.planned_date,
            "automated": True,
        }

    # === WHAT TO SAY === #

    def _script_html(self, customers=None, usages=None):
        """Return questions, material and preferences for the contact (HTML).

        :param customers: ``{partner id: Customer}``, where they are known already
        :param usages: ``{partner id: Usage}``, likewise
        """
        self.ensure_one()
        parts = []
        for row in self + self.member_ids:
            template = row.template_id
            script = template.export_script
            if row.on_hold and template.export_hold_script:
                script = template.export_hold_script
            if self.member_ids and script:
                parts.append(Markup("<p><b>%s</b></p>") % row.name)
            parts.append(script or Markup(""))
        parts.append(self._usage_html(usages))
        if self.on_hold:
            warning = self.env._(
                "The customer is on credit hold: offer nothing, take no order; speak "
                "about the open invoices and the goods."
            )
            parts.insert(0, Markup("<p><b>%s</b></p>") % warning)
        elif self.partner_id:
            parts.append(self._material_html(customers))
        parts.append(self._preferences_html())
        return Markup("").join(parts)

    def _material_html(self, customers):
        if customers is None:
            customers = self._customers(self.company_id, self.partner_id.ids)
        customer = customers.get(self.partner_id.id, calc.Customer())
        contents = self.env["export.crm.followup.content"]._for_contact(
            self.company_id, self.trigger, customer
        )
        items = [
            Markup("<li><b>%s</b> %s</li>") % (content.name, content.body)
            for content in contents
        ]
        return Markup("<ul>%s</ul>") % Markup("").join(items) if items else Markup("")

    def _preferences_html(self):
        """Return what is good to know about the person."""
        # sudo: shown to whoever makes the contact
        text = self.contact_id.sudo().export_preferences
        return Markup("<p>%s</p>") % text if text else Markup("")

    # === HEALING === #

    @api.model
    def _heal_scheduled(self, company, whose):
        """Bring open contacts in line with what happened behind the ledger's back.

        A responsible who has gone hands over; an activity that was removed by SQL
        or with its document counts as cancelled, and is not made again.
        """
        rows = self.search(
            [("company_id", "=", company.id), ("state", "=", "scheduled"), *whose]
        )
        rows.filtered(lambda row: not row.activity_id)._close("cancelled", "user")
        rows = rows.filtered(lambda row: row.state == "scheduled")
        rows.filtered(lambda row: not row.activity_id.active)._finish("reached")
        left = rows.filtered(
            lambda row: row.state == "scheduled"
            and not (row.user_id.active and row.activity_id.user_id.active)
        )
        left._hand_over()
