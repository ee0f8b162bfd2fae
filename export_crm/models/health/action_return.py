"""What the actions of a rule brought: effect, revenue, cost, with sample sizes."""

from odoo import api, fields, models
from odoo.tools import format_amount

from ...tools.health import uplift
from ..account.unknown import FactFloat, FactMonetary


class ExportCrmActionRule(models.Model):
    """Contacted customers against comparable ones, of the current company.

    Compared are customers with the same chance to buy before: those that chance put
    into the control group, once there are enough of them, else all not contacted.
    Whoever reads sees what became of the customers that he may see.
    """

    _inherit = "export.crm.action.rule"

    measured_contacted = fields.Integer(string="Contacted", compute="_compute_measured")
    measured_compared = fields.Integer(
        string="Not Contacted", compute="_compute_measured"
    )
    measured_control = fields.Integer(
        string="By Chance",
        compute="_compute_measured",
        help="Of those not contacted, drawn into the control group. From ten on only "
        "they are compared.",
    )
    measured_text = fields.Char(
        string="Measured Effect",
        compute="_compute_measured",
        help="Share that bought within 91 days, contacted less comparable customers "
        "not contacted (same chance to buy before), with its 95 % interval.",
    )
    measured_gain = FactMonetary(
        string="Revenue per Contact",
        compute="_compute_measured",
        help="Untaxed revenue of the 91 days after, contacted less comparable "
        "customers, per customer contacted. Empty: fewer than ten on either side.",
    )
    measured_cost = FactMonetary(
        string="Cost",
        compute="_compute_measured",
        help="Of all measured contacts, at what one cost when it was made.",
    )
    measured_return = FactMonetary(
        string="Return",
        compute="_compute_measured",
        help="Revenue that the contacts brought, less their cost. Empty: fewer than "
        "ten on either side.",
    )
    measured_range = fields.Char(
        string="Return Between",
        compute="_compute_measured",
        help="95 % interval of the return: where it spans 0, nothing is proven yet.",
    )
    measured_ratio = FactFloat(
        string="Revenue per Cost",
        compute="_compute_measured",
        digits=(16, 1),
        help="Revenue that the contacts brought for each unit of their cost. Empty: "
        "unknown, or no cost was set.",
    )

    @api.depends_context("company", "uid", "lang")
    def _compute_measured(self):
        found = self.env["export.crm.action"].search_fetch(
            [
                ("rule_id", "in", self.ids),
                ("company_id", "=", self.env.company._export_root().id),
                ("measured_date", "!=", False),
            ],
            ["rule_id", "contacted", "state", "p_buy", "bought_after", "revenue_after"],
        )
        measured = found.grouped("rule_id")
        for rule in self:
            rule._measure_from(measured.get(rule, found.browse()))

    def _measure_from(self, measured):
        """Fill the figures from the measured actions of this rule."""
        done = measured.filtered("contacted")
        others = measured - done
        control = others.filtered(lambda action: action.state == "control")
        self.measured_contacted = len(done)
        self.measured_compared = len(others)
        self.measured_control = len(control)
        if len(control) >= uplift.LEAST:
            others = control
        self.measured_text = self._effect_text(
            uplift.effect(
                [(action.p_buy, action.bought_after) for action in done],
                [(action.p_buy, action.bought_after) for action in others],
            )
        )
        self.measured_cost = sum(action.cost or 0.0 for action in done)
        self._measure_return(
            uplift.gain(
                [(action.p_buy, action.revenue_after or 0.0) for action in done],
                [(action.p_buy, action.revenue_after or 0.0) for action in others],
            )
        )

    def _measure_return(self, gain):
        """Fill what the contacts brought and cost; nothing where nobody compares."""
        if gain is None:
            self.measured_gain = self.measured_return = self.measured_ratio = None
            self.measured_range = self.env._(
                "Too few: %(least)s of each needed",
                least=uplift.LEAST,
            )
            return
        number, cost = self.measured_contacted, self.measured_cost
        self.measured_gain = gain.per_contact
        self.measured_return = number * gain.per_contact - cost
        self.measured_ratio = number * gain.per_contact / cost if cost else None
        self.measured_range = self.env._(
            "%(low)s to %(high)s",
            low=format_amount(self.env, number * gain.low - cost, self.currency_id),
            high=format_amount(self.env, number * gain.high - cost, self.currency_id),
        )

    def _effect_text(self, found):
        if found is None:
            return self.env._("Nobody to compare yet")
        return self.env._(
            "%(difference)+.0f points (%(low)+.0f to %(high)+.0f)",
            difference=100.0 * found.difference,
            low=100.0 * found.low,
            high=100.0 * found.high,
        )
