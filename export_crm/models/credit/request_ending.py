from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .export_crm_credit_request import OPEN


class ExportCrmCreditRequest(models.Model):
    """How a request ends: decided, taken back, or not needed any more."""

    _inherit = "export.crm.credit.request"

    @api.model
    def _step_requests(self, company, partner_ids, _as_of):
        """End the requests whose orders pass; keep true what the others ask about.

        A limit was raised, a payment came in, a hold ended, the order was changed: what
        its customer has accepted is confirmed then, without anybody's decision.

        :param res.company company: whose orders
        :param list partner_ids: commercial customers of this batch
        """
        partners = list(partner_ids)
        waiting = self.search(
            [
                ("state", "=", OPEN),
                ("company_id", "=", company.id),
                "|",
                ("partner_id", "in", partners),
                ("payer_id", "in", partners),
            ]
        )
        waiting._rejudge()

    def _rejudge(self, release=None):
        """End those whose order passes now, or is no quotation any more.

        :param release: the ``export.crm.credit.release`` that was just given: what
            passes is released by it. Without one a request is not needed any more.
        """
        waiting = self.sudo()._open()  # sudo: judged, whoever may see the orders
        quotations = waiting.order_id._export_pending()
        blockers, _used = quotations._export_credit_verdicts(lock=False, together=True)
        for request in waiting:
            order = request.order_id
            found = blockers.get(order)
            if order.state == "cancel":
                request._end("pointless", self.env._("The order is cancelled."))
            elif order.state == "sale":
                request._end_confirmed(release)
            elif found:
                holds = request._holds_asked_about(order, found)
                request._note_question(found, holds)
            elif release:
                request._end("released", release.reason, on_trail=True)
            else:
                request._end_passing()

    def _end_confirmed(self, release=None):
        """End a request whose order is confirmed: by a release, or without a need."""
        lines = self.env["export.crm.credit.release.line"]
        line = lines.search(
            [("order_id", "=", self.order_id.id)], order="id DESC", limit=1
        )
        release = release or line.release_id
        if release:
            self._end("released", release.reason, on_trail=True)
        else:
            self._end("pointless", self.env._("The order is confirmed."))

    def _end_passing(self):
        """End a request whose order passes by itself; confirm what was accepted."""
        text = self.env._(
            "Nothing keeps %s waiting any more: confirm it.", self.order_id.name
        )
        accepted = self.order_id.export_credit_waiting
        self._end("pointless", text)
        if accepted:
            if self.order_id._export_confirm_accepted():  # else it says why not
                text = self.env._(
                    "Nothing keeps %s waiting any more: it is confirmed.",
                    self.order_id.name,
                )
                self._tell_asking(Markup("<p>%s</p>") % text)
        elif not self.hold_ids or self.hold_ids.filtered("blocking"):
            # Where its hold ended they have been told of that.
            self._tell_asking(Markup("<p>%s</p>") % text)

    def _end(self, state, answer, on_trail=False):
        """Note how a request ended; the next question is another request.

        Tells nobody: see :meth:`_tell_asking`.

        :param str state: released, refused, withdrawn or pointless
        :param str answer: why, in words that a salesperson may read
        :param bool on_trail: the decision that answers it is on the trail already
        """
        for (
            request
        ) in self.sudo()._open():  # sudo: what a decision sets is the system's
            request.write(
                {
                    "state": state,
                    "answer": answer,
                    "ended_on": fields.Datetime.now(),
                    "ended_by_id": self.env.uid,
                }
            )
            request.order_id.export_credit_request_id = False
            request.activity_feedback(
                ["export_crm.mail_activity_type_release_request"], feedback=answer
            )
            if not on_trail:
                labels = dict(self._fields["state"]._description_selection(self.env))
                request._audit(
                    "answered", self.env._("Request: %s.", labels[state]), answer
                )

    # === WHO HEARS OF IT === #

    def _listeners(self):
        """Return who hears of a decision: who asked, whose order it is, whose customer.

        Not who decides.
        """
        self.ensure_one()
        request = (
            self.sudo()
        )  # sudo: whoever decides need not be allowed to read orders
        users = request.user_id | request.salesperson_id | request.partner_id.user_id
        users -= self.env.user
        return users.filtered(lambda user: user.active and user._is_internal())

    def _tell_asking(self, body):
        """Say on the order what became of the request, and notify who waits for it.

        :param Markup body: what was decided
        """
        for request in self:
            # sudo: a Controller need not be allowed to write on orders
            request.sudo().order_id.message_post(
                body=body, partner_ids=request._listeners().partner_id.ids
            )

    # === DECISIONS THAT NEED NO RELEASE === #

    def action_open_decide(self):
        """Open the dialog that decides about these requests."""
        self._check_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "export.crm.credit.request.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_ids": self.ids},
        }

    def _refuse(self, reason):
        """Let the orders wait on; whoever asked is told why.

        :raise UserError: no Credit Controller decides, or there is no reason
        """
        self._check_open()
        if not self.env.user.has_group("export_crm.export_crm_group_credit_controller"):
            raise UserError(
                self.env._("Only a Credit Controller answers a release request.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: whoever asked reads it."))
        self._end("refused", reason.strip())
        for request in self:
            request._tell_asking(
                Markup("<p>%s</p><p>%s</p>")
                % (
                    self.env._(
                        "%(person)s does not let %(order)s pass:",
                        person=self.env.user.name,
                        order=request.display_name,
                    ),
                    reason.strip(),
                )
            )

    def action_withdraw(self):
        """Take the request back: by whoever asked, or may change the order."""
        requests = self.sudo()  # sudo: who may is asked here, and nobody writes them
        for request in requests:
            if request.user_id != self.env.user:
                request.order_id.sudo(False).check_access("write")
        requests._check_open()
        text = self.env._("Taken back by %s.", self.env.user.name)
        for request in requests:
            request._end("withdrawn", text)
            request.message_post(
                body=text, partner_ids=request._responsible().partner_id.ids
            )
            request.order_id._message_log(
                body=self.env._("The request for a release was taken back.")
            )

    def _check_open(self):
        answered = self.filtered(lambda request: request.state != OPEN)
        if answered:
            raise UserError(
                self.env._(
                    "Answered already: %s. Reload the page to see how.",
                    ", ".join(answered.mapped("display_name")),
                )
            )
