from odoo import api, fields, models

_WATCHED = {
    "company_id",
    "currency_id",
    "date_order",
    "export_kind",
    "partner_id",
    "partner_invoice_id",
    "payment_term_id",
    "state",
}


class SaleOrder(models.Model):
    """What kind of order it is; whose figures change when it does."""

    _inherit = "sale.order"

    export_kind = fields.Selection(
        [
            ("order", "Order"),
            ("sample", "Sample"),
            ("replacement", "Replacement"),
        ],
        string="Kind of Order",
        default="order",
        required=True,
        help="Samples and replacements count neither as purchases nor as revenue of "
        "the customer.",
        prefetch="export_crm",
    )

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
        kinds = {order: order.export_kind for order in self if "export_kind" in vals}
        result = super().write(vals)
        self._export_mark_dirty(before)
        for order, kind in kinds.items():
            order._export_log_kind(kind)
        return result

    def _export_log_kind(self, before):
        """Say in the chatter that the order counts otherwise from now on.

        Not ``tracking``: Odoo reads the labels of all fields of the order once per
        tracked field, at each confirmation.
        """
        if self.export_kind != before:
            labels = dict(self._fields["export_kind"]._description_selection(self.env))
            self._message_log(
                body=self.env._(
                    "Kind of Order: %(before)s → %(now)s",
                    before=labels[before],
                    now=labels[self.export_kind],
                )
            )

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
