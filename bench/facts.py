"""Benchmarks of the facts: ``refresh`` and ``lateness``."""

import resource
from datetime import timedelta

import bare
from odoo_env import Watch, environment

BATCHES = (10, 1000, 20000)
AGAIN = 3  # short measurements are repeated and the best counts


def refresh(registry):
    """Measure a full refresh of the first company's facts.

    :return: dict, see README.md; ``ours_s`` is the first pass over empty tables,
        ``next_day_s`` one with every row rewritten, as each night
    """
    before = memory_mb()
    first = full_pass(registry)
    result = {
        "customers": first["customers"],
        "ours_s": first["s"],
        "open_accounts_s": first["find_s"],
        "shares_s": first["shares_s"],
    }
    again = full_pass(registry)
    result |= {"second_run_s": again["s"], "second_run_rows": again["rows"]}
    night = full_pass(registry, days=1)
    result |= {"next_day_s": night["s"], "next_day_rows": night["rows"]}
    # Before anything else in this process can take more.
    result |= {"memory_mb": memory_mb(), "memory_before_mb": before}
    result["statements_per_batch"] = statements(registry)
    result["bare_s"] = bare_seconds(registry)
    result["ratio"] = ratio(result["ours_s"], result["bare_s"])
    result["next_day_ratio"] = ratio(result["next_day_s"], result["bare_s"])
    return result


def memory_mb():
    """Return the most memory this process has ever had, in MB (with Odoo's own)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def ratio(ours, theirs):
    """Return how many times as long, to two decimals."""
    return round(ours / theirs, 2) if theirs else None


def full_pass(registry, days=0):
    """Refresh everybody, a commit per batch, as the nightly job does.

    :param int days: pretend that so many days have passed
    :return: seconds in all, of finding the customers, of the shares; rows written
    """
    with environment(registry) as env, Watch() as watch:
        accounts = env["export.crm.account"]
        company = env["res.company"].browse(1)
        as_of = company._export_today() + timedelta(days=days)
        with Watch() as finding:
            batch = accounts._facts_partner_batches(company, as_of)
        customers = rows = 0
        while batch:
            rows += accounts._refresh_facts(company, batch, as_of)
            customers += len(batch)
            env.cr.commit()
            batch = accounts._facts_partner_batches(company, as_of, batch[-1])
        with Watch() as shares:
            rows += accounts._refresh_company_facts(company, as_of)
            env.cr.commit()
    return {
        "s": round(watch.seconds, 2),
        "find_s": round(finding.seconds, 2),
        "shares_s": round(shares.seconds, 2),
        "customers": customers,
        "rows": rows,
    }


def statements(registry):
    """Return ``{batch size: statements}`` of one call of ``_refresh_facts``."""
    found = {}
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        accounts = env["export.crm.account"]
        ids = partner_ids(env)
        for size in BATCHES:
            batch = ids[:size]
            with Watch(env.cr) as watch:
                accounts._refresh_facts(company, batch)
            found[str(len(batch))] = watch.statements
            env.cr.rollback()
    return found


def partner_ids(env):
    """Return the ids of the company's customers."""
    env.cr.execute(
        "SELECT partner_id FROM export_crm_account WHERE company_id = 1 ORDER BY 1"
    )
    return [row[0] for row in env.cr.fetchall()]


def bare_seconds(registry):
    """Return the seconds of ``bare.facts``, the best of some runs."""
    seconds = []
    for _try in range(AGAIN):
        with environment(registry) as env:
            company = env["res.company"].browse(1)
            ids = partner_ids(env)
            with Watch() as watch:
                bare.facts(env, company, company._export_today(), ids)
            seconds.append(watch.seconds)
            env.cr.rollback()
    return round(min(seconds), 2)


def lateness(registry):
    """Measure the lateness summary of all customers against a plain query.

    Both are kept in a temporary table, so that no row travels.

    :return: dict with ``customers``, ``ours_s``, ``bare_s``, ``ratio``,
        ``naive_s``, ``naive_ratio``
    """
    from odoo.tools import SQL

    from odoo.addons.export_crm.tools.account.lateness import months_before

    ours, theirs, naive, rows = [], [], [], 0
    for _try in range(AGAIN):
        with environment(registry) as env:
            company = env["res.company"].browse(1)
            as_of = company._export_today()
            start = months_before(as_of, company.export_late_window_months)
            accounts = env["export.crm.account"]
            query = accounts._lateness_summary_sql(company, as_of)
            with Watch() as watch:
                env.cr.execute(
                    SQL("CREATE TEMPORARY TABLE bench_ours AS %s", query),
                )
            rows = env.cr.rowcount
            ours.append(watch.seconds)
            with Watch() as watch:
                bare.lateness(env, company, as_of, start)
            theirs.append(watch.seconds)
            with Watch() as watch:
                bare.lateness(env, company, as_of, start, bare.NAIVE)
            naive.append(watch.seconds)
            env.cr.rollback()
    result = {"customers": rows}
    result |= {"ours_s": round(min(ours), 2), "bare_s": round(min(theirs), 2)}
    result |= {"naive_s": round(min(naive), 2)}
    return result | {
        "ratio": ratio(min(ours), min(theirs)),
        "naive_ratio": ratio(min(ours), min(naive)),
    }
