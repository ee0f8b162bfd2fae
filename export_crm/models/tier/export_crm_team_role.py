from odoo import api, fields, models

ROLES = [
    ("sales", "Sales"),
    ("documents", "Documents"),
    ("logistics", "Logistics"),
    ("after_sales", "After-sales"),
    ("product_manager", "Product manager"),
    ("account_manager", "Account manager"),
    ("technical_adviser", "Technical adviser"),
]


class ExportCrmTeamRole(models.Model):
    """Who looks after customers of some tiers and countries, in which role."""

    _name = "export.crm.team.role"
    _inherit = "export.crm.books.mixin"
    _description = "Role in an Account Team"
    _order = "sequence, id"
    _rec_name = "role"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: all companies."
    )
    role = fields.Selection(ROLES, required=True)
    tier_ids = fields.Many2many("export.crm.tier", string="Tiers", help="Empty: all.")
    country_group_ids = fields.Many2many(
        "res.country.group", string="Countries", help="Empty: all."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        domain="[('share', '=', False)]",
        help="Empty: the customer's salesperson for sales, else nobody yet.",
    )

    def _concerns(self, tier, country):
        """Tell whether this role looks after a customer of that tier and country."""
        self.ensure_one()
        groups = self.country_group_ids
        return (not self.tier_ids or tier in self.tier_ids) and (
            not groups or country in groups.country_ids
        )

    @api.model
    def _team_of(self, company, partner, tier):
        """Return ``[(role label, user)]`` of a customer; a person who left is none.

        :param res.partner partner: commercial customer
        :param tier: ``export.crm.tier``, empty for an unrated one
        """
        # sudo: who looks after a customer is for everybody who sees it
        roles = self.sudo().search([("company_id", "in", (company.id, False))])
        labels = dict(self._fields["role"]._description_selection(self.env))
        found = {}
        for role in roles.sorted(lambda role: bool(role.company_id), reverse=True):
            if role._concerns(tier, partner.country_id):
                user = role.user_id.filtered("active")
                if role.role == "sales" and not user:
                    user = partner.user_id.filtered("active")
                found[role.role] = found.get(role.role) or user
        return [(labels[r], found[r]) for r, _label in ROLES if r in found]
