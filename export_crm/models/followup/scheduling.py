from datetime import timedelta

import pytz

from odoo import api, fields, models

from ...tools.followup import followup as calc


class ExportCrmFollowup(models.Model):
    """Shortly before a step is due: one contact out of several, activity."""

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
        self._watch_scheduled(company, whose)
        self._end_feasts(company, whose, as_of)
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

    # === CONTACTS === #

    def _make_contacts(self, company):
        """Make one activity per contact; steps close together share one."""
        mains = self.filtered("clock")
        for row in mains:
            row.main_id = False
        rest = self - mains
        standing = rest._standing(company)
        mains = self.browse().union(
            mains,
            *(
                rows._coalesce(company, standing.get(partner, self.browse()))
                for partner, rows in rest.grouped("partner_id").items()
            ),
        )
        hours, lines = mains._local_hours(company), mains._team_lines()
        for row in mains:
            row.user_id = row._responsible(lines=lines)
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

    def _standing(self, company):
        """Return ``{customer: contacts that are to do}`` of these rows' customers."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "scheduled"),
                ("clock", "=", False),
                ("main_id", "=", False),
                ("activity_id", "!=", False),
            ]
        ).grouped("partner_id")

    def _coalesce(self, company, standing):
        """Put the rows of one customer into contacts; return the main rows.

        A contact that is to do already takes in what is due within three days of it.

        :param standing: the contacts with the customer that are to do
        """
        days = company.export_followup_coalesce_days
        rest = hosts = self.browse()
        for row in self:
            host = next(
                (other for other in standing if other._is_near(row, days)), None
            )
            if host:
                row._join(host)
                hosts |= host
            else:
                rest += row
        hosts._tell_activity()
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

    def _part_from_contacts(self):
        """Take steps out of shared contacts from which they are too far by now."""
        far = self.browse()
        for main in self.main_id | self.filtered("member_ids"):
            days = main.company_id.export_followup_coalesce_days
            far += main.member_ids.filtered(
                lambda row, main=main, days=days: row.state == "scheduled"
                and not main._is_near(row, days)
            )
        mains = far.main_id
        far.write({"state": "planned", "activity_id": False, "main_id": False})
        mains._tell_activity()

    def _plan_where_contact_is(self, channel=False):
        """Plan contacts that are to do for their days, in the hours of whom we contact.

        :param channel: take that person's channel, too, where the step has none
        """
        rows = self.filtered(lambda row: not row.clock)
        hours = rows._local_hours(rows.company_id[:1])
        for row in rows:
            contact = row.contact_id or row.partner_id
            working = bool(row.trigger) and row.trigger != "occasion"
            row._plan_for(row.planned_date, working, hours.get(contact.id))
            if not row.main_id and row.activity_id.date_deadline != row.planned_date:
                row.activity_id.date_deadline = row.planned_date
        for row in self if channel else ():
            if not row.template_id.export_channel:
                row.channel = (row.contact_id or row.partner_id).export_channel

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
        known = rows._what_to_say()
        # The ledger's own page tells people; a night's work sends no mail.
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create([row._activity_values(known) for row in rows])
        )
        for row, activity in zip(rows, activities, strict=True):
            (row + row.member_ids).write(
                {
                    "state": "scheduled",
                    "activity_id": activity.id,
                    "activity_ref": activity.id,
                    "user_id": row.user_id.id,
                    "said": row._said(known),
                }
            )

    def _activity_values(self, known=None):
        self.ensure_one()
        row = self.with_context(lang=self.user_id.lang or self.env.lang)
        record = self._activity_record()
        names = [step.name for step in row._steps()]
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
            "note": row._script_html(known),
            "user_id": self.user_id.id,
            "date_deadline": self.planned_date,
            "automated": True,
        }
