from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Contacts that are merged: what is planned with them, and known of them."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Move rhythms and feasts first, before their contacts are gone."""
        self.env["export.crm.followup"]._take_over(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """Let the rest follow as soon as it is known whose contact it is."""
        result = super()._update_values(src_partners, dst_partner)
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["export.crm.followup"]._follow_customers(dst_partner)
        self.env["export.crm.occasion"]._forget_doubles(dst_partner)
        # sudo: as below; nobody is told again what the other one knew
        kept = dst_partner.sudo()
        if kept.export_order_news:
            kept._export_begin_order_news()
        customer = dst_partner.commercial_partner_id
        for model in ("export.crm.wallet", "export.crm.willingness"):
            # sudo: whoever merges contacts may not see what was learnt of them
            answers = self.env[model].sudo()
            answers.search([("partner_id", "=", dst_partner.id)]).filtered(
                lambda answer: answer.partner_id != customer
            ).partner_id = customer
        return result
