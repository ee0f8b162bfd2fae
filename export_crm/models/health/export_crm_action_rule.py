import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.health import best_action

VALUES = [
    ("forecast_revenue_12m", "Revenue expected in 12 months"),
    ("revenue_365d", "Revenue of the last 365 days"),
    ("revenue_prev_365d", "Revenue of the 365 days before"),
    ("overdue_amount", "Overdue amount"),
]
ROLES = [
    ("sales", "Salesperson"),
    ("manager", "Sales manager"),
    ("credit", "Accountant"),
    ("after_sales", "After-sales"),
]
#: Days after which an action's outcome is measured.
OUTCOME_DAYS = 91


class ExportCrmActionRule(models.Model):
    """When to do what: a condition on the facts, a text, a role."""

    _name = "export.crm.action.rule"
    _inherit = "export.crm.books.mixin"
    _description = "Next Best Action Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for every company.")
    condition = fields.Char(
        required=True,
        default="[]",
        help="Which customers, by their figures. An unknown figure meets no condition.",
    )
    text = fields.Text(
        required=True, translate=True, help="What to do, for the person who does it."
    )
    role = fields.Selection(ROLES, required=True, default="sales")
    template_id = fields.Many2one(
        "mail.template",
        domain=[("model", "=", "res.partner")],
        help="Mail to begin with; nothing is sent by itself.",
    )
    is_offer = fields.Boolean(
        string="An Offer",
        help="Not proposed for customers who are on hold, have paid late lately, or "
        "have an open claim.",
    )
    when_held = fields.Boolean(
        string="During a Credit Hold",
        help="Proposed for customers on hold, too; nothing is sold to them then.",
    )
    when_claiming = fields.Boolean(
        string="During a Claim",
        help="Proposed while a claim of the customer is open, too; other contacts wait "
        "until it is closed.",
    )
    when_warned = fields.Boolean(
        string="For Open Warnings",
        help="Also applies to customers with an open warning or alarm, whatever the "
        "condition says.",
    )
    value_field = fields.Selection(
        VALUES,
        string="At Stake",
        required=True,
        default="forecast_revenue_12m",
    )
    effect = fields.Float(
        string="Expected Effect",
        required=True,
        default=0.1,
        aggregator=None,
        help="0 to 1: share of what is at stake that the action is expected to keep. "
        "Correct it by what was measured.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit_cost = fields.Float(
        string="Cost of One",
        company_dependent=True,
        aggregator=None,
        help="What doing it once costs (time, travel, sample), in the currency of the "
        "current company; each company has its own.",
    )

    @api.constrains("condition")
    def _check_condition(self):
        for rule in self:
            rule._domain()

    @api.constrains("effect", "unit_cost")
    def _check_numbers(self):
        for rule in self:
            if not 0 <= rule.effect <= 1 or rule.unit_cost < 0:
                raise ValidationError(
                    self.env._(
                        "The expected effect lies between 0 and 1, and a cost is not "
                        "negative."
                    )
                )

    def _domain(self):
        """Return the condition as a ``Domain`` on customer accounts.

        :raise ValidationError: it is no list of conditions on figures of a customer
        """
        self.ensure_one()
        accounts = self.env["export.crm.account"]
        try:
            domain = Domain(ast.literal_eval(self.condition or "[]"))
            for leaf in domain.iter_conditions():
                head = leaf.field_expr.split(".")[0]
                field = accounts._fields.get(head)
                if field is None or not field.store:
                    raise ValueError(self.env._("unknown figure %s", head))
            domain.validate(accounts)
        except (ValueError, SyntaxError, TypeError, MemoryError) as error:
            raise ValidationError(
                self.env._(
                    "%(rule)s: the condition is not understood: %(error)s",
                    rule=self.name,
                    error=error,
                )
            ) from error
        return domain

    def _choice(self, account):
        """Return this rule as it applies to a customer account."""
        self.ensure_one()
        value = account[self.value_field]
        return best_action.Choice(
            self.id,
            None if value is None else value * self.effect,
            self.is_offer,
            self.when_held,
            self.when_claiming,
        )

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    def action_view_actions(self):
        """Open what was proposed by this rule."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_action_action"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        action["context"] = {}
        return action
