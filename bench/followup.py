"""Benchmark of the reconciler of follow-ups: ``followups``."""

from datetime import timedelta

from facts import partner_ids
from odoo_env import Watch, environment

BATCH = 5000
REFERENCE = 50000
YEARS = 4

# A delivery per confirmed order that has none, all of it, two weeks after the order.
PICKINGS = """
INSERT INTO stock_picking (name, state, company_id, partner_id, picking_type_id,
       location_id, location_dest_id, date_done, scheduled_date, move_type,
       create_uid, create_date)
SELECT 'BENCH/' || o.id, 'done', o.company_id, o.partner_id, %(type)s, %(stock)s,
       %(customers)s, LEAST(o.date_order + interval '14 days', now()), o.date_order,
       'direct', 1, now()
  FROM sale_order o
 WHERE o.company_id = 1 AND o.state = 'sale'
   AND NOT EXISTS (SELECT FROM stock_picking p WHERE p.name = 'BENCH/' || o.id)
"""
MOVES = """
INSERT INTO stock_move (name, state, company_id, picking_id, sale_line_id, product_id,
       product_uom, product_uom_qty, product_qty, quantity, location_id,
       location_dest_id, picking_type_id, date, procure_method, create_uid, create_date)
SELECT p.name, 'done', p.company_id, p.id, line.id, line.product_id,
       line.product_uom_id, line.product_uom_qty, line.product_uom_qty,
       line.product_uom_qty, p.location_id, p.location_dest_id, p.picking_type_id,
       p.date_done, 'make_to_stock', 1, now()
  FROM stock_picking p
  JOIN sale_order o ON p.name = 'BENCH/' || o.id
  JOIN sale_order_line line ON line.order_id = o.id AND line.product_id IS NOT NULL
 WHERE NOT EXISTS (SELECT FROM stock_move m WHERE m.picking_id = p.id)
"""


def deliver(env):
    """Give each confirmed order a delivery; return the number of deliveries."""
    cr = env.cr
    warehouse = env["stock.warehouse"].search([("company_id", "=", 1)], limit=1)
    customers = env.ref("stock.stock_location_customers")
    cr.execute(
        PICKINGS,
        {
            "type": warehouse.out_type_id.id,
            "stock": warehouse.lot_stock_id.id,
            "customers": customers.id,
        },
    )
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'stock_move' AND column_name = 'name'"
    )
    moves = MOVES
    if not cr.fetchone():  # gone in newer versions
        moves = moves.replace("(name, state", "(state").replace(
            "SELECT p.name, 'done'", "SELECT 'done'"
        )
    cr.execute(moves)
    cr.execute("SELECT COUNT(*) FROM stock_picking WHERE name LIKE 'BENCH/%'")
    [count] = cr.fetchone()
    cr.execute("ANALYZE stock_picking")
    cr.execute("ANALYZE stock_move")
    cr.commit()
    return count


def run_all(registry, today=None):
    """Run both steps for all customers, a commit per batch.

    :return: (seconds of planning, seconds of making contacts, rows of the ledger,
        most statements of planning a batch)
    """
    statements, planning, contacts = 0, 0.0, 0.0
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        ledger = env["export.crm.followup"].with_company(company)
        ids = partner_ids(env)
        today = today or company._export_today()
        for begin in range(0, len(ids), BATCH):
            batch = ids[begin : begin + BATCH]
            with Watch(env.cr) as part:
                ledger._step_plan(company, batch, today)
                env.cr.commit()
            planning += part.seconds
            statements = max(statements, part.statements)
            with Watch() as part:
                ledger._step_contact(company, batch, today)
                env.cr.commit()
            contacts += part.seconds
        env.cr.execute("SELECT COUNT(*) FROM export_crm_followup")
        [rows] = env.cr.fetchone()
    return planning, contacts, rows, statements


def plan_statements(registry, sizes=(10, 100, 1000)):
    """Return ``{batch size: statements}`` of the planning step, nothing planned yet."""
    found = {}
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        ledger = env["export.crm.followup"].with_company(company)
        ids = partner_ids(env)
        ledger._step_plan(company, ids[:1], company._export_today())
        for size in sizes:
            env.cr.execute("SAVEPOINT measured")
            with Watch(env.cr) as watch:
                ledger._step_plan(company, ids[1 : size + 1], company._export_today())
            found[str(size)] = watch.statements
            env.cr.execute("ROLLBACK TO SAVEPOINT measured")
            env.invalidate_all(flush=False)
        env.cr.rollback()
    return found


def followups(registry):
    """Measure the reconciler: at go-live, from an empty ledger, and again.

    First go-live is tomorrow: all deliveries are old, and nothing is made. Then it
    is years back, and every delivery has its rows.
    """
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        deliveries = deliver(env)
        env["export.crm.account"]._facts_partner_batches(
            company, company._export_today()
        )
        before = company.export_go_live_date
        company.export_go_live_date = company._export_today() + timedelta(days=1)
        env.cr.commit()
        activities = env["mail.activity"].search_count([])
        mails = env["mail.mail"].search_count([])
    run_all(registry)
    with environment(registry) as env:
        company = env["res.company"].browse(1)
        live_activities = env["mail.activity"].search_count([]) - activities
        live_mails = env["mail.mail"].search_count([]) - mails
        company.export_go_live_date = company._export_today() - timedelta(
            days=365 * YEARS
        )
        env.cr.commit()
    statements = plan_statements(registry)
    seconds, contacts, rows, _most = run_all(registry)
    again, again_contacts, rows_again, again_statements = run_all(registry)
    with environment(registry) as env:
        env["res.company"].browse(1).export_go_live_date = before
        made = env["mail.activity"].search_count([]) - activities
        env.cr.commit()
    return {
        "deliveries": deliveries,
        "s": round(seconds, 2),
        "per_50000_s": round(seconds * REFERENCE / max(deliveries, 1), 2),
        "contacts_s": round(contacts, 2),
        "rows": rows,
        "activities": made,
        "again_s": round(again, 2),
        "again_contacts_s": round(again_contacts, 2),
        "again_per_50000_s": round(again * REFERENCE / max(deliveries, 1), 2),
        "again_rows": rows_again - rows,
        "again_statements": again_statements,
        "plan_statements": statements,
        "go_live_activities": live_activities,
        "go_live_mails": live_mails,
    }
