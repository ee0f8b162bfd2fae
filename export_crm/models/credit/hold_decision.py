from datetime import timedelta

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: When a kept hold is looked at again, unless somebody says otherwise.
REVIEW_DAYS = 14


class ExportCrmCreditHold(models.Model):
    """What a Credit Controller does with a hold, and how it ends."""

    _inherit = "export.crm.credit.hold"

    def action_evaluate(self):
        """Take the hold up: the Controller is looking at it."""
        self._check_blocking()
        self._decide({"state": "evaluating", "user_id": self.env.user.id})
        for hold in self:
            hold._audit("evaluating", self.env._("Evaluation begun."))

    def action_open_keep(self):
        """Open the dialog that keeps the hold, with a review date proposed."""
        self.ensure_one()
        self._check_blocking()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keep %s", self.display_name),
            "res_model": "export.crm.credit.hold.decide",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_hold_ids": self.ids,
                "default_decision": "keep",
                "default_review_date": self._proposed_review(),
            },
        }

    def _proposed_review(self):
        """Return the review date that is set and not over, else one in two weeks."""
        self.ensure_one()
        today = self.company_id._export_today()
        if self.review_date and self.review_date > today:
            return self.review_date
        return today + timedelta(days=REVIEW_DAYS)

    def action_keep(self):
        """Keep the customer on hold until the review date."""
        self._keep()

    def _keep(self, reason=False):
        """Keep customers on hold, each until its review date; answer what was asked.

        :param str reason: read by everybody who hears of it
        :raise UserError: there is no review date, or it is over
        """
        self._check_review_dates()
        self._decide({"state": "kept"})
        bodies = {}
        for hold in self:
            date = format_date(self.env, hold.review_date)
            text = self.env._("Kept on hold until the review on %s.", date)
            hold._audit("kept", text, reason)
            said = self.env._(
                "%(person)s keeps the credit hold until the review on %(date)s.",
                person=self.env.user.name,
                date=date,
            )
            why = Markup("<p>%s</p>") % reason if reason else Markup()
            bodies[hold.id] = Markup("<p>%s</p>%s") % (said, why)
        self._tell(bodies)
        for hold in self:
            date = format_date(self.env, hold.review_date)
            text = self.env._("Kept on hold until the review on %s.", date)
            answer = "\n".join(filter(None, (text, reason)))
            hold.request_ids._end("refused", answer, on_trail=True)
        self._finish_activity(self.env._("Kept on hold."))
        self._ask_controllers()

    def _check_review_dates(self):
        self._check_blocking()
        for hold in self:
            if not hold.review_date:
                raise UserError(
                    self.env._(
                        "Set a review date for %(hold)s before keeping it: nobody "
                        "should be held and forgotten.",
                        hold=hold.display_name,
                    )
                )
            if hold.review_date < hold.company_id._export_today():
                raise UserError(
                    self.env._(
                        "The review of %(hold)s would be over already: choose a day.",
                        hold=hold.display_name,
                    )
                )

    def action_release(self):
        """Open the dialog in which a Credit Controller releases the hold.

        Where one order is in question, with the narrowest scope: that order.
        """
        self.ensure_one()
        self._check_blocking()
        # sudo: which order was asked for is told to whoever decides
        asked = self.sudo().asked_ids.order_id
        order_id = self.env.context.get("export_order_id") or (
            len(asked) == 1 and asked.id
        )
        order = asked.browse(order_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release %s", self.display_name),
            "res_model": "export.crm.credit.release",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_hold_id": self.id,
                "default_order_id": order_id,
                "default_scope": "order" if order_id else "unconditional",
                "default_amount_limit": order
                and self.env["export.crm.credit.release.line"]._amount_of(order),
            },
        }

    def action_view_orders(self):
        """Open the quotations that wait for this hold."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sale.action_quotations_with_onboarding"
        )
        action.update(domain=[("id", "in", self.order_ids.ids)], context={})
        return action

    def _check_blocking(self):
        closed = self.filtered(lambda hold: not hold.blocking)
        if closed:
            raise UserError(
                self.env._(
                    "Already closed: %(holds)s.",
                    holds=", ".join(closed.mapped("display_name")),
                )
            )

    def _close(self, reason, feedback):
        """End the hold: gate, state, evidence, activity.

        A decision consumes its evidence as it is: the next check starts from fresh
        facts, and from facts that have become worse.

        :param str reason: released, settled, void or merged
        :param str feedback: what the activity is closed with
        """
        self.ensure_one()
        # sudo: nobody has rights on gates, they exist for locking alone
        self.env["export.crm.credit.gate"].sudo()._touch(
            {(self.partner_id.id, self.company_id.id)}
        )
        self._decide(
            {
                "state": "closed",
                "close_reason": reason,
                "closed_on": self.company_id._export_today(),
            }
        )
        if reason != "merged":  # another hold goes on with it
            # sudo: nobody may write evidence, a decision marks it
            self.sudo().evidence_ids._consume()
        self._finish_activity(feedback)
        self._mark_customers()

    def _move_review(self):
        """Have the activity of kept holds fall due on their new review date."""
        for hold in self:
            # sudo: the activity may be somebody else's
            hold.sudo().activity_reschedule(
                ["export_crm.mail_activity_type_credit_evaluation"],
                date_deadline=hold.review_date,
            )

    def _finish_activity(self, feedback):
        self.activity_feedback(
            ["export_crm.mail_activity_type_credit_evaluation"], feedback=feedback
        )
