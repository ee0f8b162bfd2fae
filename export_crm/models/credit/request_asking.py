from markupsafe import Markup

from odoo import api, fields, models

from .export_crm_credit_rule import ORDER_KINDS


class ExportCrmCreditRequest(models.Model):
    """Asking: by a colleague, or by a customer who signed or paid a stopped order."""

    _inherit = "export.crm.credit.request"

    @api.model
    def _ask(self, order, blockers, note=False, customer=None):
        """Ask for the release of an order; once, however often it is asked for.

        Call as superuser: a salesperson asks, the decision stays with the Controller.

        :param sale.order order: one quotation
        :param list blockers: what is in its way, ``sale_order_guard.Blocker``
        :param str note: what speaks for it, in the words of whoever asks
        :param res.partner customer: who asks by having signed or paid; none: the
            colleague at work
        :return: the request
        """
        holds = self._holds_asked_about(order, blockers)
        request = order.export_credit_request_id
        if request:
            request._note_question(blockers, holds)
            return request
        asker = customer or self.env.user.partner_id
        request = self.create(
            {
                "order_id": order.id,
                "asker_id": asker.id,
                "user_id": False if customer else self.env.uid,
                "note": (note or "").strip() or False,
                "amount": self.env["export.crm.credit.release.line"]._amount_of(order),
                **self._question_values(blockers, holds),
            }
        )
        order.export_credit_request_id = request
        request._tell_controller()
        return request

    @api.model
    def _holds_asked_about(self, order, blockers):
        """Return the holds among what is in the way; a fresh run opens one now.

        The limit and the terms are about this order alone: they hold no customer.
        """
        holds = self.env["export.crm.credit.hold"]
        company = order.company_id._export_root()
        for blocker in blockers:
            if blocker.kind not in ORDER_KINDS:
                holds |= blocker.hold.sudo() or holds._open_live(company, blocker)
        return holds

    @api.model
    def _question_values(self, blockers, holds):
        kinds = {blocker.kind for blocker in blockers}
        return {
            "hold_ids": [fields.Command.set(holds.ids)],
            "over_limit": "exposure" in kinds,
            "other_terms": "terms" in kinds,
        }

    def _note_question(self, blockers, holds):
        """Keep true what is asked about: another hold, a limit that fits again."""
        values = self._question_values(blockers, holds)
        if (self.hold_ids, self.over_limit, self.other_terms) != (
            holds,
            values["over_limit"],
            values["other_terms"],
        ):
            self.write(values)

    def _responsible(self):
        """Return the user who is to decide about this order."""
        self.ensure_one()
        if self.hold_ids:
            return self.hold_ids[0]._responsible()
        return self.env["export.crm.credit.hold"]._responsible_in(self.company_id)

    def _tell_controller(self):
        """Tell whoever decides; note it on the order, its holds and the trail.

        A hold has its Controller's activity already; where there is none the request
        gets one.
        """
        self.ensure_one()
        responsible = self._responsible()
        body = Markup("<p>%s %s (%s)</p>") % (
            self.env._("%s asks to release", self.asker_id.name),
            self.order_id._get_html_link(),
            self.question,
        )
        if self.note:
            body += Markup("<p>%s</p>") % self.note
        self.message_post(body=body, partner_ids=responsible.partner_id.ids)
        self.hold_ids._message_log_batch(bodies=dict.fromkeys(self.hold_ids.ids, body))
        self.order_id._message_log(
            body=Markup("<p>%s %s</p>")
            % (
                self.env._("Release requested:"),
                self._get_html_link(title=self.question),
            )
        )
        if responsible and not self.hold_ids:
            self.activity_schedule(
                "export_crm.mail_activity_type_release_request",
                date_deadline=self.company_id._export_today(),
                summary=self.env._("Decide about %s", self.order_id.name),
                user_id=responsible.id,
            )
        self._audit(
            "requested",
            self.env._("Release requested."),
            self.note,
            actor=self.asker_id,
        )

    def _audit(self, event, summary, detail=False, actor=None):
        """Add a row to the audit trail for each hold in question, or for none."""
        for request in self:
            request.env["export.crm.audit"]._note(
                event,
                summary,
                detail,
                partner=request.partner_id,
                company=request.company_id,
                holds=request.hold_ids,
                order=request.order_id,
                actor=actor,
            )
