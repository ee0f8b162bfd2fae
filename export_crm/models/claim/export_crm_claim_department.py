from ast import literal_eval

from odoo import api, fields, models

from ...tools.core.readers import CLAIM_READERS


class ExportCrmClaimDepartment(models.Model):
    """Who answers for a kind of claims, and up to whom a late one goes."""

    _name = "export.crm.claim.department"
    _description = "Claim Department"
    _inherit = ["export.crm.books.mixin", "mail.alias.mixin.optional"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the department serves every company."
    )
    member_ids = fields.Many2many(
        "res.users",
        "export_crm_claim_department_member_rel",
        "department_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False)]",
        help="They see the claims of their department; a claim that comes in by "
        "itself is given to the one with the fewest open claims.",
    )
    leader_id = fields.Many2one(
        "res.users", string="Team leader", domain="[('share', '=', False)]"
    )
    manager_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    director_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    claim_count = fields.Integer(
        string="Open claims", compute="_compute_claim_count", groups=CLAIM_READERS
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "There is one department for each code."
    )

    def _compute_claim_count(self):
        counts = dict(
            self.env["export.crm.claim"]._read_group(
                [("department_id", "in", self.ids), ("is_open", "=", True)],
                ["department_id"],
                ["__count"],
            )
        )
        for department in self:
            department.claim_count = counts.get(department, 0)

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("export.crm.claim")
        if self.id:
            defaults = literal_eval(self.alias_defaults or "{}")
            defaults["department_id"] = self.id
            if self.company_id:
                defaults["company_id"] = self.company_id.id
            values["alias_defaults"] = defaults
        return values

    def _least_busy(self, company):
        """Return the active member with the fewest open claims (maybe nobody)."""
        self.ensure_one()
        members = self.member_ids.filtered(
            lambda user: user.active and company._export_enters(user)
        )
        # Sudo: a salesperson who files a claim does not see everybody's.
        counts = dict(
            self.env["export.crm.claim"]
            .sudo()
            ._read_group(
                [("user_id", "in", members.ids), ("is_open", "=", True)],
                ["user_id"],
                ["__count"],
            )
        )
        return min(
            members, key=lambda user: (counts.get(user, 0), user.id), default=members
        )

    @api.model
    def _default_department(self, company):
        """Return the department for claims that no category assigns."""
        domain = [("company_id", "in", [company.id, False])]
        return self.search([*domain, ("code", "=", "service")], limit=1) or self.search(
            domain, limit=1
        )
