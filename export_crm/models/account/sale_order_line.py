from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # Lateness leaves invoices of down payments out; few lines are one.
    _export_downpayment_idx = models.Index("(id) WHERE is_downpayment")
