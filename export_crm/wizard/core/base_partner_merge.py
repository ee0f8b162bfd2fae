from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Move holds first, then have the partner that stays judged.

        The generic merge would abort on the index of blocking holds, and silently
        delete gates and accounts that exist for both. Where both contacts follow
        one record, it drops all that the merged one followed.
        """
        self.env["export.crm.credit.hold"]._move_customers(
            src_partners, dst_partner.commercial_partner_id
        )
        followed = self.env["export.crm.claim"]._followed_by(src_partners)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        followed.message_subscribe(partner_ids=dst_partner.ids)
        self.env["export.crm.tier.override"]._settle_merged(dst_partner)
        self.env["export.crm.dirty"]._mark(dst_partner)
        return result

    def _update_values(self, src_partners, dst_partner):
        """Let claims follow as soon as it is known whose contact it is."""
        result = super()._update_values(src_partners, dst_partner)
        self.env["export.crm.claim"]._after_merge(dst_partner)
        return result
