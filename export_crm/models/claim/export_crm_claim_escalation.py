from odoo import api, fields, models
from odoo.exceptions import UserError

from .export_crm_claim import SERVICE_LEVELS
from .export_crm_claim_event import MILESTONES

ROLES = [
    ("agent", "Agent"),
    ("leader", "Team leader"),
    ("manager", "Manager"),
    ("director", "Director"),
    ("expert", "Expert of the category"),
    ("oncall", "On call"),
]
TRIGGERS = [
    ("clock", "Share of a target used up"),
    ("amount", "Amount claimed"),
    ("complexity", "Complex claim"),
    ("reopened", "Reopened"),
    ("category", "Category"),
    ("out_of_hours", "Critical, out of hours"),
]


class ExportCrmClaimEscalationRule(models.Model):
    """When a claim goes to whom."""

    _name = "export.crm.claim.escalation.rule"
    _description = "Claim Escalation Rule"
    _order = "level, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    level = fields.Integer(
        required=True,
        aggregator=None,
        help="Each level is told once per claim, milestone and cycle; of several that "
        "are due at once only the highest one.",
    )
    trigger = fields.Selection(TRIGGERS, required=True, default="clock")
    percent = fields.Float(
        string="From (%)",
        default=100.0,
        help="Of the target: 75 before it is late, 100 late, 150 half of it later.",
    )
    amount = fields.Float(string="From amount", help="In company currency.")
    cycle = fields.Integer(
        string="From cycle", default=3, help="3: reopened for the second time."
    )
    category_ids = fields.Many2many(
        "export.crm.claim.category",
        "export_crm_claim_escalation_rule_category_rel",
        "rule_id",
        "category_id",
        string="Categories",
    )
    role = fields.Selection(ROLES, string="Goes to", required=True, default="leader")
    service_level = fields.Selection(SERVICE_LEVELS)

    _level_uniq = models.Constraint(
        "UNIQUE(level)", "There is one rule for each level."
    )
    _percent_check = models.Constraint(
        "CHECK(trigger <> 'clock' OR percent > 0)",
        "A share of the target is more than zero.",
    )

    @api.model
    def _ladder(self):
        """Return the clock's levels as ``[(level, share of the target)]``, rising."""
        rules = self.search([("trigger", "=", "clock")], order="level")
        return [(rule.level, rule.percent / 100) for rule in rules]

    def _applies(self, claim):
        """Tell whether a rule that is no clock's holds for a claim now."""
        self.ensure_one()
        if self.trigger == "amount":
            return bool(self.amount) and claim.amount >= self.amount
        if self.trigger == "complexity":
            return claim.complexity == "complex"
        if self.trigger == "reopened":
            return claim.cycle >= self.cycle
        if self.trigger == "category":
            return bool(claim.category_id._with_above() & self.category_ids)
        if self.trigger == "out_of_hours":
            return (
                claim.severity_id.code == "critical"
                and bool(claim._on_call())
                and not claim._is_office_hour()
            )
        return False


class ExportCrmClaimEscalation(models.Model):
    """Who was told what, when. A row is written once and never changes."""

    _name = "export.crm.claim.escalation"
    _inherit = "export.crm.books.mixin"
    _description = "Claim Escalation"
    _order = "id desc"
    _rec_name = "claim_id"

    claim_id = fields.Many2one(
        "export.crm.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", index=True)
    milestone = fields.Selection([*MILESTONES, ("rule", "Rule")], required=True)
    cycle = fields.Integer(required=True, aggregator=None)
    level = fields.Integer(required=True, aggregator=None)
    rule_id = fields.Many2one("export.crm.claim.escalation.rule", ondelete="set null")
    user_id = fields.Many2one(
        "res.users", string="Goes to", index="btree_not_null", ondelete="set null"
    )
    due_at = fields.Datetime(help="When the level was reached.")
    overtaken = fields.Boolean(
        help="A higher level was due at the same time, after an outage: only that one "
        "was told."
    )
    told_at = fields.Datetime(index="btree_not_null")

    _key_uniq = models.Constraint(
        "UNIQUE(claim_id, milestone, cycle, level)",
        "A level is reached once per claim, milestone and cycle.",
    )
    _waiting_idx = models.Index(
        "(user_id) WHERE told_at IS NULL AND overtaken IS NOT TRUE"
        " AND user_id IS NOT NULL"
    )

    def write(self, vals):
        if set(vals) - {"told_at"}:
            raise UserError(self.env._("The ledger of escalations is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The ledger of escalations is never deleted."))
