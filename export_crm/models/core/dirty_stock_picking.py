from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        """Mark the customers whose deliveries (or returns) are done or re-dated.

        ``_action_done`` writes the date after the moves are done.
        """
        result = super().write(vals)
        if "date_done" in vals:
            for picking in self.filtered("sale_id"):
                # The storekeeper need not be allowed to read the order.
                order = picking.sudo().sale_id
                self.env["export.crm.dirty"]._mark(order.partner_id, order.company_id)
        return result
