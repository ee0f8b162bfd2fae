from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    export_health_green = fields.Float(
        string="Healthy from",
        default=75.0,
        help="Health index from which a customer is healthy (green).",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_health_amber = fields.Float(
        string="At risk below",
        default=50.0,
        help="Health index below which a customer is at risk (red).",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_health_margin = fields.Float(
        string="Points of leeway",
        default=3.0,
        help="Points below a threshold down to which a customer keeps its colour.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_health_coverage = fields.Float(
        string="Known at least",
        default=0.5,
        help="Share of the weights that must be known for an index to be shown.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_action_control = fields.Float(
        string="Control group",
        default=0.0,
        help="Share of customers for whom a next best action is noted and not "
        "proposed, drawn by chance, so that its effect can be measured.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_weekly_report = fields.Boolean(
        string="Weekly report of warnings",
        default=True,
        help="Once a week managers get a mail with the open warnings of their "
        "customers, and with what was new for information.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_warnings_since = fields.Date(
        readonly=True,
        help="Day of the first search for warnings: what was so already then is "
        "listed as known and disturbs nobody.",
        groups="base.group_user",
        prefetch="export_crm",
    )

    @api.constrains(
        "export_health_green",
        "export_health_amber",
        "export_health_margin",
        "export_health_coverage",
        "export_action_control",
    )
    def _check_export_health_settings(self):
        for company in self:
            green, amber = company.export_health_green, company.export_health_amber
            margin = company.export_health_margin
            shares = (company.export_health_coverage, company.export_action_control)
            if not (
                100 >= green > amber > 0
                and 0 <= margin < green - amber
                and all(0 <= share <= 1 for share in shares)
            ):
                raise ValidationError(
                    self.env._(
                        "%(company)s: green must be above red, both between 0 and "
                        "100, the points of leeway smaller than what is between them, "
                        "and shares between 0 and 1.",
                        company=company.name,
                    )
                )
