"""What the tests work on: a company with books, people, customers, quotations."""

import threading
import uuid
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry


class Books:
    """A company of its own in the database, committed; made once per test class."""

    def __init__(self):
        self.db = threading.current_thread().dbname
        ids = self.do(self._make)
        self.company, self.salesperson, self.controller, self.product = ids

    def do(self, work, *args):
        """Return what ``work(env, *args)`` returns, committed."""
        with Registry(self.db).cursor() as cr:
            # Nobody reads the chatter of what is made here, and it takes half the time.
            context = {"tracking_disable": True, "mail_create_nosubscribe": True}
            return work(api.Environment(cr, SUPERUSER_ID, context), *args)

    def _make(self, env):
        company = env["res.company"].create(
            {
                "name": f"Races {uuid.uuid4()}",
                "country_id": env.ref("base.us").id,
                "account_use_credit_limit": True,
                # A nightly pass is due at any time of the day.
                "export_nightly_hour": 0,
            }
        )
        env.user.company_ids += company
        env["account.chart.template"].try_loading("generic_coa", company)
        company.export_go_live_date = "2000-01-01"
        controller = self._user(env, company, "credit_controller")
        company.export_credit_user_id = controller
        product = env["product.product"].create(
            {"name": "LED panel", "type": "service", "taxes_id": False}
        )
        salesperson = self._user(env, company, "user")
        return company.id, salesperson.id, controller.id, product.id

    def _user(self, env, company, group):
        groups = env.ref("base.group_user") + env.ref(
            f"export_crm.export_crm_group_{group}"
        )
        return env["res.users"].create(
            {
                "name": f"Races {group}",
                "login": f"races_{group}_{company.id}",
                "email": f"{group}@example.com",
                "notification_type": "inbox",
                "company_id": company.id,
                "company_ids": company.ids,
                "group_ids": groups.ids,
            }
        )

    def branch(self):
        """Return the ids of a new branch and of who sells there and nowhere else."""
        return self.do(self._branch)

    def _branch(self, env):
        branch = env["res.company"].create(
            {"name": f"Branch {uuid.uuid4()}", "parent_id": self.company}
        )
        return branch.id, self._user(env, branch, "user").id

    def customers(self, number, **values):
        """Return the ids of new customers."""
        return self.do(self._customers, number, values)

    def _customers(self, env, number, values):
        values = {"is_company": True, "user_id": self.salesperson, **values}
        partners = env["res.partner"].with_company(self.company)
        return partners.create(
            [{"name": f"Customer {n}", **values} for n in range(number)]
        ).ids

    def pass_gates(self, partner_ids):
        """Make the gates of customers, as an earlier order of theirs does."""
        self.do(self._pass_gates, partner_ids)

    def _pass_gates(self, env, partner_ids):
        env["export.crm.credit.gate"].sudo()._pass(
            [(partner_id, self.company) for partner_id in partner_ids]
        )

    def quotations(self, partner_ids, amount=100.0, payer_ids=None, branch=None):
        """Return the ids of new quotations, one for each of ``partner_ids``.

        :param branch: what :meth:`branch` returned; None: of the company itself
        """
        payer_ids = payer_ids or partner_ids
        place = branch or (self.company, self.salesperson)
        return self.do(self._quotations, partner_ids, amount, payer_ids, *place)

    def _quotations(self, env, partner_ids, amount, payer_ids, company, seller):
        line = {"product_id": self.product, "price_unit": amount, "tax_ids": False}
        orders = env["sale.order"].with_company(company)
        return orders.create(
            [
                {
                    "partner_id": partner_id,
                    "partner_invoice_id": payer_id,
                    "user_id": seller,
                    "company_id": company,
                    "order_line": [Command.create(line)],
                }
                for partner_id, payer_id in zip(partner_ids, payer_ids, strict=True)
            ]
        ).ids

    def owe(self, partner_ids):
        """Post two invoices to each customer, 90 and 60 days overdue."""
        self.do(self._owe, partner_ids)

    def _owe(self, env, partner_ids):
        company = env["res.company"].browse(self.company)
        moves = env["account.move"].with_company(company)
        line = {"product_id": self.product, "price_unit": 100.0, "tax_ids": []}
        moves.create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner_id,
                    "invoice_date": company._export_today() - timedelta(days + 30),
                    "invoice_payment_term_id": False,
                    "invoice_date_due": company._export_today() - timedelta(days),
                    "invoice_line_ids": [Command.create(line)],
                }
                for partner_id in partner_ids
                for days in (90, 60)
            ]
        ).action_post()

    def confirmed(self, order_ids):
        """Return which of these orders are confirmed in the database."""
        domain = [("id", "in", order_ids), ("state", "=", "sale")]
        return set(self.do(lambda env: env["sale.order"].search(domain).ids))

    def blocking(self, partner_ids):
        """Return the number of blocking holds of each of these customers."""

        def count(env):
            holds = env["export.crm.credit.hold"].search(
                [("blocking", "=", True), ("partner_id", "in", partner_ids)]
            )
            return [
                len(holds.filtered(lambda h, p=partner_id: h.partner_id.id == p))
                for partner_id in partner_ids
            ]

        return self.do(count)


# What the workers do.


def confirm(env, order_id):
    """Press the button; return nothing."""
    env["sale.order"].browse(order_id).action_confirm()


def open_hold(env, partner_id):
    """Put a customer on hold by hand; return (id, name) of the hold."""
    hold = env["export.crm.credit.hold"].create(
        {"partner_id": partner_id, "note": "Insolvency rumoured."}
    )
    return hold.id, hold.name


def release(env, hold_id, **values):
    """Release a hold; closes it unless ``values`` name another scope."""
    env["export.crm.credit.release"].create(
        {"hold_id": hold_id, "reason": "They have paid.", **values}
    )


def check_payments(env, company_id, partner_id):
    """Judge one customer's ledger, as the scheduled action does."""
    company = env["res.company"].browse(company_id)
    holds = env["export.crm.credit.hold"]
    holds._step_payment_behaviour(company, [partner_id], company._export_today())
