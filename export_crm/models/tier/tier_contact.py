from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class ExportCrmAccount(models.Model):
    """When the next contact is due by the service policy of the tier."""

    _inherit = "export.crm.account"

    contact_due_date = fields.Date(
        string="Contact Due",
        compute="_compute_contact_due_date",
        help="Last contact plus the days of the tier's service policy; without any "
        "contact yet: the day of the figures.",
    )
    contact_due = fields.Boolean(
        string="Contact Is Due",
        compute="_compute_contact_due_date",
        search="_search_contact_due",
    )

    @api.depends("tier_id", "last_contact_date", "as_of")
    def _compute_contact_due_date(self):
        policies = self.env["export.crm.tier.policy"]
        for company, accounts in self.grouped("company_id").items():
            by_tier = policies._by_tier(company)
            today = company._export_today()
            for account in accounts:
                days = by_tier.get(account.tier_id.id, policies).contact_days
                last = account.last_contact_date
                due = last + timedelta(days=days) if last else account.as_of
                account.contact_due_date = days and due
                account.contact_due = bool(days and due and due <= today)

    @api.model
    def _search_contact_due(self, operator, value):
        if operator != "in" or set(value) not in ({True}, {False}):
            return NotImplemented
        policies = self.env["export.crm.tier.policy"]
        due = Domain.FALSE
        for company in self.env.companies._export_root():
            today = company._export_today()
            for tier_id, policy in policies._by_tier(company).items():
                if policy.contact_days:
                    until = today - timedelta(days=policy.contact_days)
                    due |= Domain(
                        [
                            ("company_id", "=", company.id),
                            ("tier_id", "=", tier_id),
                            ("as_of", "!=", False),
                            "|",
                            ("last_contact_date", "<=", until),
                            ("last_contact_date", "=", False),
                        ]
                    )
        return due if True in value else ~due
