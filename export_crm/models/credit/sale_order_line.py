from odoo import api, models

# What a person can raise on a line. Never computed totals: they are written again
# while the order is confirmed.
RAISING = frozenset(
    ("product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount")
    + ("tax_ids", "order_id")
)


class SaleOrderLine(models.Model):
    """The guard on confirmed orders: a held customer's order is not raised."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._export_guarded().filtered(
            lambda line: line.price_total > 0
        ).order_id._export_credit_guard()
        return lines

    def write(self, vals):
        guarded = self._export_guarded() if RAISING & set(vals) else self.browse()
        before = {line: line.price_total for line in guarded}
        result = super().write(vals)
        raised = guarded.filtered(
            lambda line: line.currency_id.compare_amounts(
                line.price_total, before[line]
            )
            > 0
        )
        moved = self._export_guarded() - guarded if "order_id" in vals else guarded[:0]
        (raised | moved).order_id._export_credit_guard()
        return result

    def _export_guarded(self):
        """Return the lines whose raise is judged: goods and services of confirmed
        orders. Deposits, re-invoiced expenses, freight and headings are not the
        customer ordering more."""
        return self.filtered(
            lambda line: line.order_id.state == "sale"
            and not line.display_type
            and not line.is_downpayment
            and not line.is_expense
            and not line._is_delivery()
        )
