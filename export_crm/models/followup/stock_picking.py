from odoo import fields, models


class StockPicking(models.Model):
    """When the customer gets, or got, the goods."""

    _inherit = "stock.picking"

    export_received_date = fields.Date(
        string="Received by the customer",
        copy=False,
        help="Day on which the customer had the goods, as proved or told.",
        prefetch="export_crm",
    )
    export_eta = fields.Date(
        string="Expected at the customer",
        copy=False,
        help="Day on which the carrier wants to be there.",
        prefetch="export_crm",
    )

    export_followup_count = fields.Integer(
        string="Follow-ups", compute="_compute_export_followup_count"
    )

    def _compute_export_followup_count(self):
        ledger = self.env["export.crm.followup"]
        if not ledger.has_access("read"):
            self.export_followup_count = 0
            return
        groups = ledger._read_group(
            self._export_followup_domain(), ["order_id"], ["__count"]
        )
        counts = dict(groups)
        for picking in self:
            # sudo: the storekeeper need not be allowed to read the order
            picking.export_followup_count = counts.get(picking.sudo().sale_id, 0)

    def _export_followup_domain(self):
        # sudo: as above; the ledger's own rules decide what is seen
        return [("order_id", "in", self.sudo().sale_id.ids)]

    def action_export_followups(self):
        """Open the follow-ups of these deliveries and of their orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_followup_action"
        )
        action["domain"] = self._export_followup_domain()
        action["context"] = {}
        return action

    def write(self, vals):
        """Have follow-ups moved when the day of arrival changes."""
        result = super().write(vals)
        if {"export_received_date", "export_eta"} & set(vals):
            for picking in self.filtered("sale_id"):
                # The storekeeper need not be allowed to read the order.
                order = picking.sudo().sale_id
                self.env["export.crm.dirty"]._mark(order.partner_id, order.company_id)
        return result
