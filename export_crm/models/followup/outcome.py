from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.followup import followup as calc
from .export_crm_followup import OPEN_STATES, REPLIES

# Step and days of what is proposed after an outcome.
_NEXT = {
    "no_answer": 1,
    "reached": 30,
    "replied": 14,
    "order": 3,
    "problem": 1,
}


class ExportCrmFollowup(models.Model):
    """The end of a contact: outcome in one tap, punctuality, the next step."""

    _inherit = "export.crm.followup"

    # === BUTTONS === #

    def action_reached(self):
        """Log that the customer was reached, and propose the next step."""
        return self._log_outcome("reached")

    def action_replied(self):
        """Log that the customer replied, and propose the next step."""
        return self._log_outcome("replied")

    def action_no_answer(self):
        """Log that nobody answered, and propose another try."""
        return self._log_outcome("no_answer")

    def action_order_expected(self):
        """Log that an order is expected, and propose the next step."""
        return self._log_outcome("order")

    def action_problem(self):
        """Log that the customer has a problem, and propose the next step."""
        return self._log_outcome("problem")

    def action_skip(self):
        """Skip these contacts; they don't come back."""
        self._check_may_act()
        # sudo: the ledger's columns are written by decisions only
        self.sudo()._contact_group()._skip_by_person()

    def _skip_by_person(self):
        self.filtered(lambda row: row.state in OPEN_STATES)._close("skipped", "person")

    def action_mail(self):
        """Open a mail to the contact, from the step's template where it has one."""
        self.ensure_one()
        self.check_access("read")
        record = self._readable_document()
        template = self.template_id.export_mail_template_id
        fits = template and template.model == record._name
        context = {
            "default_model": record._name,
            "default_res_ids": record.ids,
            "default_composition_mode": "comment",
            "default_partner_ids": self.contact_id.ids or self.partner_id.ids,
        }
        if fits:
            context["default_template_id"] = template.id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write a Mail"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def _readable_document(self):
        """Return what the contact is about; its customer where that is another
        branch's, which may not be entered."""
        record = self._activity_record()
        return record if record.has_access("read") else self.partner_id

    def action_open_document(self):
        """Open the document that the contact is about.

        Its customer, where the document is another branch's.
        """
        self.ensure_one()
        record = self._readable_document()
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _check_may_act(self):
        """Whoever may write a contact may close it.

        :raise UserError: it is closed already
        """
        self.check_access("write")
        over = self.filtered(lambda row: row.state not in OPEN_STATES)
        if over:
            raise UserError(
                self.env._("%s: this contact is closed already.", over[0].display_name)
            )

    def _log_outcome(self, outcome):
        self.ensure_one()
        self._check_may_act()
        # sudo: the ledger's columns are written by decisions only
        self.sudo()._finish(outcome)
        self._log_interaction(outcome)
        return self._propose_next(outcome)

    def _log_interaction(self, outcome):
        """Log the contact that was made, as a colleague would by hand.

        A mail is in the chatter already. The activity that the contact was is named:
        it counts once.
        """
        contact = self.contact_id or self.partner_id
        if not contact or self.channel == "email":
            return
        logged = self.env["export.crm.interaction"].create(
            {
                "partner_id": contact.id,
                "company_id": self.company_id.id,
                "channel": self.channel or "phone",
                "answered": outcome in REPLIES,
                "sentiment": "negative" if outcome == "problem" else False,
            }
        )
        # sudo: which activity it was is the system's to note
        logged.sudo().activity_id = self.activity_id

    def _propose_next(self, outcome):
        """Return the dialog that proposes the next step."""
        days = _NEXT.get(outcome)
        day = self.company_id._export_today() + timedelta(days=days)
        again = outcome == "no_answer"
        dialog = self.env["export.crm.followup.next"].create(
            {
                "followup_id": self.id,
                "date": calc.working_day(day, self.country_id.export_weekend or "56"),
                "summary": self.name
                if again
                else self.env._("Come back to %s", self.name),
                "channel": self.channel,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next Step"),
            "res_model": dialog._name,
            "res_id": dialog.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _plan_next(self, summary, day, channel, user):
        """Plan a step that a person wants after this contact; twice makes one.

        :return: the row of the ledger
        """
        self.ensure_one()
        key = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        there = self.search([("company_id", "=", self.company_id.id), *key])
        if there:
            return there
        row = self.create(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "contact_id": self.contact_id.id,
                "order_id": self.order_id.id,
                "res_model": self._name,
                "res_id": self.id,
                "step": "next",
                "title": summary,
                "channel": channel,
                "user_id": user.id,
                "tier_id": self.tier_id.id,
                "planned_date": day,
                "due_at": fields.Datetime.now(),
            }
        )
        row._plan_for(day)
        row._mark_on_hold(self.company_id)
        row._create_activities()
        return row

    # === ENDING === #

    def _finish(self, outcome, note=None, when=None):
        """End these contacts, with all steps that are made in them.

        :param str outcome: see the field
        :param note: what was said
        :param when: moment (naive UTC), now by default
        """
        now = when or fields.Datetime.now()
        group = self._contact_group().filtered(lambda row: row.state in OPEN_STATES)
        for row in group:
            values = {
                "state": "done",
                "outcome": outcome,
                "done_at": now,
                "done_by_id": self.env.uid,
                "deferred": False,
                "on_time": 0.0 if calc.is_late(row.due_at, now, now) else 1.0,
                "replied": float(outcome in REPLIES),
            }
            if note:
                values["note"] = note
            if row.clock or (row.node and row.anchor_at):
                values["taken_hours"] = row._hours_between(
                    row.company_id,
                    row.anchor_at,
                    now,
                    row.template_id.export_working_hours,
                )
            row.write(values)
        activities = group.activity_id.filtered("active")
        if activities:
            labels = dict(self._fields["outcome"]._description_selection(self.env))
            activities.action_feedback(feedback=note or labels[outcome])
        if outcome != "no_answer":
            group._tell_warnings()

    def _tell_warnings(self):
        """Tell the warnings that wanted these contacts that they were made.

        A try that nobody answered wakes nobody up: the next one may.
        """
        for row in self:
            while row.res_model == self._name:
                row = row._document()
            warning = row.res_model == "export.crm.warning" and row._document()
            if warning and warning.state == "open":
                warning.action_done()

    # === WHAT HAPPENS TO THE ACTIVITY === #

    @api.model
    def _of_activities(self, activities):
        """Return the rows that are to do in these activities."""
        # sudo: the ledger follows whoever works with the activity
        return self.sudo().search(
            [("activity_id", "in", activities.ids), ("state", "=", "scheduled")]
        )

    def _activity_cancelled(self):
        """A person removed the activity: the rows are cancelled and stay so."""
        self.write({"state": "cancelled", "reason": "user"})

    def _activity_moved(self, day):
        """A person gave the activity another day: the contact is due then."""
        for row in self.filtered(lambda r: not r.clock and r.planned_date != day):
            row._plan_for(day)
