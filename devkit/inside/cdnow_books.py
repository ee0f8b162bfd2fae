"""The books of the company that CDNOW's purchases are imported into.

Runs in Odoo's process.  Every method works on a whole batch, and everything
goes through the methods that Odoo's own screens use.
"""

import contextlib
import datetime
from unittest import mock

from odoo.fields import Command
from odoo.tools import SQL

from devkit import cdnowdata
from devkit.ui import Failure

COMPANY_REF = "CDNOW"  # of the company's partner; a renamed company is found
COMPANY_NAME = "CDNOW (1997–1998)"
PRODUCT_CODE = "CDNOW-CD"
NOON = datetime.time(17)  # UTC: the same day in every time zone of the country
# Nobody follows a purchase of 1997 by mail, and the chatter stays short.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "no_reset_password": True,
}


def find_company(env):
    """Return the company, empty if it was not made yet."""
    partner = env["res.partner"].search([("ref", "=", COMPANY_REF)])
    return env["res.company"].search([("partner_id", "in", partner.ids)], limit=1)


def make_company(env):
    """Make the company with its chart of accounts, its product and its bank.

    Its go-live date is today: purchases of the last century start no activity
    and hold nobody.
    """
    dollar = env.ref("base.USD")
    dollar.active = True
    company = env["res.company"].create(
        {"name": COMPANY_NAME, "currency_id": dollar.id}
    )
    # A company that is created in a country makes Odoo install the country's
    # modules at once: that is the database's owner's affair.
    company.partner_id.write(
        {
            "ref": COMPANY_REF,
            "tz": "America/New_York",
            "country_id": env.ref("base.us").id,
        }
    )
    company.export_go_live_date = company._export_today()
    chart = env["account.chart.template"].with_company(company)
    chart.try_loading("generic_coa", company=company, install_demo=False)
    books = env["product.product"].with_company(company)
    books.create(
        {
            "name": "CD",
            "default_code": PRODUCT_CODE,
            "type": "service",
            "invoice_policy": "order",
            "company_id": company.id,
            "list_price": 0.0,
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
            "purchase_ok": False,
        }
    )
    bank = bank_journal(env, company)
    # Received on the account itself: paid, with nothing left to match.
    bank.inbound_payment_method_line_ids.payment_account_id = bank.default_account_id
    return company


@contextlib.contextmanager
def without_chatter(env):
    """Post no "Invoice … paid" and the like: a fifth of the time, for nobody."""
    models = [type(env[name]) for name in ("sale.order", "account.move")]
    nothing = env["mail.message"].browse()
    with contextlib.ExitStack() as stack:
        for model in models:
            stack.enter_context(
                mock.patch.object(model, "message_post", lambda *args, **kw: nothing)
            )
        yield


def bank_journal(env, company):
    """Return the journal that the payments come in by."""
    return env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
    )


def open_to_users(env, company):
    """Let everybody who works in this database choose the company."""
    users = env["res.users"].search(
        [("share", "=", False), ("company_ids", "not in", company.ids)]
    )
    users.write({"company_ids": [Command.link(company.id)]})


class Books:
    """Customers, orders, invoices and payments of the company."""

    def __init__(self, env, company):
        context = {"lang": "en_US", "allowed_company_ids": company.ids, **QUIET}
        self.env = env(context={**env.context, **context})
        self.company = company.with_env(self.env)
        self.product = self.env["product.product"].search(
            [("default_code", "=", PRODUCT_CODE), ("company_id", "=", company.id)],
            limit=1,
        )
        self.bank = bank_journal(self.env, company)

    def customers(self):
        """Return {key: partner id} of the customers there are."""
        domain = [("company_id", "=", self.company.id)]
        domain += [("ref", "=like", f"{cdnowdata.CUSTOMER_KEY}%")]
        found = self.env["res.partner"].with_context(active_test=False)
        return {p.ref: p.id for p in found.search_fetch(domain, ["ref"])}

    def add_customers(self, customers):
        """Create the customers with these numbers."""
        self.env["res.partner"].create(
            [
                {
                    "name": f"CDNOW customer {customer}",
                    "ref": cdnowdata.customer_key(customer),
                    "company_id": self.company.id,
                    "customer_rank": 1,
                    "tz": self.company.partner_id.tz,
                }
                for customer in customers
            ]
        )

    def order_keys(self):
        """Return the keys of all orders there are, whatever became of them."""
        domain = [
            ("company_id", "=", self.company.id),
            ("client_order_ref", "=like", f"{cdnowdata.CUSTOMER_KEY}%"),
        ]
        groups = self.env["sale.order"]._read_group(domain, ["client_order_ref"])
        return {key for [key] in groups}

    def entered(self):
        """Return {key: Entered} of the confirmed orders there are.

        Read by SQL, so that what is compared with the file in the end does not
        come out of a cache.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH line AS (
                     SELECT order_id, SUM(product_uom_qty) AS pieces
                       FROM sale_order_line WHERE company_id = %(company)s
                      GROUP BY order_id
                     ),
                     invoice AS (
                     SELECT ref, COUNT(*) AS number, SUM(amount_total) AS amount,
                            MIN(invoice_date) AS day, MAX(invoice_date_due) AS due
                       FROM account_move
                      WHERE company_id = %(company)s AND state = 'posted'
                        AND move_type = 'out_invoice'
                        AND payment_state IN ('paid', 'in_payment')
                      GROUP BY ref
                     )
                SELECT o.client_order_ref, COUNT(*), MIN(o.date_order)::date,
                       SUM(line.pieces), SUM(o.amount_total),
                       COALESCE(SUM(invoice.number), 0),
                       COALESCE(SUM(invoice.amount), 0),
                       MIN(invoice.day), MAX(invoice.due)
                  FROM sale_order o
                  LEFT JOIN line ON line.order_id = o.id
                  LEFT JOIN invoice ON invoice.ref = o.client_order_ref
                 WHERE o.company_id = %(company)s AND o.state = 'sale'
                   AND starts_with(o.client_order_ref, %(prefix)s)
                 GROUP BY o.client_order_ref
                """,
                company=self.company.id,
                prefix=cdnowdata.CUSTOMER_KEY,
            )
        )
        return {
            key: cdnowdata.Entered(
                orders,
                day,
                round(pieces or 0),
                round(amount * 100),
                int(invoices),
                round(paid * 100),
                invoice_day,
                due,
            )
            for key, orders, day, pieces, amount, invoices, paid, invoice_day, due in (
                rows
            )
        }

    # === ONE BATCH === #

    def add_purchases(self, records, partner_ids):
        """Enter ``records``: confirmed orders; where money was paid, invoices too.

        :param partner_ids: {key: partner id} of their customers
        """
        orders = self.env["sale.order"].create(
            [
                self._order_values(record, partner_ids[record.customer_key])
                for record in records
            ]
        )
        for order, record in zip(orders, records, strict=True):
            if round(order.amount_total * 100) != record.cents:
                raise Failure(
                    f"{record.key}: the order comes to {order.amount_total}: set the "
                    "decimal accuracy of Product Price to 2 or more"
                )
        orders.action_confirm()
        days = dict(zip(orders, (record.day for record in records), strict=True))
        for day, group in self._by_day(orders, days.get):
            # Confirming has set the present time.
            group.date_order = datetime.datetime.combine(day, NOON)
        paid = self.env["sale.order"].browse(
            order.id
            for order, record in zip(orders, records, strict=True)
            if record.cents
        )
        if paid:
            self._pay(self._invoice(paid, days))

    def _order_values(self, record, partner_id):
        return {
            "name": record.key,
            "client_order_ref": record.key,
            "company_id": self.company.id,
            "partner_id": partner_id,
            "date_order": datetime.datetime.combine(record.day, NOON),
            "pricelist_id": False,
            "payment_term_id": False,
            "user_id": False,
            "team_id": False,
            "require_signature": False,
            "require_payment": False,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.product.id,
                        "name": "CD",
                        "product_uom_qty": quantity,
                        "price_unit": price / 100,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": False,
                    }
                )
                for quantity, price in cdnowdata.lines(record.pieces, record.cents)
            ],
        }

    def _by_day(self, records, day_of):
        return sorted(records.grouped(day_of).items())

    def _invoice(self, orders, days):
        """Return the posted invoices of ``orders``, one each, of the same day."""
        invoices = orders._create_invoices(grouped=True)
        day_by_key = {order.client_order_ref: day for order, day in days.items()}
        for day, group in self._by_day(invoices, lambda i: day_by_key[i.ref]):
            group.write({"invoice_date": day, "invoice_date_due": day})
        invoices.action_post()
        return invoices

    def _pay(self, invoices):
        """Enter the payment of each invoice on its day and match the two."""
        method = self.bank.inbound_payment_method_line_ids[:1]
        payments = self.env["account.payment"].create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": invoice.partner_id.id,
                    "amount": invoice.amount_total,
                    "currency_id": invoice.currency_id.id,
                    "date": invoice.invoice_date,
                    "journal_id": self.bank.id,
                    "payment_method_line_id": method.id,
                    "memo": invoice.name,
                }
                for invoice in invoices
            ]
        )
        payments.action_post()
        pairs = [
            (invoice.line_ids + payment.move_id.line_ids).filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            for invoice, payment in zip(invoices, payments, strict=True)
        ]
        self.env["account.move.line"]._reconcile_plan(pairs)
