from odoo import api, fields, models

REASONS = [
    ("first", "First tier"),
    ("up", "Up"),
    ("down", "Down"),
    ("step", "One step down"),
    ("kept", "Stays A for now"),
    ("wait", "Stays: just went down"),
    ("override", "Set by a person"),
    ("unrated", "No longer rated"),
    ("same", "Passes again"),
]


class ExportCrmTierGradingLine(models.Model):
    """One customer in a grading: who would move, why, and what it means."""

    _name = "export.crm.tier.grading.line"
    _inherit = "export.crm.books.mixin"
    _description = "Line of a Tier Grading"
    _order = "revenue_365d desc, id"
    _rec_name = "partner_id"

    grading_id = fields.Many2one(
        "export.crm.tier.grading", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    account_id = fields.Many2one(
        "export.crm.account", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    salesperson_id = fields.Many2one("res.users")
    country_id = fields.Many2one("res.country")
    old_tier_id = fields.Many2one("export.crm.tier", string="From")
    new_tier_id = fields.Many2one("export.crm.tier", string="To")
    old_color = fields.Integer(related="old_tier_id.color", string="Colour From")
    new_color = fields.Integer(related="new_tier_id.color", string="Colour To")
    computed_tier_id = fields.Many2one("export.crm.tier", string="By the figures")
    reason = fields.Selection(
        REASONS,
        string="Move",
        required=True,
        help="One step down: the figures say lower still, but a grading takes one "
        "step. Stays A for now: within the margin, or failing for the first time. "
        "Just went down: another step takes another grading.",
    )
    state = fields.Selection(
        [
            ("pending", "Preview"),
            ("applied", "In effect"),
            ("skipped", "Left out: changed since the preview"),
        ],
        required=True,
        default="pending",
    )
    fails = fields.Integer(string="Failing gradings")
    failed_on = fields.Date()
    score = fields.Float(digits=(5, 1), aggregator="avg")
    breakdown = fields.Json()
    explanation = fields.Html(compute="_compute_explanation")
    why = fields.Char(compute="_compute_why")
    effect = fields.Char(
        string="Effect on service",
        compute="_compute_effect",
        help="What the policies of the two tiers have different.",
    )
    revenue_365d = fields.Monetary(string="Revenue, 12 Months")
    currency_id = fields.Many2one("res.currency")

    @api.depends("breakdown")
    def _compute_explanation(self):
        accounts = self.env["export.crm.account"]
        for line in self:
            line.explanation = accounts._render_tier(line.breakdown, line.score)

    @api.depends("breakdown", "computed_tier_id")
    def _compute_why(self):
        accounts = self.env["export.crm.account"]
        for line in self:
            line.why = accounts._tier_sentence(
                line.computed_tier_id.code, line.breakdown
            )

    @api.depends("old_tier_id", "new_tier_id", "company_id")
    def _compute_effect(self):
        policies = self.env["export.crm.tier.policy"]
        found = {}
        for line in self:
            key = (line.company_id, line.old_tier_id, line.new_tier_id)
            if key not in found:
                found[key] = policies._difference(*key)
            line.effect = found[key]

    def action_override(self):
        """Set this customer's tier by hand instead."""
        self.ensure_one()
        return self.account_id.action_override_tier()
