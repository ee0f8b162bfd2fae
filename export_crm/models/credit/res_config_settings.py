from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_credit_user_id = fields.Many2one(
        related="company_id.root_id.export_credit_user_id", readonly=False
    )
    export_credit_auto_release = fields.Boolean(
        related="company_id.root_id.export_credit_auto_release", readonly=False
    )
    export_credit_check_delivery = fields.Boolean(
        related="company_id.root_id.export_credit_check_delivery", readonly=False
    )
    export_credit_check_invoice = fields.Boolean(
        related="company_id.root_id.export_credit_check_invoice", readonly=False
    )
    export_credit_check_documents = fields.Boolean(
        related="company_id.root_id.export_credit_check_documents", readonly=False
    )
    export_credit_cover_percent = fields.Float(
        related="company_id.root_id.export_credit_cover_percent", readonly=False
    )

    def _inverse_account_default_credit_limit(self):
        """Set the usual limit for the whole tree, as the limits themselves."""
        result = super()._inverse_account_default_credit_limit()
        for setting in self:
            company = setting.company_id
            for other in company._export_tree() - company:
                self.env["ir.default"]._export_copy_limit(company, other)
        return result
