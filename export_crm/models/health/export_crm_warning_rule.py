from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.health import early_warning

CAUSES = [
    ("frequency", "Orders less often"),
    ("silence", "Regular buyer is silent"),
    ("churn", "Churn risk"),
    ("wake_up", "No sign of life"),
    ("cycle", "Order cycle"),
    ("complaints", "More complaints"),
    ("satisfaction", "Satisfaction fell"),
    ("average_order", "Smaller orders"),
]


class ExportCrmWarningRule(models.Model):
    """What people are warned of, and from when on."""

    _name = "export.crm.warning.rule"
    _inherit = "export.crm.books.mixin"
    _description = "Warning Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(CAUSES, string="Cause", required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        help="Empty: for every company. One of a company's own goes before it.",
    )
    tier_ids = fields.Many2many(
        "export.crm.tier", string="Tiers", help="Only these tiers; empty: all."
    )
    limit = fields.Float(
        digits=(16, 3),
        aggregator=None,
        help="Orders less often, smaller orders, more complaints: times the 182 days "
        "before. Churn risk, silent: a probability, 0 to 1. Order cycle: days. "
        "Satisfaction: points.",
    )
    alarm_limit = fields.Float(
        digits=(16, 3),
        aggregator=None,
        help="Order cycle: days from which it is an alarm.",
    )
    limit_a = fields.Float(
        digits=(16, 3),
        aggregator=None,
        help="Churn risk above which an A customer is warned of.",
    )
    limit_b = fields.Float(
        digits=(16, 3), aggregator=None, help="The same for a B customer."
    )
    limit_c = fields.Float(
        digits=(16, 3),
        aggregator=None,
        help="The same for C customers and those without a tier.",
    )
    minimum = fields.Integer(
        aggregator=None,
        help="Orders less often: orders in both periods together that it takes for a "
        "warning. Smaller orders: orders in each period. More complaints: claims. No "
        "sign of life: calendar months.",
    )
    probability = fields.Float(
        digits=(16, 3),
        aggregator=None,
        help="Orders less often: how sure it must be that the rate fell, 0 to 1; "
        "below that it is information and no warning.",
    )
    wants_contact = fields.Boolean(
        help="A warning of this cause asks for a contact with the customer."
    )
    description = fields.Text(translate=True)

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "There is one rule for each cause."
    )

    @api.constrains(
        "limit",
        "alarm_limit",
        "minimum",
        "probability",
        "limit_a",
        "limit_b",
        "limit_c",
    )
    def _check_numbers(self):
        for rule in self:
            tiers = (rule.limit_a, rule.limit_b, rule.limit_c)
            shares = (rule.probability, *(tiers if rule.code == "churn" else ()))
            numbers = (rule.limit, rule.alarm_limit, rule.minimum, *tiers)
            if min(numbers) < 0 or not all(0 <= share <= 1 for share in shares):
                raise ValidationError(
                    self.env._(
                        "Limits may not be negative, and a probability lies between "
                        "0 and 1."
                    )
                )

    @api.model
    def _of_company(self, company):
        """Return the rules that hold in a company, its own before the shared."""
        found = self.search([("company_id", "in", (company.id, False))])
        own = self.with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        return found.filtered(
            lambda r: r.company_id or r.code not in own.mapped("code")
        )

    def _as_rule(self):
        """Return what ``tools.early_warning`` needs to know."""
        self.ensure_one()
        churn = {"A": self.limit_a, "B": self.limit_b, "C": self.limit_c}
        return early_warning.Rule(
            self.code,
            limit=self.limit,
            alarm_limit=self.alarm_limit,
            minimum=self.minimum,
            probability=self.probability,
            tiers=tuple(self.tier_ids.mapped("code")),
            tier_limits=churn if self.code == "churn" else {},
        )
