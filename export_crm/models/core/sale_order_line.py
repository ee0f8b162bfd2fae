from odoo import api, models

_WATCHED = {
    "discount",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "qty_delivered",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # Lateness leaves invoices of down payments out; few lines are one.
    _export_downpayment_idx = models.Index("(id) WHERE is_downpayment")

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the customers of confirmed orders that grow by a line."""
        lines = super().create(vals_list)
        lines.order_id._export_mark_dirty()
        return lines

    def write(self, vals):
        """Mark the customers of confirmed orders whose amounts change."""
        result = super().write(vals)
        if not _WATCHED.isdisjoint(vals):
            self.order_id._export_mark_dirty()
        return result

    def unlink(self):
        """Mark the customers of confirmed orders that lose a line."""
        self.order_id._export_mark_dirty()
        return super().unlink()
