from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import str2bool


class SaleOrder(models.Model):
    """Orders that a customer signs or pays for while on hold.

    These flows must not meet an exception: Odoo would roll back a payment's
    post-processing and give up after four days. Signature and payment are kept, the
    order waits, and confirms by itself on release.
    """

    _inherit = "sale.order"

    export_credit_waiting = fields.Boolean(
        string="Accepted while on hold",
        readonly=True,
        copy=False,
        help="The customer signed or paid while on credit hold; the order confirms by "
        "itself when released.",
    )

    def _validate_order(self):
        held = self._export_hold_back()
        passing = self - held
        if passing:
            return super(SaleOrder, passing)._validate_order()
        return None

    def _export_hold_back(self):
        """Mark the orders that may not be confirmed now as waiting; return them."""
        blockers, _used = self._export_credit_verdicts()
        held = self.browse()
        for order, found in blockers.items():
            held += order
            # sudo: customers come through the portal; the decision stays with the
            # Credit Controller
            order_sudo = order.sudo()
            for blocker in found:
                order_sudo._export_request(blocker)
            if not order_sudo.export_credit_waiting:
                order_sudo._export_wait()
        return held

    def _export_wait(self):
        """Let an order that its customer accepted wait for its release; say so."""
        self.ensure_one()
        # No draft any longer: a shop would offer it to the customer as the cart.
        self.write({"export_credit_waiting": True, "state": "sent"})
        self._message_log(
            body=self.env._(
                "Accepted by the customer while on credit hold: it confirms by itself "
                "when released."
            )
        )
        self._send_order_notification_mail(
            self.env.ref(
                "export_crm.mail_template_order_under_review", raise_if_not_found=False
            )
        )

    def _export_confirm_accepted(self):
        """Confirm orders that waited for a release; what can't be is said there.

        :return: the confirmed orders
        """
        confirmed = self.browse()
        for order in self:
            try:
                with self.env.cr.savepoint():
                    order.with_context(send_email=True).action_confirm()
            except UserError as error:
                order.message_post(
                    body=Markup("<p>%s</p><p>%s</p>")
                    % (self.env._("Released, but not confirmed:"), str(error)),
                    partner_ids=order.user_id.partner_id.ids,
                )
                continue
            order.export_credit_waiting = False
            confirmed += order
        confirmed.transaction_ids.filtered(
            lambda tx: tx.state == "done"
        )._export_invoice_released()
        return confirmed


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Leave out the orders on hold: the payment stays, the order waits."""
        passing = self
        for transaction in self:
            orders = transaction.sale_order_ids
            quotation = orders.filtered(lambda order: order.state in ("draft", "sent"))
            if len(orders) == 1 and quotation:
                if quotation._is_confirmation_amount_reached():
                    if quotation._export_hold_back():
                        passing -= transaction
        return super(PaymentTransaction, passing)._check_amount_and_confirm_order()

    def _export_invoice_released(self):
        """Do for released orders what Odoo does at once for confirmed ones: invoice
        them where invoices are automatic, and apply the payment."""
        parameters = self.env["ir.config_parameter"].sudo()
        # sudo: as in sale's own post-processing
        if not self or not str2bool(parameters.get_param("sale.automatic_invoice")):
            return
        for transaction in self.sudo():
            transaction._invoice_sale_orders()
            invoices = transaction.invoice_ids
            invoices.filtered(lambda move: move.state == "draft").action_post()
            lines = (invoices + transaction.payment_id.move_id).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
                and not line.reconciled
                and line.parent_state == "posted"
            )
            if transaction.payment_id.move_id:
                lines.reconcile()


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    def _confirm_waiting(self):
        """Confirm the orders that their customers accepted while on hold."""
        # sudo: a Credit Controller needs no right to sell, deliver or invoice
        orders = self.env["sale.order"].sudo()
        for hold in self:
            waiting = orders.search(
                [*hold._order_domain(), ("export_credit_waiting", "=", True)],
                order="signed_on, id",
            )
            waiting._export_confirm_accepted()
