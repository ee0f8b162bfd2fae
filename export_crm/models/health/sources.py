"""Rhythm of purchases, season, last quotation, recent inquiries: one statement."""

from odoo.tools import SQL

from ...tools.health.season import QUARTERS
from ..account.sources import Source

SEASON_DAYS = 1095
INQUIRY_DAYS = 90


def _rhythm_sql(scope):
    """Select how regular the purchases are, and what came in lately.

    The seasonal index is that of ``tools/health/season.py`` over three years.
    """
    season = [
        SQL(
            "%(whole)s * (COALESCE(SUM(bought) FILTER (WHERE recent AND "
            "EXTRACT(QUARTER FROM day) = %(quarter)s), 0)"
            " + AVG(bought) FILTER (WHERE recent))"
            " / NULLIF(SUM(bought) FILTER (WHERE recent)"
            " + %(whole)s * AVG(bought) FILTER (WHERE recent), 0) AS %(name)s",
            whole=QUARTERS,
            quarter=quarter,
            name=SQL.identifier(f"season_q{quarter}"),
        )
        for quarter in range(1, QUARTERS + 1)
    ]
    return SQL(
        """
        SELECT COALESCE(bought.partner_id, other.partner_id) AS partner_id,
               bought.interval_log_mean, bought.season_q1, bought.season_q2,
               bought.season_q3, bought.season_q4,
               other.last_quotation_date, other.inquiries_90d
          FROM (
               SELECT partner_id,
                      AVG(LN(gap::float8)) FILTER (WHERE gap > 0)
                          AS interval_log_mean,
                      %(season)s
                 FROM (
                      SELECT partner_id, day, SUM(GREATEST(amount, 0)) AS bought,
                             %(recent)s AS recent,
                             day - LAG(day) OVER (
                                 PARTITION BY partner_id ORDER BY day) AS gap
                        FROM export_fact_order
                       WHERE kept
                       GROUP BY partner_id, day
                      HAVING SUM(GREATEST(amount, 0)) > 0
                      ) purchase
                GROUP BY partner_id
               ) bought
          FULL JOIN (
               SELECT partner_id, MAX(day) FILTER (WHERE quote) AS last_quotation_date,
                      COUNT(*) FILTER (WHERE NOT quote AND %(inquired)s)
                          AS inquiries_90d
                 FROM (
                      SELECT partner_id, quoted AS day, TRUE AS quote
                        FROM export_fact_order WHERE kind = 'order'
                       UNION ALL
                      SELECT c.partner_id, %(created)s, FALSE
                        FROM export_fact_contact c
                        JOIN crm_lead l ON l.partner_id = c.contact_id
                       WHERE (l.company_id = ANY(%(branches)s) OR l.company_id IS NULL)
                         AND l.create_date < %(until)s
                      ) sign
                GROUP BY partner_id
               ) other ON other.partner_id = bought.partner_id
        """,
        season=SQL(", ").join(season),
        recent=scope.within(SQL("day"), SEASON_DAYS),
        inquired=scope.within(SQL("day"), INQUIRY_DAYS),
        created=scope.day(SQL("l.create_date")),
        branches=scope.branches,
        until=scope.until,
    )


RHYTHM = Source(
    "rhythm",
    _rhythm_sql,
    zero=("inquiries_90d",),
    unknown=(
        "interval_log_mean",
        "last_quotation_date",
        "season_q1",
        "season_q2",
        "season_q3",
        "season_q4",
    ),
    proof=None,
)
