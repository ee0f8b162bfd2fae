"""Cover: an order whose deposit has arrived passes a hold.

Cash in advance is no credit. The deposit is what is *booked*: posted customer payments
that name the order, as far as they haven't been used for other invoices. What a
customer has paid online counts once its payment is posted: the order waits until then,
and says afterwards that it may be confirmed.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What a deposit covers; terms are another question, and a hold by hand has to say so.
COVERED_KINDS = ("behaviour", "overdue", "exposure")


class AccountPayment(models.Model):
    _inherit = "account.payment"

    export_order_id = fields.Many2one(
        "sale.order",
        string="Deposit for order",
        index="btree_not_null",
        domain="[('partner_invoice_id', 'child_of', partner_id),"
        " ('state', 'in', ('draft', 'sent', 'sale')), '|',"
        " ('company_id', 'parent_of', company_id),"
        " ('company_id', 'child_of', company_id)]",
        help="The order this customer pays in advance. Paid far enough, it confirms "
        "while the customer is on credit hold.",
    )

    @api.constrains("export_order_id", "partner_id", "payment_type", "company_id")
    def _check_export_order(self):
        for payment in self.filtered("export_order_id"):
            order = payment.export_order_id.sudo()
            # sudo: an accountant need not see the order to name it
            payers = (order.partner_id | order.partner_invoice_id).commercial_partner_id
            if payment.partner_id.commercial_partner_id not in payers:
                raise ValidationError(
                    self.env._(
                        "%(order)s is no order of %(customer)s: a deposit names an "
                        "order of who pays.",
                        order=order.name,
                        customer=payment.partner_id.display_name,
                    )
                )
            if order.company_id not in payment.company_id._export_tree():
                raise ValidationError(
                    self.env._(
                        "%(order)s is an order of another company.", order=order.name
                    )
                )
            if payment.payment_type != "inbound":
                raise ValidationError(
                    self.env._("A deposit is money received, not sent.")
                )

    def _export_deposit(self, order):
        """Return what of these payments is free for an order, in company currency.

        A payment in the order's currency is worth what the order is, however the
        rate moved in between: who has paid all of it owes nothing. Another one is
        worth what it was booked at. What was applied to other invoices than the
        order's own is no deposit any longer.
        """
        total = 0.0
        for payment in self:
            own = payment.currency_id == order.currency_id
            free = payment._export_free(order.invoice_ids, own)
            total += free / (order.currency_rate or 1.0) if own else free
        return total

    def _export_free(self, orders_invoices, own):
        """Return what is free of one payment: in its currency if ``own``, else in
        the company's."""
        self.ensure_one()
        if not self.move_id:
            # Without an outstanding account Odoo books nothing until the bank
            # statement comes.
            return self.amount if own else self.amount_company_currency_signed
        lines = self.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        applied = lines.matched_debit_ids.filtered(
            lambda part: part.debit_move_id.move_id in orders_invoices
        )
        paid, left = "amount", "amount_residual"
        if own:
            paid, left = "credit_amount_currency", "amount_residual_currency"
        return sum(applied.mapped(paid)) - sum(lines.mapped(left))


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    cover_passes = fields.Boolean(
        string="Prepaid orders pass",
        help="Orders whose deposit has arrived confirm in spite of this hold by hand.",
        tracking=True,
    )
