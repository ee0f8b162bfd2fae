from odoo import api, fields, models

LEVELS = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")]


class ExportCrmClaimPriority(models.Model):
    """One cell of the matrix severity × tier."""

    _name = "export.crm.claim.priority"
    _description = "Claim Priority"
    _rec_names_search = ["severity_id", "tier_id"]
    _order = "points desc, id"

    severity_id = fields.Many2one(
        "export.crm.claim.severity", required=True, ondelete="restrict"
    )
    tier_id = fields.Many2one(
        "export.crm.tier", ondelete="restrict", help="Empty: C and unrated customers."
    )
    severity_points = fields.Integer(
        related="severity_id.points", string="Severity points"
    )
    tier_factor = fields.Float(required=True, default=1.0)
    points = fields.Float(compute="_compute_points", store=True)
    level = fields.Selection(LEVELS, required=True, default="1")
    active = fields.Boolean(default=True)

    _cell_uniq = models.UniqueIndex(
        "(severity_id, COALESCE(tier_id, 0)) WHERE active",
        "There is one priority for a severity and a tier.",
    )

    @api.depends("severity_id.points", "tier_factor")
    def _compute_points(self):
        for cell in self:
            cell.points = cell.severity_id.points * cell.tier_factor

    @api.depends("severity_id", "tier_id", "level")
    def _compute_display_name(self):
        for cell in self:
            cell.display_name = cell._arithmetic(cell.tier_id)

    @api.model
    def _cell(self, severity, tier):
        """Return the cell for a severity and a customer's tier."""
        cells = self.search([("severity_id", "=", severity.id)])
        own = cells.filtered(lambda cell: cell.tier_id and cell.tier_id == tier)
        return own[:1] or cells.filtered(lambda cell: not cell.tier_id)[:1]

    def _arithmetic(self, tier):
        """Return how the priority comes about, for people."""
        self.ensure_one()
        labels = dict(self._fields["level"]._description_selection(self.env))
        return self.env._(
            "%(severity)s (%(points)s) × %(tier)s (%(factor)s) = %(product)s: "
            "%(level)s",
            severity=self.severity_id.name,
            points=self.severity_id.points,
            tier=self.env._("tier %(code)s", code=tier.code)
            if tier
            else self.env._("unrated"),
            factor=f"{self.tier_factor:g}",
            product=f"{self.points:g}",
            level=labels[self.level],
        )
