from odoo import api, fields, models


class ExportCrmClaimSeverity(models.Model):
    """How bad a claim is: minor, medium, major or critical."""

    _name = "export.crm.claim.severity"
    _description = "Claim Severity"
    _order = "points, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    points = fields.Integer(
        required=True, help="Multiplied by the tier's factor: the priority."
    )
    min_score = fields.Integer(
        string="From score", help="Points of the scorecard from which it applies."
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is one severity for each code."
    )

    @api.model
    def _from_code(self, code):
        return self.search([("code", "=", code)], limit=1)

    @api.model
    def _from_options(self, options):
        """Return the severity that chosen options of the scorecard come to.

        The sum of their points against ``min_score``; an option may set a floor (a
        danger to people is never minor).
        """
        severities = self.search(fields.Domain.TRUE)
        score = sum(options.mapped("points"))
        reached = severities.filtered(lambda s: s.min_score <= score)[-1:]
        return max(
            reached | options.floor_severity_id,
            key=lambda severity: severity.points,
            default=self.browse(),
        )


class ExportCrmClaimCriterion(models.Model):
    """One question of the severity scorecard."""

    _name = "export.crm.claim.criterion"
    _description = "Severity Criterion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    option_ids = fields.One2many("export.crm.claim.option", "criterion_id")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is one criterion for each code."
    )


class ExportCrmClaimOption(models.Model):
    """One answer to a question of the scorecard, and its points."""

    _name = "export.crm.claim.option"
    _description = "Severity Option"
    _order = "criterion_id, points, id"

    criterion_id = fields.Many2one(
        "export.crm.claim.criterion", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    points = fields.Integer(required=True)
    floor_severity_id = fields.Many2one(
        "export.crm.claim.severity",
        string="At least",
        help="With this answer the claim is never less severe.",
    )

    _points_check = models.Constraint("CHECK(points >= 0)", "Points are not negative.")
