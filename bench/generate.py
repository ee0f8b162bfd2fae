"""N customers with M orders, invoices and payments each, straight in SQL.

The rows are what Odoo itself would have written: posted invoices with one or two
instalments, payments with their journal entries, reconciliations, credit notes
(applied and open), late, partial and missing payments, three currencies, contacts,
cancelled orders, orders not invoiced yet. Nothing is random: every value follows
from the numbers of customer and document, so two databases get the same documents.

One customer in twenty pays badly; another may be late once, but never twice in a row.
Document 0 of each customer is a quotation, for the benchmark of confirming.
Left out: taxes, deliveries, mails.
"""

import os
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"
TABLES = (
    "res_partner",
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
)
RELATIONS = ("account_move__account_payment", "sale_order_line_invoice_rel")
# Values of columns that some add-on needs, where the column exists.
DEFAULTS = {("sale_order", "export_kind"): "order"}
DAYS = 1095  # the documents of a customer are spread over three years


class WrongDatabase(Exception):
    """The database isn't one that the benchmark made for itself."""


def check_database(cr):
    """Refuse a database that ``./dev bench`` didn't make.

    :raise WrongDatabase: its name isn't given by the environment (EXPORT_CRM_DB,
        EXPORT_CRM_BARE_DB, or a clone named after the latter), or somebody else's
        documents are in it
    """
    names = [os.environ.get("EXPORT_CRM_DB"), os.environ.get("EXPORT_CRM_BARE_DB")]
    names += [oca_name(name) for name in names[1:] if name]
    if cr.dbname not in names:
        raise WrongDatabase(f"{cr.dbname} is not the database of ./dev bench")
    for table in ("sale_order", "account_move"):
        column = "name" if table == "sale_order" else "payment_reference"
        mark = "B%" if table == "sale_order" else "INV/%"
        cr.execute(
            f"SELECT 1 FROM {table} WHERE {column} NOT LIKE %s"
            " AND create_uid IS DISTINCT FROM 1 LIMIT 1",
            [mark],
        )
        if cr.fetchone():
            raise WrongDatabase(f"{cr.dbname} has documents of its own")


def oca_name(bare):
    """Return the name of the clone of the database ``bare`` for OCA's add-on.

    The process id stays last: by it ``./dev`` finds what killed runs left.
    """
    head, _underscore, last = bare.rpartition("_")
    return f"{head}_oca_{last}"


def generate(env, customers, documents, first=1):
    """Insert the customers ``first`` to ``customers``, and commit.

    :param env: superuser's environment on a benchmark database with a chart of
        accounts; the documents go to its first company
    :param int customers: number of the last customer
    :param int documents: orders per customer
    :param int first: number of the first customer, to add to what is there
    :raise WrongDatabase: see :func:`check_database`
    """
    cr = env.cr
    check_database(cr)
    values = {**masters(env), "first": first, "last": customers}
    values |= {"documents": documents, "slot": max(DAYS // documents, 1)}
    values |= {"as_of": date.today(), "uid": 1}
    env.flush_all()
    for table in TABLES:
        cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        values[table] = cr.fetchone()[0]
    values["partner"] = values["res_partner"]
    values["contact"] = values["res_partner"] + customers - first + 1
    again = [*drop_indexes(cr), *drop_keys(cr)]
    with_defaults(cr, "SET DEFAULT")
    for path in sorted(FOLDER.glob("*.sql")):
        cr.execute(path.read_text(), values)
    with_defaults(cr, "DROP DEFAULT")
    finish(cr, again)
    env.invalidate_all()


def masters(env):
    """Make what the documents point to, by the ORM; return the SQL's parameters."""
    company = env["res.company"].browse(1)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    journals = env["account.journal"].search([("company_id", "=", company.id)])
    bank = journals.filtered(lambda journal: journal.type == "bank")[0]
    method = bank.inbound_payment_method_line_ids[0]
    products = make_products(env)
    countries = env["res.country"].search([], limit=12).ids
    (euro, euros), (pound, pounds) = currencies(env, company)
    accounts = env["account.account"]
    receivable = accounts.search([("account_type", "=", "asset_receivable")], limit=1)
    default = env["res.partner"].new({}).property_account_receivable_id
    return {
        "company": company.id,
        "currency": company.currency_id.id,
        "eur": euro.id,
        "gbp": pound.id,
        "list_eur": euros.id,
        "list_gbp": pounds.id,
        "sale_journal": journals.filtered(lambda journal: journal.type == "sale")[0].id,
        "bank_journal": bank.id,
        "bank_account": bank.default_account_id.id,
        "method_line": method.id,
        "method": method.payment_method_id.id,
        "receivable": (default or receivable).id,
        "income": accounts.search([("account_type", "=", "income")], limit=1).id,
        "products": products.ids,
        "product_count": len(products),
        "uom": products[0].uom_id.id,
        "countries": countries,
        "country_count": len(countries),
        "term_one": env.ref("account.account_payment_term_30days").id,
        "term_two": env.ref("account.account_payment_term_advance_60days").id,
        "warehouse": env["stock.warehouse"].search([], limit=1).id,
        "team": env["crm.team"].search([], limit=1).id,
        "user": env.ref("base.user_admin").id,
        "incoterm": env["account.incoterms"].search([], limit=1).id,
    }


def make_products(env):
    """Return twenty goods, made at the first call."""
    model = env["product.product"]
    known = model.search([("default_code", "=like", "BENCH%")], order="id")
    return known or model.create(
        [
            {
                "name": f"Goods {number}",
                "default_code": f"BENCH{number:02}",
                "type": "consu",
                "invoice_policy": "order",
                "taxes_id": [],
            }
            for number in range(20)
        ]
    )


def currencies(env, company):
    """Return the euro and the pound, in use, with a rate and a price list."""
    found = []
    for name, rate in (("EUR", 0.9), ("GBP", 0.8)):
        currency = env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", name)])
        if not currency.active:
            currency.active = True
        if not currency.rate_ids.filtered(lambda r: r.company_id == company):
            currency.rate_ids.create(
                {
                    "currency_id": currency.id,
                    "company_id": company.id,
                    "name": "2010-01-01",
                    "rate": rate,
                }
            )
        lists = env["product.pricelist"]
        domain = [("currency_id", "=", currency.id), ("company_id", "=", company.id)]
        values = {"name": name, "currency_id": currency.id, "company_id": company.id}
        found.append((currency, lists.search(domain, limit=1) or lists.create(values)))
    return found


def drop_indexes(cr):
    """Drop the plain indexes of the tables; return what makes them again."""
    cr.execute(
        """
        SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text
          FROM pg_index i
         WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (
               SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
        """,
        [[*TABLES, *RELATIONS]],
    )
    rows = cr.fetchall()
    for _definition, name in rows:
        cr.execute(f"DROP INDEX {name}")
    return [definition for definition, _name in rows]


def with_defaults(cr, what):
    """Give the columns of ``DEFAULTS`` their default, or take it away."""
    for (table, column), value in DEFAULTS.items():
        cr.execute(
            "SELECT 1 FROM information_schema.columns"
            " WHERE table_name = %s AND column_name = %s",
            [table, column],
        )
        if cr.fetchone():
            value = f"'{value}'" if what.startswith("SET") else ""
            cr.execute(f"ALTER TABLE {table} ALTER COLUMN {column} {what} {value}")


def drop_keys(cr):
    """Drop the foreign keys of the tables; return what makes them again.

    Payments and their entries point to each other. To make the keys again proves
    that no row points nowhere, and takes less time than to check row by row.
    """
    cr.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint
         WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
        """,
        [[*TABLES, *RELATIONS]],
    )
    rows = cr.fetchall()
    for table, name, _definition in rows:
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    return [f'ALTER TABLE {t} ADD CONSTRAINT "{name}" {text}' for t, name, text in rows]


def finish(cr, again):
    """Drop the helpers, make indexes and keys, set the sequences, commit, ANALYZE."""
    cr.execute(
        "DROP TABLE bench_customer, bench_document, bench_invoice, bench_instalment,"
        " bench_refund, bench_line"
    )
    cr.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for definition in again:
        cr.execute(definition)
    for table in TABLES:
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))")
    cr.commit()
    cr.execute("ANALYZE")
    cr.commit()
