"""The customer's tier on a document: in the document's company, one query."""

from odoo import api, fields, models
from odoo.fields import Domain


def tier_key(document):
    """Return ``(commercial customer's id, root company id)`` of a document."""
    company = document.company_id or document.env.company
    return document.partner_id.commercial_partner_id.id, company._export_root().id


@api.depends("partner_id", "company_id")
@api.depends_context("company")
def _compute_badge(documents):
    keys = {document: tier_key(document) for document in documents}
    tiers = documents.env["export.crm.account"]._tiers_by_key(set(keys.values()))
    none = documents.env["export.crm.tier"]
    for document, key in keys.items():
        tier = tiers.get(key, none)
        document.export_customer_tier_id = tier
        document.export_customer_tier_color = tier.color


def _search_badge(documents, operator, value):
    """Search in the current company, whose documents people look at."""
    if operator not in ("in", "any"):
        return NotImplemented
    partners = documents.env["res.partner"]._search_export_tier_id(operator, value)
    return Domain("partner_id", "any", partners)


def badge_tier():
    """Return the field ``export_customer_tier_id`` of a document."""
    return fields.Many2one(
        "export.crm.tier",
        string="Tier",
        compute=_compute_badge,
        search=_search_badge,
        # Customers read their own documents: what we think of them is not theirs.
        groups="base.group_user",
        help="The customer's tier today, in the company of the document.",
    )


def badge_color():
    """Return the field ``export_customer_tier_color`` beside it."""
    return fields.Integer(
        string="Colour of the Tier", compute=_compute_badge, groups="base.group_user"
    )


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
