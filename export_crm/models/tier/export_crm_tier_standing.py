from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.tier import upgrade

#: Gradings closer together than that are one: by hand, the day after another.
NEXT_DAYS = 120
#: How far back customers are compared.
HISTORY_DAYS = 1826


class ExportCrmTierStanding(models.Model):
    """Tier and score of each customer right after a grading of all of them.

    A grading keeps lines of whoever moves; what became of those who did not can only
    be told when their standing is kept too.
    """

    _name = "export.crm.tier.standing"
    _inherit = "export.crm.books.mixin"
    _description = "Standing after a Grading"
    _rec_name = "account_id"
    _order = "id"
    _log_access = False

    grading_id = fields.Many2one(
        "export.crm.tier.grading", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(
        "export.crm.account",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    tier_id = fields.Many2one(
        "export.crm.tier", required=True, readonly=True, ondelete="restrict"
    )
    score = fields.Float(readonly=True, help="0-100, on that day.")

    _grading_account_uniq = models.Constraint(
        "UNIQUE(grading_id, account_id)", "A customer stands once after a grading."
    )

    @api.model
    def _keep(self, grading):
        """Keep how everybody stands after ``grading``; one statement.

        Left out are customers whose tier a person has set: they move by no grading.
        """
        if grading.account_ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_tier_standing
                       (grading_id, company_id, account_id, tier_id, score)
                SELECT %(grading)s, a.company_id, a.id, a.tier_id, a.tier_score
                  FROM export_crm_account a
                  LEFT JOIN (SELECT DISTINCT partner_id
                               FROM export_crm_tier_override
                              WHERE company_id = %(company)s AND state = 'active') held
                    ON held.partner_id = a.partner_id
                 WHERE a.company_id = %(company)s AND a.active
                   AND a.tier_id IS NOT NULL AND held.partner_id IS NULL
                 ORDER BY a.id
                    ON CONFLICT (grading_id, account_id) DO NOTHING
                """,
                grading=grading.id,
                company=grading.company_id.id,
            )
        )

    @api.model
    def _moves(self, company, as_of):
        """Return ``{(tier id, score band): (moved up, customers)}``; one statement.

        Each standing is compared with the same customer's after the next grading that
        is at least 120 days later; the last five years count.

        :param date as_of: gradings after this day are left out
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH grading AS (
                     SELECT id, as_of FROM export_crm_tier_grading
                      WHERE company_id = %(company)s AND state = 'done'
                        AND as_of <= %(as_of)s AND as_of > %(as_of)s::date - %(history)s
                        AND id IN (SELECT grading_id FROM export_crm_tier_standing
                                    WHERE company_id = %(company)s)
                     ),
                     pair AS (
                     SELECT DISTINCT ON (g.id) g.id, n.id AS next_id
                       FROM grading g
                       JOIN grading n ON n.as_of >= g.as_of + %(days)s
                      ORDER BY g.id, n.as_of, n.id
                     )
                SELECT old.tier_id,
                       CASE WHEN old.score IS NULL THEN -1
                            ELSE LEAST(%(last)s, GREATEST(0,
                                 FLOOR(old.score / %(band)s)))::int END AS band,
                       COUNT(*) FILTER (WHERE better.sequence < tier.sequence),
                       COUNT(*)
                  FROM pair
                  JOIN export_crm_tier_standing old ON old.grading_id = pair.id
                  JOIN export_crm_tier_standing new
                    ON new.grading_id = pair.next_id
                   AND new.account_id = old.account_id
                  JOIN export_crm_tier tier ON tier.id = old.tier_id
                  JOIN export_crm_tier better ON better.id = new.tier_id
                 GROUP BY 1, 2
                """,
                company=company.id,
                as_of=as_of,
                history=HISTORY_DAYS,
                days=NEXT_DAYS,
                band=upgrade.BAND,
                last=int(100.0 / upgrade.BAND) - 1,
            )
        )
        return {(tier, band): (moved, number) for tier, band, moved, number in rows}
