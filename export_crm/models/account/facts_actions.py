from odoo import fields, models


class ExportCrmAccount(models.Model):
    """The ways from a customer's figures to the documents behind them."""

    _inherit = "export.crm.account"

    tier_color = fields.Integer(related="tier_id.color", string="Tier Colour")

    def _action_documents(self, xml_id, domain):
        """Return the action ``xml_id`` on this customer's documents."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(xml_id)
        customer = self.partner_id.id
        action["domain"] = [
            ("partner_id.commercial_partner_id", "=", customer),
            ("company_id", "in", self.company_id._export_tree().ids),
            *domain,
        ]
        action["context"] = {"default_partner_id": customer}
        return action

    def action_view_orders(self):
        """Open the confirmed orders of this customer."""
        return self._action_documents("sale.action_orders", [("state", "=", "sale")])

    def action_view_quotations(self):
        """Open the quotations of this customer, whatever became of them."""
        return self._action_documents("sale.action_quotations", [])

    def action_view_invoices(self):
        """Open the invoices and credit notes of this customer."""
        return self._action_documents(
            "account.action_move_out_invoice_type",
            [("move_type", "in", ("out_invoice", "out_refund", "out_receipt"))],
        )

    def action_view_leads(self):
        """Open the inquiries of this customer, lost ones too."""
        action = self._action_documents("crm.crm_lead_opportunities", [])
        action["domain"] = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "in", [*self.company_id._export_tree().ids, False]),
        ]
        action["context"] = {**action["context"], "active_test": False}
        return action

    def action_view_deliveries(self):
        """Open the transfers of this customer's orders."""
        action = self._action_documents("stock.action_picking_tree_all", [])
        action["domain"] = [
            ("sale_id.partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "in", self.company_id._export_tree().ids),
        ]
        return action
