"""Benchmark ``claims``: reading the clocks of open claims anew, and escalating them."""

from odoo_env import Watch, environment

CLAIMS = 10000
SEVERITIES = ("minor", "medium", "major", "critical")


def make_claims(env, number):
    """Insert open claims with the log that the add-on writes; return their ids.

    A quarter of each severity, minor ones in working time; opened over the last ten
    days; every third was answered, every fifth was paused and goes on. In SQL, since
    filing 10,000 claims one by one is not what is measured.
    """
    company = env["res.company"].browse(1)
    stage = env["export.crm.claim.stage"]._of_state("progress")
    env.cr.execute(
        """
        INSERT INTO export_crm_claim
               (name, title, company_id, partner_id, commercial_partner_id,
                stage_id, state, is_open, counted, active, cycle, channel,
                service_level, complexity, severity_id, priority, opened_at)
        SELECT 'BENCH/' || n, 'Claim ' || n, 1, p.id, p.id,
               %(stage)s, 'progress', TRUE, TRUE, TRUE, 1, 'api', '1', 'normal',
               (%(severities)s)[n %% 4 + 1], '1',
               timezone('UTC', now()) - n %% 240 * interval '1 hour'
          FROM generate_series(1, %(number)s) n
          JOIN (SELECT commercial_partner_id AS id,
                       row_number() OVER (ORDER BY commercial_partner_id) AS row,
                       count(*) OVER () AS all
                  FROM res_partner
                 WHERE id = commercial_partner_id AND active) p
            ON p.row = n %% p.all + 1
        RETURNING id
        """,
        {
            "stage": stage.id,
            "severities": [
                env.ref(f"export_crm.claim_severity_{code}").id for code in SEVERITIES
            ],
            "number": number,
        },
    )
    ids = [id_ for [id_] in env.cr.fetchall()]
    policies = env["export.crm.claim.policy"]
    for code in SEVERITIES:
        severity = env.ref(f"export_crm.claim_severity_{code}")
        policy = policies._find(company, severity, env["export.crm.tier"])
        for milestone in ("response", "plan", "resolution"):
            insert_events(env, ids, severity, policy, milestone, company)
    env.cr.execute("ANALYZE export_crm_claim, export_crm_claim_event")
    env.invalidate_all()
    return ids


def insert_events(env, ids, severity, policy, milestone, company):
    """Insert start, answer, pause and resume of one milestone of some claims."""
    from psycopg2.extras import Json

    target = policy._snapshot(milestone, company, env["export.crm.tier"])
    env.cr.execute(
        """
        INSERT INTO export_crm_claim_event
               (claim_id, company_id, milestone, cycle, kind, at, target, user_id)
        SELECT c.id, 1, %(milestone)s, 1, e.kind,
               c.opened_at + e.hours * interval '1 hour',
               CASE WHEN e.kind = 'start' THEN %(target)s::jsonb END, 1
          FROM export_crm_claim c
          JOIN (VALUES ('start', 0, 1), ('met', 1, 3), ('pause', 2, 5),
                       ('resume', 3, 5)) AS e(kind, hours, each)
            ON c.id %% e.each = 0
           AND (e.kind <> 'met' OR %(milestone)s = 'response')
         WHERE c.id = ANY(%(ids)s) AND c.severity_id = %(severity)s
         ORDER BY c.id, e.hours
        """,
        {
            "milestone": milestone,
            "target": Json(target),
            "ids": ids,
            "severity": severity.id,
        },
    )


def claims(registry):
    """Measure ``_refresh`` of all open claims, first and again, and escalating.

    :return: seconds and statements; ``due`` clocks of which a level was due
    """
    with environment(registry) as env:
        ids = make_claims(env, CLAIMS)
        records = env["export.crm.claim"].browse(ids)
        clocks = env["export.crm.claim.clock"]
        with Watch(env.cr) as first:
            count = clocks._refresh(records)
            env.cr.flush()
        with Watch(env.cr) as again:
            clocks._refresh(records)
            env.cr.flush()
        ledger = env["export.crm.claim.escalation"]
        due = ledger._count_due()
        with Watch(env.cr) as escalate:
            ledger._enter_due()
            env.cr.flush()
        env.cr.rollback()
    return {
        "claims": len(ids),
        "clocks": count,
        "first_s": round(first.seconds, 2),
        "again_s": round(again.seconds, 2),
        "statements": again.statements,
        "due": due,
        "escalate_500_s": round(escalate.seconds, 2),
        "escalate_500_statements": escalate.statements,
    }
