from odoo import api, fields, models
from odoo.fields import Domain


class ExportCrmTierBadgeMixin(models.AbstractModel):
    """The customer's tier on a document: in the document's company, one query."""

    _name = "export.crm.tier.badge.mixin"
    _description = "Document with the Customer's Tier"

    export_customer_tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier",
        compute="_compute_export_customer_tier",
        search="_search_export_customer_tier_id",
        help="The customer's tier today, in the company of the document.",
    )
    export_customer_tier_color = fields.Integer(
        string="Colour of the Tier", compute="_compute_export_customer_tier"
    )

    @api.depends("partner_id", "company_id")
    @api.depends_context("company")
    def _compute_export_customer_tier(self):
        keys = {record: record._export_tier_key() for record in self}
        tiers = self.env["export.crm.account"]._tiers_by_key(set(keys.values()))
        none = self.env["export.crm.tier"]
        for record, key in keys.items():
            tier = tiers.get(key, none)
            record.export_customer_tier_id = tier
            record.export_customer_tier_color = tier.color

    def _export_tier_key(self):
        """Return ``(commercial customer's id, company id)``."""
        company = self.company_id or self.env.company
        return self.partner_id.commercial_partner_id.id, company.id

    @api.model
    def _search_export_customer_tier_id(self, operator, value):
        """Search in the current company, whose documents people look at."""
        if operator not in ("in", "any"):
            return NotImplemented
        partners = self.env["res.partner"]._search_export_tier_id(operator, value)
        return Domain("partner_id", "any", partners)


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    @api.model
    def _tiers_by_key(self, keys):
        """Return ``{(customer id, company id): tier}`` of those that have a tier.

        One query, whatever the number of keys; colours come along.
        """
        partner_ids = {partner_id for partner_id, _company in keys if partner_id}
        if not partner_ids:
            return {}
        # sudo: a tier is shown with the customer; the figures keep their own rules
        found = self.sudo().search_fetch(
            [
                ("partner_id", "in", list(partner_ids)),
                ("company_id", "in", list({company for _partner, company in keys})),
                ("tier_id", "!=", False),
            ],
            ["partner_id", "company_id", "tier_id"],
            order="id",
        )
        return {
            (a.partner_id.id, a.company_id.id): a.tier_id.with_env(self.env)
            for a in found
        }
