from odoo import api, models

from .refusal import of_change

# What a person can raise on a line. Never computed totals: they are written again
# while the order is confirmed.
RAISING = frozenset(
    ("product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount")
    + ("tax_ids", "order_id", "is_downpayment", "is_expense", "is_delivery")
)


class SaleOrderLine(models.Model):
    """The guard on confirmed orders: a held customer's order is not raised."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id._export_look_anew()
        added = lines._export_guarded().filtered(lambda line: line.price_total > 0)
        with of_change(added.order_id):
            added.order_id._export_credit_guard()
        return lines

    def write(self, vals):
        if not RAISING & set(vals):
            return super().write(vals)
        # What was a deposit, freight or on another order counts in full.
        known = self.browse() if "order_id" in vals else self._export_guarded()
        before = {line: line.price_total for line in known}
        result = super().write(vals)
        self.order_id._export_look_anew()
        raised = self._export_guarded().filtered(
            lambda line: line.currency_id.compare_amounts(
                line.price_total, before.get(line, 0.0)
            )
            > 0
        )
        with of_change(raised.order_id):
            raised.order_id._export_credit_guard()
        return result

    def unlink(self):
        """Have the release requests of these orders looked at again."""
        orders = self.order_id
        result = super().unlink()
        orders._export_look_anew()
        return result

    def _export_guarded(self):
        """Return the lines whose raise is judged: goods and services of confirmed
        orders."""
        return self.filtered(
            lambda line: line.order_id.state == "sale" and not line._export_is_extra()
        )

    def _export_is_extra(self):
        """Tell whether this line isn't the customer ordering more: a heading, a
        deposit, a re-invoiced expense, freight.

        The flags alone prove nothing, anybody can set them: a deposit has no
        quantity, an expense a product that is re-invoiced, and freight is no goods.
        """
        self.ensure_one()
        product = self.product_id
        return bool(
            self.display_type
            or (self.is_downpayment and not self.product_uom_qty)
            or (self.is_expense and product.expense_policy in ("cost", "sales_price"))
            or (self._is_delivery() and product.type == "service")
        )
