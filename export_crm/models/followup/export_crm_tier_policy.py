from odoo import api, models

from ..tier.export_crm_tier_policy import PROMISES
from .export_crm_followup import OPEN_STATES


class ExportCrmTierPolicy(models.Model):
    """Response times that run follow the policy that they come from."""

    _inherit = "export.crm.tier.policy"

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._retarget()
        return policies

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id", "tier_id", *PROMISES} & set(vals):
            self._retarget()
        return result

    def _retarget(self):
        """Have the customers judged soon to whom a response is owed.

        Rhythms, and inquiries of nobody known, follow at night.
        """
        # sudo: whoever may write the policy need not see every customer
        ledger = self.sudo().env["export.crm.followup"]
        groups = ledger._read_group(
            [
                ("state", "in", OPEN_STATES),
                ("clock", "=", True),
                ("partner_id", "!=", False),
                ("template_id.export_promise", "!=", False),
            ],
            ["company_id"],
            ["partner_id:recordset"],
        )
        wanted = self.company_id if all(p.company_id for p in self) else None
        for company, partners in groups:
            if wanted is None or company in wanted:
                self.env["export.crm.dirty"]._mark(partners, company)
