from odoo import api, fields, models


class ExportCrmClaimCountMixin(models.AbstractModel):
    """A smart button: the claims about a document, customer or product."""

    _name = "export.crm.claim.count.mixin"
    _description = "Has Claims"

    export_claim_count = fields.Integer(
        string="Claims",
        compute="_compute_export_claim_count",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_claims_department",
    )

    def _export_claim_field(self):
        """Return the path from a claim to this model's records."""
        raise NotImplementedError

    def _compute_export_claim_count(self):
        claims = self.env["export.crm.claim"]
        name = self._export_claim_field()
        groups = claims._read_group([(name, "in", self.ids)], [name], ["__count"])
        counts = {record.id: count for record, count in groups}
        for record in self:
            record.export_claim_count = counts.get(record.id, 0)

    def _export_claim_defaults(self):
        """Return the defaults of a claim filed from here."""
        return {}

    def action_export_claims(self):
        """Open the claims about these records; file one with their data."""
        context = {f"default_{k}": v for k, v in self._export_claim_defaults().items()}
        return self.env["export.crm.claim"]._action_claims(
            [(self._export_claim_field(), "in", self.ids)], **context
        )


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "export.crm.claim.count.mixin"]

    def _export_claim_field(self):
        return "order_id"

    def _export_claim_defaults(self):
        order = self[:1]
        return {
            "partner_id": order.partner_id.id,
            "order_id": order.id,
            "company_id": order.company_id.id,
        }


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "export.crm.claim.count.mixin"]

    def _export_claim_field(self):
        return "picking_id"

    def _export_claim_defaults(self):
        picking = self[:1]
        return {
            "partner_id": picking.partner_id.id,
            "picking_id": picking.id,
            "order_id": picking.sale_id.id,
            "company_id": picking.company_id.id,
        }


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "export.crm.claim.count.mixin"]

    def _export_claim_field(self):
        return "invoice_id"

    def _export_claim_defaults(self):
        move = self[:1]
        return {
            "partner_id": move.partner_id.id,
            "invoice_id": move.id,
            "company_id": move.company_id.id,
        }


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "export.crm.claim.count.mixin"]

    def _export_claim_field(self):
        return "line_ids.product_id.product_tmpl_id"

    def _compute_export_claim_count(self):
        lines = self.env["export.crm.claim.line"]
        groups = lines._read_group(
            [("product_id.product_tmpl_id", "in", self.ids)],
            ["product_id"],
            ["claim_id:recordset"],
        )
        found = {}
        for product, claims in groups:
            found.setdefault(product.product_tmpl_id.id, set()).update(claims.ids)
        for template in self:
            template.export_claim_count = len(found.get(template.id, ()))


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "export.crm.claim.count.mixin"]

    def _export_claim_field(self):
        return "commercial_partner_id"

    @api.depends("commercial_partner_id")
    def _compute_export_claim_count(self):
        groups = self.env["export.crm.claim"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id"],
            ["__count"],
        )
        counts = dict(groups)
        for partner in self:
            partner.export_claim_count = counts.get(partner.commercial_partner_id, 0)

    def action_export_claims(self):
        """Open the claims of these customers, whichever contact filed them."""
        action = super().action_export_claims()
        customers = self.commercial_partner_id
        action["domain"] = [("commercial_partner_id", "in", customers.ids)]
        action["context"] = {"default_partner_id": self[:1].id}
        return action
