from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    export_followup_ahead_days = fields.Integer(
        string="Activities ahead (days)",
        default=3,
        help="Activities appear so many days before they are due.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_followup_late_days = fields.Integer(
        string="Too late after (days)",
        default=30,
        help="A step found so many days after its time is skipped.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_followup_coalesce_days = fields.Integer(
        string="One contact within (days)",
        default=3,
        help="Steps for one customer that lie so close together are one contact.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_followup_effect_days = fields.Integer(
        string="Effect within (days)",
        default=30,
        help="An order within so many days of a contact counts as its effect.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_followup_user_id = fields.Many2one(
        "res.users",
        string="Fallback for follow-ups",
        domain="[('share', '=', False)]",
        help="Makes contacts that nobody else is responsible for.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_director_id = fields.Many2one(
        "res.users",
        string="Director",
        domain="[('share', '=', False)]",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_technical_user_id = fields.Many2one(
        "res.users",
        string="Technical adviser",
        domain="[('share', '=', False)]",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_service_user_id = fields.Many2one(
        "res.users",
        string="Service",
        domain="[('share', '=', False)]",
        groups="base.group_user",
        prefetch="export_crm",
    )
