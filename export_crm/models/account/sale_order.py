from odoo import fields, models


class SaleOrder(models.Model):
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
        tracking=True,
        help="Samples and replacements count neither as purchases nor as revenue of "
        "the customer.",
    )
