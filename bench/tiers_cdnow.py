"""Do tiers tell who comes back? CDNOW's customers, graded as of a day of the past.

The purchases are imported through Odoo's own screens (``devkit/inside``); facts of
that day use nothing dated after it; what the customers did in the half year that
followed is counted afterwards. Everything but the import is rolled back.
"""

import os
import sys
from datetime import date, timedelta
from pathlib import Path

from odoo_env import environment

AS_OF = date(1997, 12, 31)
HORIZON = 182  # days after it
# The file has 18 months and all customers came in the first three: nobody can have
# two years of cooperation on that day. Years that the data can have:
YEARS = 0.75
BATCH = 5000


def cdnow(registry):
    """Import the sample if need be; return the tables by variant.

    :return: ``{"as_of", "horizon_days", "default": [...], "years_lowered": [...]}``,
        rows of ``tier, customers, retained, retention, revenue``
    """
    company_id = _import(registry)
    found = {"as_of": AS_OF.isoformat(), "horizon_days": HORIZON}
    for name, years in (("default", None), ("years_lowered", YEARS)):
        with environment(registry) as env:
            company = env["res.company"].browse(company_id)
            found[name] = table(env, company, years)
            env.cr.rollback()
    return found


def _import(registry):
    """Enter the sample of 2,357 customers, as ``./dev import-cdnow`` does."""
    root = Path(__file__).resolve().parent.parent
    sys.path[:0] = [str(root), str(root / "devkit" / "inside")]
    import cdnow_books
    import import_cdnow

    from devkit import cdnowdata

    records = cdnowdata.read_archive(os.environ["EXPORT_CRM_CDNOW"], cdnowdata.SAMPLE)
    with environment(registry) as env:
        import_cdnow.Import(env, records).run()
        env.cr.commit()
        return cdnow_books.find_company(env).id


def table(env, company, years=None):
    """Grade the company's customers as of the day and count who came back.

    :param float years: needed for A, instead of two
    """
    accounts = env["export.crm.account"].with_company(company)
    batch, last = [], 0
    while batch := accounts._facts_partner_batches(company, AS_OF, last):
        accounts._refresh_facts(company, batch, AS_OF)
        last = batch[-1]
    accounts._refresh_company_facts(company, AS_OF)
    if years is not None:
        env["export.crm.tier.criterion"].create(
            {
                "name": "Years that the data can have",
                "code": "gate_years",
                "threshold": years,
                "company_id": company.id,
            }
        )
    env.cr.execute(
        "SELECT partner_id FROM export_crm_account WHERE company_id = %s",
        [company.id],
    )
    ids = [row[0] for row in env.cr.fetchall()]
    for begin in range(0, len(ids), BATCH):
        accounts._step_tiers(company, ids[begin : begin + BATCH], AS_OF)
    env.flush_all()
    env.cr.execute(
        """
        WITH later AS (
            SELECT DISTINCT p.commercial_partner_id AS partner_id
              FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
             WHERE o.company_id = %s AND o.state = 'sale' AND o.amount_untaxed > 0
               AND o.date_order::date > %s AND o.date_order::date <= %s
        )
        SELECT COALESCE(t.code, 'unrated'), COUNT(*), COUNT(later.partner_id),
               SUM(a.revenue_365d), AVG(a.tier_score)
          FROM export_crm_account a
          LEFT JOIN export_crm_tier t ON t.id = a.tier_computed_id
          LEFT JOIN later ON later.partner_id = a.partner_id
         WHERE a.company_id = %s
         GROUP BY t.code ORDER BY t.code NULLS LAST
        """,
        [company.id, AS_OF, AS_OF + timedelta(days=HORIZON), company.id],
    )
    return [
        {
            "tier": code,
            "customers": customers,
            "retained": retained,
            "retention": round(retained / customers, 4),
            "revenue": round(float(revenue or 0)),
            "mean_score": None if score is None else round(float(score), 1),
        }
        for code, customers, retained, revenue, score in env.cr.fetchall()
    ]


TITLES = {
    "default": "Default criteria",
    "years_lowered": f"With {YEARS} instead of 2 years for A (the data has no more)",
}


def lines(found):
    """Yield the tables as rows of RESULTS.md."""
    if not found:
        return
    yield (
        f"CDNOW's sample graded as of {found['as_of']}, and who ordered in the "
        f"{found['horizon_days']} days after:"
    )
    yield ""
    for name, title in TITLES.items():
        yield f"| {title} | Customers | Came back | Share | Revenue of the year |"
        yield "|---|---:|---:|---:|---:|"
        for row in found[name]:
            yield (
                f"| {row['tier']} | {row['customers']:,} | {row['retained']:,} | "
                f"{row['retention']:.1%} | {row['revenue']:,} |"
            )
        yield ""
