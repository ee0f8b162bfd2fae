"""Benchmarks after the facts: scores, night, grading, check, one."""

from datetime import timedelta

from facts import partner_ids
from odoo_env import Watch, environment, median_ms

BATCH = 5000
ONE = 30  # customers judged one by one
REFERENCE = 20000
HELD = 1000  # customers among whom holds are opened


def in_batches(registry, model, method):
    """Call a step for all customers, a commit per batch.

    :return: (customers, seconds, sum of the lengths of what the calls returned)
    """
    made = 0
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        ids = partner_ids(env)
        step = getattr(env[model].with_company(company), method)
        with Watch() as watch:
            for begin in range(0, len(ids), BATCH):
                result = step(
                    company, ids[begin : begin + BATCH], company._export_today()
                )
                made += len(result or ())
                env.cr.commit()
    return len(ids), watch.seconds, made


def per_reference(customers, seconds):
    """Return the seconds for ``REFERENCE`` customers at the same pace."""
    return round(seconds * REFERENCE / max(customers, 1), 2)


def scores(registry):
    """Measure tier, demand and health of all: first with empty scores, then again."""
    model = "export.crm.account"
    seconds = {}
    for name in ("first", "again"):
        customers, tiers, _made = in_batches(registry, model, "_step_tiers")
        fit = fit_demand(registry)
        _customers, demand, _made = in_batches(registry, model, "_step_demand")
        _customers, health, _made = in_batches(registry, model, "_step_health")
        seconds[name] = tiers + demand + health
        seconds[f"{name} demand"] = demand
    return {
        "customers": customers,
        "s": round(seconds["first"], 2),
        "per_20000_s": per_reference(customers, seconds["first"]),
        "again_s": round(seconds["again"], 2),
        "demand_fit_s": round(fit, 2),
        "demand_s": round(seconds["first demand"], 2),
    }


def night(registry):
    """Measure warnings and next best actions of all customers, the longest batch too.

    First the night of go-live, when what is so already is listed; then a night full
    of news, as many warnings as if all of them had begun that day; then a second run.
    """
    found = {}
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        today = company._export_today()
        live = company.export_go_live_date
        ids = partner_ids(env)
        for name, since in (("first", None), ("news", 30), ("again", 30)):
            company.export_go_live_date = today - timedelta(days=since or 0)
            company.export_warnings_since = today - timedelta(days=since or 0)
            if name == "news":
                env["export.crm.warning"].search([("company_id", "=", 1)]).unlink()
                env["export.crm.action"].search([("company_id", "=", 1)]).unlink()
            found[name] = [
                _judged(env, company, ids[begin : begin + BATCH], today)
                for begin in range(0, len(ids), BATCH)
            ]
        warnings = env["export.crm.warning"].search_count([("company_id", "=", 1)])
        actions = env["export.crm.action"].search_count([("company_id", "=", 1)])
        company.export_go_live_date = live
        env.cr.commit()
    return {
        "customers": len(ids),
        "warnings": warnings,
        "actions": actions,
        **{f"{name}_s": round(sum(parts), 2) for name, parts in found.items()},
        **{f"{name}_batch_s": round(max(parts), 2) for name, parts in found.items()},
    }


def _judged(env, company, ids, today):
    """Return the seconds of warnings and actions of a batch, its commit included."""
    with Watch() as watch:
        for model, method in (
            ("export.crm.warning", "_step_warnings"),
            ("export.crm.action", "_step_actions"),
        ):
            getattr(env[model].with_company(company), method)(company, ids, today)
        env.cr.commit()
    return watch.seconds


def grading(registry):
    """Measure a half-yearly grading of all customers: preview, then confirmation.

    Every customer has the tier of its figures but those of tier C, who have B and
    step down: history and lines for many.
    """
    in_batches(registry, "export.crm.account", "_step_tiers")
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        _spread_tiers(env)
        gradings = env["export.crm.tier.grading"]
        grading = gradings.create(
            {"company_id": 1, "as_of": company._export_today(), "kind": "scheduled"}
        )
        env.cr.commit()
        with Watch(env.cr) as preview:
            while grading.state == "computing":
                grading._compute_batch()
                env.cr.commit()
        with Watch(env.cr) as confirming:
            grading._confirm()
            env.cr.commit()
        seconds = preview.seconds + confirming.seconds
        return {
            "customers": grading.done,
            "moved": len(grading.change_ids),
            "s": round(seconds, 2),
            "preview_s": round(preview.seconds, 2),
            "confirm_s": round(confirming.seconds, 2),
            "statements": preview.statements + confirming.statements,
        }


def _spread_tiers(env):
    env.cr.execute(
        """
        UPDATE export_crm_account a
           SET tier_id = CASE WHEN t.code = 'C' THEN b.id ELSE t.id END,
               tier_stepped_on = NULL
          FROM export_crm_tier t, export_crm_tier b
         WHERE t.id = a.tier_computed_id AND b.code = 'B' AND a.company_id = 1
        """
    )
    env.cr.commit()
    env.invalidate_all()


def fit_demand(registry):
    """Return the seconds of the monthly fit, its own test included."""
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        with Watch() as watch:
            env["export.crm.demand.model"]._fit(company, company._export_today())
        env.cr.commit()
    return watch.seconds


def check(registry):
    """Measure the payment-delay check of all customers, and of opening a hold.

    Go-live is today at first, so nobody is held; then it is put a year back and
    one batch of ``HELD`` customers is judged, whose bad payers are held.
    """
    step = ("export.crm.credit.hold", "_step_payment_behaviour")
    customers, seconds, _holds = in_batches(registry, *step)
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        before = company.export_go_live_date
        company.export_go_live_date = company._export_today() - timedelta(days=365)
        env.flush_all()
        judge = env[step[0]].with_company(company)._step_payment_behaviour
        args = (company, partner_ids(env)[:HELD], company._export_today())
        with Watch(env.cr) as opening:
            holds = judge(*args)
            env.cr.flush()
        with Watch(env.cr) as again:
            judge(*args)
        company.export_go_live_date = before
        env.cr.commit()
    return {
        "customers": customers,
        "s": round(seconds, 2),
        "per_20000_s": per_reference(customers, seconds),
        "holds": len(holds),
        "hold_ms": round(
            (opening.seconds - again.seconds) / max(len(holds), 1) * 1000, 1
        ),
        "hold_statements": round(
            (opening.statements - again.statements) / max(len(holds), 1), 1
        ),
    }


def one(registry):
    """Measure a triggered run for one customer, step by step, commit included.

    :return: medians in milliseconds: ``ms`` in all and per step; ``statements``
    """
    from odoo.addons.export_crm.tools.core import pipeline

    total, counts, by_step = [], [], {}
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        steps = [
            step
            for phase in env["export.crm.job"]._phases(pipeline.RUN_DIRTY)
            for step in phase
        ]
        # Without the refresh before it there are no accounts yet.
        ids = partner_ids(env) or env["export.crm.account"]._facts_partner_batches(
            company, company._export_today()
        )
        chosen = ids[:: max(len(ids) // ONE, 1)][: ONE + 1]
        for partner_id in chosen:
            with Watch(env.cr) as watch:
                for step in steps:
                    model = env[step.model].with_company(company)
                    with Watch() as part:
                        getattr(model, step.method)(
                            company, [partner_id], company._export_today()
                        )
                    by_step.setdefault(step.code, []).append(part.seconds)
                env.cr.commit()
            total.append(watch.seconds)
            counts.append(watch.statements)
    # The first one fills Odoo's caches.
    return {
        "ms": median_ms(total[1:]),
        "statements": sorted(counts)[len(counts) // 2],
        **{f"{code}_ms": median_ms(times[1:]) for code, times in by_step.items()},
    }
