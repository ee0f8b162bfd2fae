from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Have the partner that stays judged: it inherits the others' documents."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["export.crm.dirty"]._mark(dst_partner)
        return result
