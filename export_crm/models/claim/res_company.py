from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    export_claim_grace_days = fields.Integer(
        string="Reopen claims within",
        default=14,
        help="Days after closing within which the customer's answer reopens a claim; "
        "later it becomes a new one.",
        prefetch="export_crm",
    )
    export_claim_manager_id = fields.Many2one(
        "res.users",
        string="Claims manager",
        domain="[('share', '=', False)]",
        help="Told of claims that their department's leader can't look after.",
        prefetch="export_crm",
    )
    export_claim_director_id = fields.Many2one(
        "res.users",
        string="Claims director",
        domain="[('share', '=', False)]",
        help="Told last, when a claim is long overdue.",
        prefetch="export_crm",
    )

    @api.constrains("export_claim_grace_days")
    def _check_export_claim_grace_days(self):
        if any(company.export_claim_grace_days < 0 for company in self):
            raise ValidationError(self.env._("Days of grace are not negative."))
