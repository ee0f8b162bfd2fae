from odoo import api, fields, models

from ...tools.claim import clock

TARGETS = {
    "response": "response_hours",
    "plan": "plan_hours",
    "resolution": "resolution_hours",
}


class ExportCrmClaimPolicy(models.Model):
    """What is promised for a severity and a tier: hours for three milestones.

    A claim takes a snapshot into its log: changing a policy changes no running clock.
    """

    _name = "export.crm.claim.policy"
    _inherit = "export.crm.books.mixin"
    _description = "Claim Policy"
    _rec_names_search = ["severity_id", "tier_id"]
    _order = "severity_points desc, tier_id, id"
    _check_company_auto = True

    severity_id = fields.Many2one(
        "export.crm.claim.severity", required=True, ondelete="restrict"
    )
    severity_points = fields.Integer(related="severity_id.points", store=True)
    tier_id = fields.Many2one(
        "export.crm.tier", ondelete="restrict", help="Empty: C and unrated customers."
    )
    company_id = fields.Many2one("res.company", help="Empty: every company.")
    basis = fields.Selection(
        [(clock.ELAPSED, "Elapsed hours"), (clock.WORKING, "Working hours")],
        required=True,
        default=clock.ELAPSED,
    )
    response_hours = fields.Float(
        string="First response (h)",
        required=True,
        help="A message to the customer by an employee.",
    )
    plan_hours = fields.Float(string="Remedy plan (h)", required=True)
    resolution_hours = fields.Float(
        string="Resolution (h)",
        required=True,
        help="The remedy is agreed with the customer and set in motion.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working hours",
        check_company=True,
        help="Empty: those of the claim's company.",
    )
    active = fields.Boolean(default=True)

    _key_uniq = models.UniqueIndex(
        "(severity_id, COALESCE(tier_id, 0), COALESCE(company_id, 0)) WHERE active",
        "There is one policy for a severity, a tier and a company.",
    )
    _hours_check = models.Constraint(
        "CHECK(response_hours > 0 AND plan_hours > 0 AND resolution_hours > 0)",
        "Targets are more than zero hours.",
    )
    _ceiling_check = models.Constraint(
        "CHECK(response_hours <= 24 AND plan_hours <= 48)",
        "The first response is promised within 24 hours and the plan within 48, at "
        "the latest.",
    )

    @api.depends("severity_id", "tier_id")
    def _compute_display_name(self):
        for policy in self:
            tier = policy.tier_id.code or self.env._("other customers")
            policy.display_name = f"{policy.severity_id.name} × {tier}"

    @api.model
    def _find(self, company, severity, tier):
        """Return the policy for a claim: the company's own and the tier's own first."""
        policies = self.search(
            [
                ("severity_id", "=", severity.id),
                ("tier_id", "in", [tier.id, False]),
                ("company_id", "in", [company.id, False]),
            ]
        )
        return policies.sorted(
            lambda p: (bool(p.company_id), p.tier_id == tier, -p.id), reverse=True
        )[:1]

    def _snapshot(self, milestone, company, tier):
        """Return what is promised for a milestone, as it is kept in the log."""
        self.ensure_one()
        calendar = self.calendar_id or company.resource_calendar_id
        return {
            "hours": self[TARGETS[milestone]],
            "basis": self.basis,
            "policy": self.id,
            "calendar": calendar.id,
            "company": company.id,
            "severity": self.severity_id.code,
            "tier": tier.code or "",
        }


class ExportCrmClaimPauseReason(models.Model):
    """Why clocks stand still, and which."""

    _name = "export.crm.claim.pause.reason"
    _description = "Pause Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    pause_response = fields.Boolean(
        help="Off: the first response is owed all the same."
    )
    pause_plan = fields.Boolean(default=True)
    pause_resolution = fields.Boolean(default=True)
    resume_on_reply = fields.Boolean(
        help="The clocks go on as soon as the customer writes."
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is one pause reason for each code."
    )

    def _milestones(self):
        """Return the milestones whose clocks stand still."""
        return [name for name in TARGETS if self[f"pause_{name}"]]
