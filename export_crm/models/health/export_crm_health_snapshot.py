from odoo import api, fields, models
from odoo.tools import SQL

from ..account.unknown import FactFloat
from .health_scores import BANDS


class ExportCrmHealthSnapshot(models.Model):
    """The health of a customer on one day: monthly, and when its colour changes."""

    _name = "export.crm.health.snapshot"
    _inherit = "export.crm.account.mixin"
    _description = "Health Snapshot"
    _order = "date desc, id desc"
    _rec_name = "date"

    # The unique index on account and date finds them.
    account_id = fields.Many2one(index=False)
    date = fields.Date(required=True, readonly=True)
    health = FactFloat(
        readonly=True, digits=(5, 1), aggregator="avg", help="0-100; empty: unknown."
    )
    health_known = fields.Boolean(readonly=True)
    coverage = FactFloat(
        readonly=True, aggregator="avg", help="0 to 1: share of the weights known."
    )
    band = fields.Selection(BANDS, readonly=True)
    churn_risk = FactFloat(readonly=True, aggregator="avg", help="0 to 1.")
    lines = fields.Json(readonly=True)
    reason = fields.Selection(
        [("monthly", "Monthly"), ("band", "Colour changed")], readonly=True
    )

    _account_date_uniq = models.Constraint(
        "UNIQUE(account_id, date)", "There is one snapshot of a customer a day."
    )

    @api.model
    def _keep(self, company, partner_ids, as_of):
        """Keep a snapshot of customers that have none this month or changed colour.

        One statement; a second run of a day adds nothing. A customer that was never
        known begins with its first index.

        :param date as_of: the day of the scores
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_health_snapshot AS kept
                       (account_id, partner_id, company_id, date, health,
                        health_known, coverage, band, churn_risk, lines, reason)
                SELECT a.id, a.partner_id, a.company_id, %(day)s, a.health,
                       a.health_known, a.health_coverage, a.health_band,
                       a.churn_risk, a.health_lines,
                       CASE WHEN last.date IS NULL OR last.date < %(month)s
                            THEN 'monthly' ELSE 'band' END
                  FROM export_crm_account a
                  LEFT JOIN (
                       SELECT DISTINCT ON (s.account_id) s.account_id, s.date, s.band
                         FROM export_crm_health_snapshot s
                         JOIN export_crm_account b ON b.id = s.account_id
                        WHERE b.company_id = %(company)s
                          AND b.partner_id = ANY(%(partners)s)
                          AND s.date <= %(day)s
                        ORDER BY s.account_id, s.date DESC
                       ) last ON last.account_id = a.id
                 WHERE a.company_id = %(company)s
                   AND a.partner_id = ANY(%(partners)s)
                   AND (a.health_known OR last.date IS NOT NULL)
                   AND (last.date IS NULL OR last.date < %(month)s
                        OR last.band IS DISTINCT FROM a.health_band)
                    ON CONFLICT (account_id, date) DO UPDATE
                   SET health = EXCLUDED.health, band = EXCLUDED.band,
                       health_known = EXCLUDED.health_known,
                       coverage = EXCLUDED.coverage, lines = EXCLUDED.lines,
                       churn_risk = EXCLUDED.churn_risk
                 WHERE kept.band IS DISTINCT FROM EXCLUDED.band
                """,
                company=company.id,
                partners=list(partner_ids),
                day=as_of,
                month=as_of.replace(day=1),
            )
        )
        self.env["export.crm.account"].invalidate_model(["health_snapshot_ids"])
        self.invalidate_model()
