from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Move holds first, then have the partner that stays judged.

        The generic merge would abort on the index of blocking holds, and silently
        delete gates and accounts that exist for both.
        """
        self.env["export.crm.credit.hold"]._move_customers(
            src_partners, dst_partner.commercial_partner_id
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["export.crm.tier.override"]._settle_merged(dst_partner)
        self.env["export.crm.dirty"]._mark(dst_partner)
        return result
