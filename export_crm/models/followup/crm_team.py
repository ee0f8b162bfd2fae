from odoo import fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    export_coordinator_ids = fields.Many2many(
        "res.users",
        "export_crm_team_coordinator_rel",
        "team_id",
        "user_id",
        string="Customer Relationship Coordinators",
        domain="[('share', '=', False)]",
        help="Make the contacts that nobody else is responsible for.",
    )
