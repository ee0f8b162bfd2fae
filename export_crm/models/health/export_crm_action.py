from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ...tools.account.change import change_words
from ..account.unknown import FactFloat, FactMonetary
from ..core.wording import labelled, number, percent

#: Figures of the customer that are shares, shown as percentages.
SHARES = (
    "p_buy",
    "p_alive",
    "churn_risk",
    "silence_chance",
    "on_time_rate",
    "win_rate",
)


class ExportCrmAction(models.Model):
    """A next best action for one customer, what became of it and what it brought."""

    _name = "export.crm.action"
    _description = "Next Best Action"
    _inherit = "export.crm.dismiss.mixin"
    _order = "priority desc nulls last, id desc"
    _rec_name = "rule_id"
    _dismissed_as = "action_ids"

    rule_id = fields.Many2one(
        "export.crm.action.rule", required=True, readonly=True, ondelete="restrict"
    )
    text = fields.Text(related="rule_id.text")
    role = fields.Selection(related="rule_id.role", store=True)
    period = fields.Char(required=True, readonly=True, help="Quarter.")
    date = fields.Date(required=True, readonly=True)
    value_at_stake = FactMonetary(readonly=True, help="Company currency.")
    priority = FactMonetary(
        readonly=True, help="Value at stake times expected effect, company currency."
    )
    p_buy = FactFloat(
        string="Chance Before",
        readonly=True,
        aggregator="avg",
        help="0 to 1: chance to buy within 182 days when it was proposed.",
    )
    figures = fields.Json(readonly=True, help="The figures that met the condition.")
    why = fields.Char(compute="_compute_why")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("done", "Done"),
            ("dismissed", "Dismissed"),
            ("expired", "Expired"),
            ("control", "Control Group"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
        help="Expired: nobody decided within its quarter. Control group: noted only, "
        "to measure the effect.",
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    contacted = fields.Boolean(
        compute="_compute_contacted", store=True, help="It was accepted or done."
    )
    cost = FactMonetary(
        readonly=True,
        help="What doing it costs, as its rule said when it was accepted or done; "
        "company currency.",
    )
    measured_date = fields.Date(readonly=True)
    bought_after = fields.Boolean(
        readonly=True, help="A purchase within 91 days after the day it was proposed."
    )
    revenue_after = FactMonetary(
        readonly=True, help="Untaxed orders within those 91 days, company currency."
    )

    _rule_period_uniq = models.Constraint(
        "UNIQUE(account_id, rule_id, period)",
        "An action is proposed once per customer and quarter.",
    )

    @api.depends("state")
    def _compute_contacted(self):
        for action in self:
            action.contacted = action.state in ("accepted", "done")

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_why(self):
        for action in self:
            action.why = " · ".join(
                labelled(self.env, label, value) for label, value in action._why_rows()
            )

    def _why_rows(self):
        """Return ``(label, value)`` of the figures that met the condition."""
        known = self.env["export.crm.account"]._fields
        for name, value in sorted((self.figures or {}).items()):
            if name in known and value is not None:
                label = known[name]._description_string(self.env)
                yield label, self._why_value(known[name], value)

    def _why_value(self, field, value):
        if field.name in SHARES:
            return percent(self.env, value)
        if field.name == "growth":
            return change_words(value)
        if field.type == "monetary":
            return format_amount(self.env, float(value), self.currency_id)
        if isinstance(value, str):
            return value
        return number(self.env, value)

    def action_accept(self):
        """Say that it will be done; who says so is noted.

        :raise UserError: a hold, a late payment or an open claim puts it out of place
        """
        late = self._not_to_be_made()
        if late:
            raise UserError(
                self.env._(
                    "On credit hold, late with a payment or waiting for a claim: this "
                    "is out of place now for %s. Dismiss it, or wait until that is "
                    "settled.",
                    ", ".join(late.mapped("partner_id.display_name")),
                )
            )
        self._decide(("proposed",), "accepted")

    def action_done(self):
        """Say that it was done."""
        self._decide(("proposed", "accepted"), "done")

    def action_dismiss(self, reason):
        """Say that it won't be done, and why.

        :param str reason: required
        :raise UserError: without a reason
        """
        if not (reason or "").strip():
            raise UserError(self.env._("An action is dismissed with a reason."))
        self._decide(("proposed", "accepted"), "dismissed", reason.strip())

    def _decide(self, states, state, reason=False):
        self.check_access("read")
        wrong = self.filtered(lambda action: action.state not in states)
        if wrong:
            raise UserError(
                self.env._(
                    "Decided already: %(names)s",
                    names=", ".join(wrong.mapped("partner_id.display_name")),
                )
            )
        # sudo: whoever may see an action may decide, and change nothing else of it
        for (rule, company), actions in (
            self.sudo()
            .grouped(lambda action: (action.rule_id, action.company_id))
            .items()
        ):
            costs = state in ("accepted", "done")
            actions.write(
                {
                    "state": state,
                    "reason": reason,
                    "decided_by_id": self.env.uid,
                    "cost": rule.with_company(company).unit_cost if costs else None,
                }
            )

    def action_write_mail(self):
        """Open the mail composer with the rule's template."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write a Mail"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": self.partner_id.ids,
                "default_template_id": self.rule_id.template_id.id,
                "default_composition_mode": "comment",
            },
        }
