from odoo import models


class ExportCrmTierChange(models.Model):
    """The activities that come with a new tier."""

    _inherit = "export.crm.tier.change"

    def _start_plans(self):
        """Plan the activities of the new tier's policy, for the salesperson.

        A customer with neither salesperson nor a person named in the plan gets none.

        :return: the activities
        """
        activities = self.env["mail.activity"]
        policies = self.env["export.crm.tier.policy"]
        for company, changes in self.grouped("company_id").items():
            by_tier = policies._by_tier(company)
            for change in changes:
                plan = by_tier.get(change.new_tier_id.id, policies).plan_id
                activities += change._start_plan(plan)
        return activities

    def _start_plan(self, plan):
        activities = self.env["mail.activity"]
        today = self.company_id._export_today()
        for template in plan.template_ids:
            user = template._determine_responsible(
                self.salesperson_id, self.partner_id
            )["responsible"]
            if user and user.active:
                activities += self.partner_id.activity_schedule(
                    activity_type_id=template.activity_type_id.id,
                    summary=template.summary,
                    note=template.note,
                    user_id=user.id,
                    date_deadline=template._get_date_deadline(today),
                )
        return activities
