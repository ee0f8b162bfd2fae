"""The badge on inquiries and invoices, and the tier in Odoo's sales analysis."""

from odoo import fields, models

from .badge import badge_color, badge_tier


class CrmLead(models.Model):
    _inherit = "crm.lead"

    export_customer_tier_id = badge_tier()
    export_customer_tier_color = badge_color()
    export_answer_by = fields.Datetime(
        string="Answer by",
        compute="_compute_export_answer_by",
        help="When the first answer is due by the service policy of the customer's "
        "tier.",
    )

    def _compute_export_answer_by(self):
        policies = self.env["export.crm.tier.policy"]
        for company, leads in self.grouped(
            lambda lead: (lead.company_id or self.env.company)._export_root()
        ).items():
            by_tier = policies._by_tier(company)
            for lead in leads:
                tier = lead.export_customer_tier_id
                hours = by_tier.get(tier.id, by_tier[False]).inquiry_hours
                known = hours and lead.create_date
                lead.export_answer_by = known and fields.Datetime.add(
                    lead.create_date, hours=hours
                )


class AccountMove(models.Model):
    _inherit = "account.move"

    export_customer_tier_id = badge_tier()
    export_customer_tier_color = badge_color()


class SaleReport(models.Model):
    _inherit = "sale.report"

    export_tier_id = fields.Many2one(
        "export.crm.tier", string="Tier at Confirmation", readonly=True
    )

    def _select_additional_fields(self):
        found = super()._select_additional_fields()
        found["export_tier_id"] = "s.export_tier_id"
        return found

    def _group_by_sale(self):
        return f"{super()._group_by_sale()}, s.export_tier_id"
