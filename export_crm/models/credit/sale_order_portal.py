from odoo import models
from odoo.tools import str2bool


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
        """Confirm the orders that their customers accepted while on hold; those that
        the decision leaves out wait on."""
        # sudo: a Credit Controller needs no right to sell, deliver or invoice
        orders = self.env["sale.order"].sudo()
        for hold in self:
            waiting = orders.search(
                [*hold._order_domain(), ("export_credit_waiting", "=", True)],
                order="signed_on, id",
            )
            for order in waiting:
                if not hold.blocking or hold._passed_by(order):
                    order._export_confirm_accepted()
