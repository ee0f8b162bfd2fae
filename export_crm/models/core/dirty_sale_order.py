from odoo import api, models

_WATCHED = {
    "company_id",
    "currency_id",
    "date_order",
    "partner_id",
    "partner_invoice_id",
    "payment_term_id",
    "state",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the customers of orders that are created as confirmed."""
        orders = super().create(vals_list)
        orders._export_mark_dirty()
        return orders

    def write(self, vals):
        """Mark the customers of orders that are or were confirmed, old and new."""
        if _WATCHED.isdisjoint(vals):
            return super().write(vals)
        before = self._export_mark_dirty()
        result = super().write(vals)
        self._export_mark_dirty(before)
        return result

    def unlink(self):
        """Mark the customers of cancelled orders that are deleted."""
        self._export_mark_dirty(self.filtered(lambda order: order.state == "cancel"))
        return super().unlink()

    def _export_mark_dirty(self, also=None):
        """Have the customers and payers of confirmed orders judged.

        :param also: orders that were confirmed a moment ago
        :return: the orders that were marked
        """
        orders = self.filtered(lambda order: order.state == "sale")
        if also:
            orders |= also
        for company, group in orders.grouped("company_id").items():
            partners = group.partner_id | group.partner_invoice_id
            self.env["export.crm.dirty"]._mark(partners, company)
        return orders
