from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    export_claim_grace_days = fields.Integer(
        string="Reopen claims within",
        default=14,
        help="Days after closing within which the customer's answer reopens a claim; "
        "later it becomes a new one.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_claim_manager_id = fields.Many2one(
        "res.users",
        string="Claims manager",
        domain="[('share', '=', False)]",
        help="Told of claims that their department's leader can't look after.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_claim_director_id = fields.Many2one(
        "res.users",
        string="Claims director",
        domain="[('share', '=', False)]",
        help="Told last, when a claim is long overdue.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_claim_hour_claims = fields.Integer(
        string="Claims per hour",
        default=5,
        help="So many claims can a customer file or reopen in the portal within an "
        "hour. 0: no limit.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_claim_hour_messages = fields.Integer(
        string="Messages per hour",
        default=30,
        help="So many messages can a customer write on claims in the portal within an "
        "hour. 0: no limit.",
        groups="base.group_user",
        prefetch="export_crm",
    )

    _export_claim_hour_check = models.Constraint(
        "CHECK(export_claim_hour_claims >= 0 AND export_claim_hour_messages >= 0)",
        "Numbers per hour are not negative.",
    )

    @api.constrains("export_claim_grace_days")
    def _check_export_claim_grace_days(self):
        if any(company.export_claim_grace_days < 0 for company in self):
            raise ValidationError(self.env._("Days of grace are not negative."))
