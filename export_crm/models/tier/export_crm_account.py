import json

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.tier import tier_score
from ..account.unknown import FactFloat

# Columns of the account -> fields of TierFacts.
TIER_INPUTS = {
    "first_order_date": "first_order",
    "order_count": "order_count",
    "revenue_365d": "revenue",
    "revenue_prev_365d": "revenue_before",
    "revenue_share": "share",
    "revenue_share_before": "share_before",
    "wallet_amount": "wallet",
    "wallet_date": "wallet_date",
    "quarters_active": "quarters",
    "quarters_active_4": "quarters_4",
    "on_time_rate": "punctuality",
    "willingness": "willingness",
    "willingness_date": "willingness_date",
    "growth": "growth",
    "interval_cv": "interval_cv",
    "referred_count": "referred",
}
NUMERIC = (
    "revenue_365d",
    "revenue_prev_365d",
    "revenue_share",
    "revenue_share_before",
    "wallet_amount",
    "on_time_rate",
    "growth",
    "interval_cv",
)
TIER_COLUMNS = {
    "tier_computed_id": "int",
    "tier_score": "float8",
    "tier_scale": "float8",
    "tier_lines": "jsonb",
}


class ExportCrmAccount(models.Model):
    """The tier of a customer: what the facts say, and what the customer has.

    The *computed* tier and score follow the facts every night. The *assigned* tier
    (``tier_id``), which everything else looks at, changes by a grading or by an
    override only; a customer that becomes rated gets its first one at once.
    """

    _inherit = "export.crm.account"

    tier_id = fields.Many2one(
        "export.crm.tier",
        index="btree_not_null",
        readonly=True,
        help="The tier that the customer has: A, B or C; empty: unrated (no order, "
        "or the first one less than 180 days ago). Changes with a grading.",
    )
    tier_since = fields.Date(readonly=True, help="Day of the last change of tier.")
    tier_computed_id = fields.Many2one(
        "export.crm.tier",
        string="Computed Tier",
        index="btree_not_null",
        readonly=True,
        help="What the figures say today; the next grading looks at it.",
    )
    tier_score = FactFloat(
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="0-100: scale 45 %, cooperation 30 %, market potential 25 %.",
    )
    tier_scale = FactFloat(
        readonly=True,
        digits=(16, 6),
        aggregator="avg",
        help="What the scale gate looked at, by the basis chosen in the settings.",
    )
    tier_lines = fields.Json(readonly=True)
    tier_fails = fields.Integer(
        string="Failing Gradings",
        readonly=True,
        help="Gradings in a row in which this A would have been none.",
    )
    tier_failed_on = fields.Date(
        readonly=True, help="Day of the last grading that this A failed."
    )
    tier_stepped_on = fields.Date(
        readonly=True, help="Day of the last grading that moved the customer down."
    )

    # === WHAT THE FACTS SAY === #

    @api.model
    def _step_tiers(self, company, partner_ids, as_of):
        """Compute tier and score of a batch from the facts; assigns nothing.

        :param res.company company: whose figures
        :param list partner_ids: commercial customers
        :param date as_of: the day the facts stand for
        """
        judge = self._tier_judge(company, as_of)
        names = [*TIER_INPUTS, "country_id"]
        rows = self._score_inputs(company, partner_ids, names)
        self._write_scores(TIER_COLUMNS, [judge(row) for row in rows])

    @api.model
    def _tier_judge(self, company, as_of):
        """Return the function ``row of facts -> (account id, *TIER_COLUMNS)``."""
        criteria = self.env["export.crm.tier.criterion"]._criteria(company)
        core_ids = self.env["export.crm.market"]._core_country_ids(company)
        tiers = self.env["export.crm.tier"]._ids_by_code()

        def judge(row):
            facts = self._tier_facts(row, as_of, core_ids)
            grade = tier_score.grade(facts, criteria)
            scale = tier_score.scale_value(facts, criteria)
            return (
                row["id"],
                tiers.get(grade.code),
                grade.score,
                scale if grade.code else None,
                self._tier_breakdown(grade, criteria.basis),
            )

        return judge

    @api.model
    def _tier_facts(self, row, as_of, core_ids):
        values = {name: row[column] for column, name in TIER_INPUTS.items()}
        for column in NUMERIC:
            if row[column] is not None:
                values[TIER_INPUTS[column]] = float(row[column])
        values["order_count"] = row["order_count"] or 0
        country = row["country_id"]
        values["core"] = None if country is None else country in core_ids
        return tier_score.TierFacts(as_of=as_of, **values)

    @api.model
    def _tier_breakdown(self, grade, basis):
        """Return the JSON that is kept with the score: every line, input and rule."""
        if grade.code is None:
            return json.dumps({})
        return json.dumps(
            {
                "basis": basis,
                "parts": grade.parts,
                "lines": grade.lines,
                "gates": grade.gates,
                "rules": grade.rules,
            }
        )

    # === THE FIRST TIER === #

    @api.model
    def _step_first_tiers(self, company, partner_ids, as_of):
        """Give customers that have become rated their first tier, at once.

        Part of the nightly pass only: on the way there the company-wide figures are
        missing. One statement; who has a tier keeps it.

        :return: number of customers
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH given AS (
                    UPDATE export_crm_account
                       SET tier_id = tier_computed_id, tier_since = %(as_of)s
                     WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s)
                       AND tier_id IS NULL AND tier_computed_id IS NOT NULL
                 RETURNING partner_id, user_id, tier_id, tier_score, tier_lines,
                           revenue_365d, currency_id, country_id, first_order_date
                )
                INSERT INTO export_crm_tier_change
                       (partner_id, company_id, date, new_tier_id, reason, score,
                        breakdown, revenue_365d, currency_id, country_id,
                        salesperson_id, user_id, create_uid, create_date)
                SELECT partner_id, %(company)s, %(as_of)s, tier_id, 'first', tier_score,
                       tier_lines, revenue_365d, currency_id, country_id, user_id,
                       %(uid)s, %(uid)s, NOW() AT TIME ZONE 'UTC'
                  FROM given
                RETURNING id
                """,
                as_of=as_of,
                company=company.id,
                partners=list(partner_ids),
                uid=self.env.uid,
            )
        )
        if rows:
            self._facts_invalidate()
            changes = self.env["export.crm.tier.change"].browse(r[0] for r in rows)
            changes._announce_first(company, as_of)
        return len(rows)
