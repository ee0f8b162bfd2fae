from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.tier import tier_criteria

CODES = [
    ("scale", "Part: scale"),
    ("cooperation", "Part: depth of cooperation"),
    ("potential", "Part: market potential"),
    ("years", "Cooperation: years"),
    ("quarters", "Cooperation: quarters with an order, of 8"),
    ("punctuality", "Cooperation: punctual payment"),
    ("willingness", "Cooperation: willingness"),
    ("core", "Potential: core market"),
    ("growth", "Potential: growth"),
    ("referral", "Bonus: referred customers"),
    ("late", "Malus: unpunctual payment"),
    ("gate_pareto", "A: revenue share ranked before"),
    ("gate_own_share", "A: share of our revenue"),
    ("gate_wallet", "A: our share of the customer's purchases"),
    ("gate_years", "A: years of cooperation"),
    ("gate_core", "A: core market"),
    ("gate_score", "A: score"),
    ("score_alone", "A: score that does alone"),
    ("growing", "B: growing"),
    ("stable_quarters", "B: stable, quarters with an order, of 4"),
    ("stable_cv", "B: stable, variation of intervals"),
    ("b_score", "B: score that does alone"),
    ("unrated", "Unrated: days since the first order"),
    ("fails", "Steady: failing gradings before A is lost"),
]
NUMBERS = ("weight", "low", "high", "threshold", "leave", "max_age")


class ExportCrmTierCriterion(models.Model):
    """One thing that the tier of a customer depends on, with its numbers.

    A company's own record takes the place of the one for all companies; an archived
    one takes the criterion out. The formula is in ``tools/tier/tier_score.py``.
    """

    _name = "export.crm.tier.criterion"
    _inherit = "export.crm.books.mixin"
    _description = "Tier Criterion"
    _order = "sequence, id"
    _rec_name = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(CODES, string="Criterion", required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="Off: not asked; the others count for the whole."
    )
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: all companies that have no record of their own.",
    )
    weight = fields.Float(
        digits=(16, 2),
        help="Points within its part, or of a part within the score. Referrals: "
        "points for each; unpunctual payment: most points lost.",
    )
    low = fields.Float(
        string="Worth nothing at",
        digits=(16, 2),
        help="Input from which on it is worth something. Variation of intervals: "
        "orders needed. Failing gradings: days between two that count.",
    )
    high = fields.Float(
        string="Worth all at",
        digits=(16, 2),
        default=1.0,
        help="Input from which on it is worth everything. Referrals: most points; "
        "unpunctual payment: share paid on time below which points are lost.",
    )
    threshold = fields.Float(
        digits=(16, 2), help="What has to be reached. Shares: 0 to 1."
    )
    leave = fields.Float(
        string="Leave A at",
        digits=(16, 2),
        help="An A that no longer passes loses the tier at once beyond this, else "
        "after the failing gradings.",
    )
    max_age = fields.Integer(
        string="Good for (months)",
        help="An older answer is unknown: ask again. 0: for ever.",
    )
    description = fields.Text(translate=True)

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "There is one record for each criterion and company.",
    )

    @api.constrains("low", "high", "code", "weight", "max_age")
    def _check_numbers(self):
        for criterion in self:
            scaled = criterion.code in tier_criteria.COMPONENTS
            if scaled and criterion.high <= criterion.low:
                raise ValidationError(
                    self.env._(
                        "%(name)s: it must be worth all at more than where it is "
                        "worth nothing.",
                        name=criterion.name,
                    )
                )
            if criterion.code == "late" and criterion.high <= 0:
                raise ValidationError(
                    self.env._("The share paid on time must be above 0.")
                )
            if criterion.weight < 0 or criterion.max_age < 0:
                raise ValidationError(
                    self.env._(
                        "%(name)s: weight and months may not be negative.",
                        name=criterion.name,
                    )
                )

    @api.model
    def _criteria(self, company):
        """Return what is asked in a company.

        :rtype: odoo.addons.export_crm.tools.tier_criteria.Criteria
        """
        records = self.with_context(active_test=False).search(
            [("company_id", "in", (company.id, False))]
        )
        # Those of the company last: they take the place of the general ones.
        chosen = {
            record.code: record
            for record in records.sorted(lambda record: bool(record.company_id))
        }
        return tier_criteria.Criteria.of(
            (record._as_criterion() for record in chosen.values() if record.active),
            basis=company.export_tier_basis,
            core_known=self.env["export.crm.market"]._core_known(company),
        )

    def _as_criterion(self):
        numbers = {name: self[name] for name in NUMBERS}
        return tier_criteria.Criterion(self.code, id=self.id, **numbers)
