"""Cover: an order whose deposit has arrived passes a hold.

Cash in advance is no credit. The deposit is what is *booked*: posted customer payments
that name the order, as far as they haven't been used for other invoices. What a
customer has paid online counts once its payment is posted: the order waits until then,
and says afterwards that it may be confirmed.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_amount

# What a deposit covers; terms are another question, and a hold by hand has to say so.
COVERED_KINDS = ("behaviour", "overdue", "exposure")


class ResCompany(models.Model):
    _inherit = "res.company"

    export_credit_cover_percent = fields.Float(
        string="Deposit that lets an order pass (%)",
        default=100.0,
        help="An order whose posted deposit reaches this share of its total confirms "
        "while its customer is on hold for payment behaviour, overdue or exposure; "
        "0: deposits change nothing.",
        prefetch="export_crm",
    )

    _export_credit_cover_percent_range = models.Constraint(
        "CHECK(export_credit_cover_percent BETWEEN 0 AND 100)",
        "The deposit that lets an order pass is between 0 and 100 %.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_credit_cover_percent = fields.Float(
        related="company_id.export_credit_cover_percent", readonly=False
    )


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


class SaleOrder(models.Model):
    _inherit = "sale.order"

    export_deposit_ids = fields.One2many(
        "account.payment", "export_order_id", string="Deposits"
    )

    def _export_deposit(self):
        """Return ``(posted, required)`` of the deposit, in company currency."""
        self.ensure_one()
        # sudo: whether a deposit has arrived doesn't depend on who may see payments
        order = self.sudo()
        online = order.transaction_ids.filtered(
            lambda transaction: transaction.sale_order_ids == order
        )
        payments = (order.export_deposit_ids | online.payment_id).filtered(
            lambda payment: payment.state in ("in_process", "paid")
            and payment.payment_type == "inbound"
        )
        amount = self.env["export.crm.credit.release.line"]._amount_of(order)
        percent = order.company_id.export_credit_cover_percent
        required = order.company_id.currency_id.round(amount * percent / 100)
        return payments._export_deposit(order.invoice_ids), required

    def _export_covered(self, blocker):
        """Tell whether the deposit of this order lets it pass ``blocker``."""
        self.ensure_one()
        if not self.company_id.export_credit_cover_percent:
            return False
        # sudo: whether a hold lets prepaid orders pass is no secret of it
        hold = blocker.hold.sudo()
        by_hand = hold.kind == "manual" and hold.cover_passes
        if blocker.kind not in COVERED_KINDS and not by_hand:
            return False
        posted, required = self._export_deposit()
        return (
            required > 0
            and self.company_id.currency_id.compare_amounts(posted, required) >= 0
        )

    def _export_deposit_hint(self):
        """Return the sentences about a deposit that isn't enough."""
        posted, required = self._export_deposit()
        currency = self.company_id.currency_id
        if not required or currency.compare_amounts(posted, 0.0) <= 0:
            return []
        text = self.env._(
            "Deposit received: %(posted)s of the %(required)s that would let it pass.",
            posted=format_amount(self.env, posted, currency),
            required=format_amount(self.env, required, currency),
        )
        return [text]


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    cover_passes = fields.Boolean(
        string="Prepaid orders pass",
        help="Orders whose deposit has arrived confirm in spite of this hold by hand.",
        tracking=True,
    )
