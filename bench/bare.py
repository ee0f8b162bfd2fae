"""The bare SQL that the facts are measured against: their lower bound."""

from odoo.tools import SQL

# Facts. The same source SELECTs, each run once for all customers, and one plain
# INSERT … SELECT of the joined result into an unlogged table without any index or
# constraint. Left out, since that is what the add-on does on top: batches, commits,
# finding the customers, comparing with the rows there, the indexed and logged table,
# company-wide shares.
SCRATCH = "bench_scratch"


def facts(env, company, as_of, partner_ids):
    """Run the sources once and insert the result; nothing is committed.

    :param list partner_ids: all customers of the company
    :return: number of rows
    """
    accounts = env["export.crm.account"]
    scope = accounts._facts_scope(company, as_of)
    for name, query in accounts._facts_common_tables(scope, partner_ids).items():
        accounts._facts_create_table(name, query)
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(name)))
    used = accounts._facts_sources(company, as_of, partner_ids)
    joins, columns = [], [SQL("batch.partner_id")]
    for source in used:
        accounts._facts_create_table(source.table, source.query(scope))
        table = SQL.identifier(source.table)
        joins.append(SQL("LEFT JOIN %s USING (partner_id)", table))
        columns += [SQL.identifier(source.table, name) for name in source.columns]
    env.cr.execute(
        SQL(
            "CREATE UNLOGGED TABLE %s AS SELECT %s FROM export_fact_batch batch %s",
            SQL.identifier(SCRATCH),
            SQL(", ").join(columns),
            SQL(" ").join(joins),
        )
    )
    return env.cr.rowcount


# Lateness. The rows that the question cannot be answered without, each read once: due
# lines of posted invoices, their reconciliations, the journal item on the other side
# with its entry (its own date says when it was paid, its kind whether it was money).
# Judged as simply as can be: paid late if the last of it came after due day and grace;
# share on time, average days late, overdue amount, run of late ones from the newest.
# No promises, disputes, down payments, write-offs, exchange differences, tolerances,
# business days, wires, day buckets, evidence, and residuals as of today.
SETTLED = """
    SELECT pr.debit_move_id, MAX(o.date) AS on
      FROM account_partial_reconcile pr
      JOIN account_move_line o ON o.id = pr.credit_move_id AND o.parent_state = 'posted'
      JOIN account_move om ON om.id = o.move_id
     WHERE om.move_type IN ('entry', 'out_refund') AND o.date <= %(as_of)s
     GROUP BY pr.debit_move_id
"""
# The naive one, which doesn't look at the other side at all: a reconciliation's
# max_date, which a later accounting date of the invoice would falsify.
NAIVE = """
    SELECT debit_move_id, MAX(max_date) AS on
      FROM account_partial_reconcile GROUP BY debit_move_id
"""
LATENESS = """
    WITH line AS (
         SELECT p.commercial_partner_id AS partner_id, l.id, l.balance,
                l.date_maturity AS due, l.amount_residual AS residual,
                settled.on, COALESCE(settled.on, %(as_of)s) - l.date_maturity AS days
           FROM account_move_line l
           JOIN account_move m ON m.id = l.move_id
           JOIN account_account a
             ON a.id = l.account_id AND a.account_type = 'asset_receivable'
           JOIN res_partner p ON p.id = l.partner_id
           LEFT JOIN ({settled}) settled
                  ON settled.debit_move_id = l.id AND l.reconciled
          WHERE l.company_id = %(company)s AND l.parent_state = 'posted'
            AND l.display_type = 'payment_term' AND l.balance > 0
            AND m.move_type = 'out_invoice' AND l.date <= %(as_of)s
            AND (l.date_maturity >= %(start)s OR NOT l.reconciled)
         ),
         judged AS (
         SELECT *, days > %(grace)s AS is_late,
                SUM((days <= %(grace)s)::int) OVER (
                    PARTITION BY partner_id ORDER BY due DESC, id DESC) AS before
           FROM line WHERE due + %(grace)s < %(as_of)s OR line.on IS NOT NULL
         )
    SELECT partner_id, COUNT(*), AVG((NOT is_late)::int), AVG(days),
           COUNT(*) FILTER (WHERE before = 0),
           SUM(residual) FILTER (WHERE is_late AND judged.on IS NULL),
           MAX(days) FILTER (WHERE is_late AND judged.on IS NULL)
      FROM judged
     GROUP BY partner_id
"""


def lateness(env, company, as_of, start, settled=SETTLED):
    """Run the plain query into a temporary table.

    :param str settled: ``SETTLED`` or ``NAIVE``: how the day of payment is found
    :return: number of rows
    """
    values = {
        "company": company.id,
        "as_of": as_of,
        "start": start,
        "grace": company.export_late_grace_days,
    }
    text = LATENESS.format(settled=settled)
    query = env.cr.mogrify(text, values).decode().replace("%", "%%")
    names = "partner_id, judged, on_time_rate, days, run, overdue, oldest"
    env.cr.execute("DROP TABLE IF EXISTS bench_bare")
    env.cr.execute(f"CREATE TEMPORARY TABLE bench_bare ({names}) AS {query}")
    return env.cr.rowcount
