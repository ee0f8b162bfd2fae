from odoo import api, fields, models

from ...tools.account.change import change_words
from ...tools.tier import tier_score
from ..core.wording import number, percent

# Inputs that are shares (0-1) and shown in percent.
SHARES = {
    "punctuality",
    "late",
    "gate_pareto",
    "gate_own_share",
    "gate_wallet",
}
FLAGS = {"core", "gate_core"}
MONEY = {"growing"}


class ExportCrmAccount(models.Model):
    """A tier in words: its lines, its gates, what is missing for the next one."""

    _inherit = "export.crm.account"

    tier_explanation = fields.Html(compute="_compute_tier_explanation")
    tier_missing = fields.Html(
        string="For the Next Tier", compute="_compute_tier_explanation"
    )

    @api.depends("tier_lines", "tier_score", "tier_computed_id", "tier_id")
    def _compute_tier_explanation(self):
        for account in self:
            stored = account.tier_lines
            account.tier_explanation = account._render_tier(stored, account.tier_score)
            account.tier_missing = account._render_missing()

    @api.model
    def _render_tier(self, stored, score):
        """Return the breakdown of a score as a table; ``stored``: its JSON."""
        if not stored or not stored.get("parts"):
            return self._render_lines([], None)
        labels = self._tier_labels()
        total = sum(part[2] for part in stored["parts"])
        return self.env["ir.qweb"]._render(
            "export_crm.tier_breakdown",
            {
                "score": score,
                "parts": [
                    (labels.get(code, code), points, f"{weight / total:.0%}")
                    for code, points, weight, _rule in stored["parts"]
                ],
                "lines": [self._line_words(labels, *line) for line in stored["lines"]],
                "gates": [self._check_words(labels, *c) for c in stored["gates"]],
                "rules": [self._check_words(labels, *c) for c in stored["rules"]],
            },
        )

    def _render_missing(self):
        """Return what keeps the customer from the next tier, as a list."""
        self.ensure_one()
        stored = self.tier_lines or {}
        gates, rules = (
            [tier_score.Check(*check) for check in stored.get(kind, [])]
            for kind in ("gates", "rules")
        )
        computed, has = self.tier_computed_id, self.tier_id
        code, checks = tier_score.missing(computed.code, gates, rules)
        ahead = computed and (not has or computed.sequence < has.sequence)
        if not code and not ahead:
            return False
        labels = self._tier_labels()
        return self.env["ir.qweb"]._render(
            "export_crm.tier_missing",
            {
                "ahead": computed.code if ahead else False,
                "code": code,
                "either": code == "B",
                "checks": [self._check_words(labels, *check) for check in checks],
            },
        )

    @api.model
    def _tier_sentence(self, code, stored):
        """Return in one line why the figures say ``code``."""
        if not stored or not stored.get("parts"):
            return self.env._("No order, or the first one is too recent.")
        labels = self._tier_labels()
        checks = stored["gates"] if code in ("A", "B") else stored["rules"]
        if code == "B":
            # Why a B and no A.
            checks = [check for check in checks if not check[1]]
        return "; ".join(
            f"{'✓' if check[1] else '✗'} {label}: {fact} ({needed})"
            for check in checks
            for label, fact, needed, _passed in [self._check_words(labels, *check)]
        )

    @api.model
    def _tier_labels(self):
        labels = {
            "scale": self.env._("Scale"),
            "cooperation": self.env._("Cooperation"),
            "potential": self.env._("Market potential"),
            "years": self.env._("Years of cooperation"),
            "quarters": self.env._("Quarters with an order, of 8"),
            "punctuality": self.env._("Paid on time"),
            "willingness": self.env._("Willingness, 1 to 5"),
            "core": self.env._("Core market"),
            "growth": self.env._("Growth"),
            "referral": self.env._("Referred customers"),
            "late": self.env._("Paid on time"),
            "gate_pareto": self.env._("Revenue share of larger customers"),
            "gate_own_share": self.env._("Share of our revenue"),
            "gate_wallet": self.env._("Our share of the customer's purchases"),
            "gate_years": self.env._("Years of cooperation"),
            "gate_core": self.env._("Core market"),
            "gate_score": self.env._("Score"),
            "score_alone": self.env._("Score that does alone"),
            "growing": self.env._("Growing: revenue against the year before"),
            "stable_quarters": self.env._("Stable: quarters with an order, of 4"),
            "stable_cv": self.env._("Stable: variation of the intervals"),
            "b_score": self.env._("Score"),
        }
        return labels

    @api.model
    def _line_words(self, labels, code, value, weight, fact, _rule):
        """Return ``(label, input, points, most points or None)`` of a score line."""
        if weight:
            return labels[code], self._input_words(code, fact), value * weight, weight
        return labels[code], self._input_words(code, fact), value, None

    @api.model
    def _check_words(self, labels, code, passed, fact, needed, _rule):
        """Return ``(label, input, what is needed, passed)`` of a gate or rule."""
        sign = "≥"
        if code == "gate_pareto":
            sign = "<"
        elif code in ("gate_own_share", "gate_wallet", "growing"):
            sign = ">"
        elif code == "stable_cv":
            sign = "≤"
        needed = self._input_words(code, needed)
        if code in FLAGS:
            need = self.env._("must be one")
        else:
            need = f"{sign} {needed}"
        if fact is not None:
            return labels[code], self._input_words(code, fact), need, passed
        unknown = self.env._("unknown")
        if code == "gate_wallet":
            unknown = self.env._("unknown: ask what the customer buys a year")
        elif code == "gate_core":
            unknown = self.env._("the customer has no country")
        return labels[code], unknown, need, passed

    @api.model
    def _input_words(self, code, value):
        if code in FLAGS:
            return self.env._("yes") if value else self.env._("no")
        if code == "growth":
            return change_words(value)
        if code in SHARES:
            return percent(self.env, value, 1)
        if code in MONEY:
            return number(self.env, value, 0)
        return number(self.env, value)
