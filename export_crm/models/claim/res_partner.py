from odoo import api, models

from .claim_counts import claim_count, claims_of


@api.depends("commercial_partner_id")
def _count_of_customers(partners):
    groups = partners.env["export.crm.claim"]._read_group(
        [("commercial_partner_id", "in", partners.commercial_partner_id.ids)],
        ["commercial_partner_id"],
        ["__count"],
    )
    counts = dict(groups)
    for partner in partners:
        partner.export_claim_count = counts.get(partner.commercial_partner_id, 0)


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_claim_count = claim_count(_count_of_customers)

    def action_export_claims(self):
        """Open the claims of these customers, whichever contact filed them."""
        return claims_of(
            self.commercial_partner_id,
            "commercial_partner_id",
            {"partner_id": self[:1].id},
        )

    def write(self, vals):
        """Have claims ask for another contact when theirs is archived."""
        if "active" not in vals:
            return super().write(vals)
        active = self.filtered("active")
        result = super().write(vals)
        for partner in active.filtered(lambda partner: not partner.active):
            self.env["export.crm.claim"]._follow_archived(partner)
        return result

    @api.model
    def _export_customers_changed(self, moved):
        """Let claims follow a contact that gets, changes or loses its company."""
        result = super()._export_customers_changed(moved)
        for partner, former in moved.items():
            self.env["export.crm.claim"]._follow_partner(
                partner, former, partner.commercial_partner_id
            )
        return result
