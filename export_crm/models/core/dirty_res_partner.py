from odoo import models

_MOVES = {"is_company", "parent_id"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Mark customers whose contacts come or go, or whose credit limit changes.

        A contact takes its documents along to another customer: both are marked,
        and so is a contact that was or becomes a customer of its own.
        """
        if "credit_limit" in vals:
            # The field has a value per company: this one's.
            self.env["export.crm.dirty"]._mark(self, self.env.company)
        if _MOVES.isdisjoint(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        for partner, customer in before.items():
            if customer != partner.commercial_partner_id:
                self.env["export.crm.dirty"]._mark(customer, exact=True)
                self.env["export.crm.dirty"]._mark(partner)
        return result
