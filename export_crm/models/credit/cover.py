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
        check_company=True,
        index="btree_not_null",
        domain="[('partner_invoice_id', 'child_of', partner_id),"
        " ('state', 'in', ('draft', 'sent', 'sale'))]",
        help="The order this customer pays in advance. Paid far enough, it confirms "
        "while the customer is on credit hold.",
    )

    @api.constrains("export_order_id", "partner_id", "payment_type")
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
            if payment.payment_type != "inbound":
                raise ValidationError(
                    self.env._("A deposit is money received, not sent.")
                )

    def _export_deposit(self, orders_invoices):
        """Return what of these payments is free for an order, in company currency.

        :param account.move orders_invoices: the order's own invoices; what was
            applied to others is no deposit any longer
        """
        total = 0.0
        for payment in self:
            move = payment.move_id
            if not move:
                # Without an outstanding account Odoo books nothing until the bank
                # statement comes.
                total += payment.amount_company_currency_signed
                continue
            lines = move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            applied = lines.matched_debit_ids.filtered(
                lambda part: part.debit_move_id.move_id in orders_invoices
            )
            total += sum(applied.mapped("amount")) - sum(
                lines.mapped("amount_residual")
            )
        return total


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    cover_passes = fields.Boolean(
        string="Prepaid orders pass",
        help="Orders whose deposit has arrived confirm in spite of this hold by hand.",
        tracking=True,
    )
