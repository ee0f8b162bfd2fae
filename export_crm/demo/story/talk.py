from datetime import timedelta

from odoo import Command

from . import script
from .teller import QUIET, Teller


class Talk(Teller):
    def _load_talk(self):
        """Messages, calls, inquiries and things to do."""
        demo = self.with_company(self._company("main")).with_context(**QUIET)
        demo._load_messages([talk for talk in script.TALKS if talk.who != "call"])
        demo._load_calls([talk for talk in script.TALKS if talk.who == "call"])
        demo._load_leads()
        demo._load_todo()

    def _forget_creation(self):
        """Take out "Contact created" of today: these are customers of old."""
        keys = {customer.key for customer in script.CUSTOMERS}
        partners = [self._customer(key).id for key in keys]
        self.env["mail.message"].search(
            [("model", "=", "res.partner"), ("res_id", "in", partners)]
        ).unlink()

    def _load_messages(self, talks):
        """Write mails of both sides into the customers' chatter."""
        vals_list = []
        for number, talk in enumerate(talks):
            partner = self._customer(talk.key)
            contact = self._ref(f"contact_{talk.key}")
            us = partner.user_id.partner_id
            author, reader = (contact, us) if talk.who == "in" else (us, contact)
            vals_list.append(
                {
                    "model": "res.partner",
                    "res_id": partner.id,
                    "message_type": "email" if talk.who == "in" else "comment",
                    "subtype_id": self._ref("mail.mt_comment").id,
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "partner_ids": [Command.link(reader.id)],
                    "body": talk.text,
                    "date": self._moment(talk.ago, 16, number % 60),
                }
            )
        self.env["mail.message"].create(vals_list)

    def _load_calls(self, talks):
        """Log calls that were made: activities marked done in the past."""
        for talk in talks:
            partner = self._customer(talk.key)
            call = self._activity(
                partner, "mail.mail_activity_data_call", "Call", talk.ago
            )
            messages, _attachments = call._action_done(feedback=talk.text)
            messages.date = self._moment(talk.ago)
            call.date_done = self._day(talk.ago)

    def _load_todo(self):
        for key, summary, days in script.TODO:
            partner = self._customer(key)
            self._activity(partner, "mail.mail_activity_data_todo", summary, -days)

    def _activity(self, partner, kind, summary, ago):
        return (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": partner.id,
                    "activity_type_id": self._ref(kind).id,
                    "summary": summary,
                    "user_id": partner.user_id.id,
                    "date_deadline": self._day(ago),
                }
            )
        )

    def _load_leads(self):
        leads = self.env["crm.lead"].create([self._lead_vals(x) for x in script.LEADS])
        dates = {
            lead.id: self._moment(plan.ago)
            for lead, plan in zip(leads, script.LEADS, strict=True)
        }
        self._backdate("crm.lead", {"create_date": dates})

    def _lead_vals(self, plan):
        partner = self._customer(plan.key)
        return {
            "name": plan.name,
            "type": "opportunity",
            "partner_id": partner.id,
            "user_id": partner.user_id.id,
            "stage_id": self._ref(plan.stage).id,
            "expected_revenue": plan.revenue,
            "date_deadline": self._day(0) + timedelta(days=45),
        }
