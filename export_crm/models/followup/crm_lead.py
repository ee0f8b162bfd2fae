from odoo import api, fields, models


class CrmLead(models.Model):
    """An inquiry, and how soon it is answered."""

    _inherit = "crm.lead"

    export_first_reply_at = fields.Datetime(
        string="First Reply", readonly=True, copy=False, index="btree_not_null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Start the response time of inquiries at once."""
        leads = super().create(vals_list)
        leads._export_plan_followups()
        return leads

    def write(self, vals):
        """Let inquiries that are lost, found again or assigned be followed."""
        if "user_id" in vals:
            domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
            with self.env["export.crm.followup"]._following_people(domain):
                result = super().write(vals)
        else:
            result = super().write(vals)
        if {"active", "partner_id", "user_id"} & set(vals):
            self._export_plan_followups()
        return result

    def _merge_dependences(self, opportunities):
        """Measure what several inquiries have asked once."""
        self.env["export.crm.followup"]._merge_inquiries(self, opportunities)
        return super()._merge_dependences(opportunities)

    def _compute_export_answer_by(self):
        """Show the moment by which the ledger wants the first answer."""
        result = super()._compute_export_answer_by()
        # sudo: until when to answer is no secret
        rows = (
            self.sudo()
            .env["export.crm.followup"]
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("node", "=", "first_reply"),
                ]
            )
        )
        due = {row.res_id: row.due_at for row in rows}
        for lead in self:
            lead.export_answer_by = due.get(lead.id, lead.export_answer_by)
        return result

    def message_post(self, **kwargs):
        """Note the first answer that goes to the customer."""
        message = super().message_post(**kwargs)
        if self._export_is_reply(message, bool(kwargs.get("parent_id"))):
            # sudo: whoever may write to the customer has answered
            self.sudo()._export_replied(message.date)
        return message

    def _export_is_reply(self, message, answers=False):
        """Tell whether a message is our first answer to the customer.

        A colleague's mail counts where it answers another one: the first mail of an
        inquiry that a colleague forwards is the customer's.

        :param answers: the message answers another one
        """
        author = message.author_id
        kinds = ("comment", "email_outgoing") + (("email",) if answers else ())
        return (
            len(self) == 1
            and not self.export_first_reply_at
            and message.message_type in kinds
            and not message.subtype_id.internal
            # sudo: which authors are colleagues is not the writer's secret
            and any(not user.share for user in author.sudo().user_ids)
        )

    def _export_replied(self, when):
        # sudo: the moment is the system's to note
        self.sudo().export_first_reply_at = when
        self._export_plan_followups()

    def _export_company(self):
        place = self.company_id or self.user_id.company_id or self.create_uid.company_id
        return place._export_root()

    def _export_plan_followups(self):
        """Plan, move or end the response times of these inquiries."""
        # sudo: the ledger is the engine's
        ledger = self.sudo().env["export.crm.followup"]
        for company, leads in (
            self.sudo().grouped(lambda lead: lead._export_company()).items()
        ):
            if company and company.export_go_live_date:
                ledger._plan_leads(company, leads)
        # Until when to answer was told before the ledger knew.
        self.invalidate_recordset(["export_answer_by"])


class ExportCrmFollowup(models.Model):
    _inherit = "export.crm.followup"

    @api.model
    def _plan_leads(self, company, leads):
        """Plan what some inquiries call for, at the event itself."""
        matchers = self.env["mail.activity.plan.template"]._export_matchers(company)
        if "inquiry_received" not in matchers:
            return
        rows = self.search(
            [("res_model", "=", leads._name), ("res_id", "in", leads.ids)]
        )
        for row in rows:
            lead = leads.filtered(lambda lead, row=row: lead.id == row.res_id)
            if row.partner_id != lead.partner_id.commercial_partner_id:
                row.partner_id = lead.partner_id.commercial_partner_id
                row.contact_id = lead.partner_id
        self.env.flush_all()
        events = self._events_inquiries(company, None, leads.ids)
        partner_ids = [event.partner_id for event in events if event.partner_id]
        customers = self._customers(company, partner_ids)
        today = company._export_today()
        for whose in filter(None, (partner_ids, [None])):
            chosen = [e for e in events if (e.partner_id or None) in whose]
            pairs = self._matching(chosen, matchers, customers)
            if pairs:
                self._apply(
                    company, whose if whose[0] else None, pairs, customers, today
                )
        planned = self.search(
            [
                ("res_model", "=", leads._name),
                ("res_id", "in", leads.ids),
                ("state", "=", "planned"),
                ("clock", "=", True),
            ]
        )
        planned.with_company(company)._pass_gates(company, today)._make_contacts(
            company
        )
        leads.invalidate_recordset(["export_answer_by"], flush=False)
