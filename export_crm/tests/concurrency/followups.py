"""What the tests of follow-ups work on: delivered orders, runs, what became of them."""

import os
import signal
from collections import Counter
from datetime import datetime, time, timedelta

from books import Books

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

PLANS = ("delivery", "order", "shipment")


class Followups(Books):
    """A company that sells goods, with the plans that follow an order only."""

    def __init__(self):
        super().__init__()
        self.before, self.today, self.goods = self.do(self._prepare)

    def _prepare(self, env):
        """Return (plans that were active, today, product)."""
        company = env["res.company"].browse(self.company)
        env["stock.warehouse"].create(
            {"name": company.name, "code": f"F{company.id}", "company_id": company.id}
        )
        plans = env["mail.activity.plan"].search([("export_trigger", "!=", False)])
        plans.active = False
        for name in PLANS:
            env.ref(f"export_crm.export_crm_plan_{name}").active = True
        goods = env["product.product"].create(
            {"name": "Pump", "type": "consu", "taxes_id": False}
        )
        return plans.ids, company._export_today(), goods.id

    def restore_plans(self):
        """Leave the plans as they were found."""
        self.do(
            lambda env: env["mail.activity.plan"]
            .browse(self.before)
            .write({"active": True})
        )

    def delivered(self, number):
        """Return the ids of new customers, to each of whom goods came six days ago."""
        partner_ids = self.customers(number, country_id=self.country())
        self.do(self.deliver, partner_ids, 6)
        return partner_ids

    def country(self):
        """Return the id of a country for customers: working hours need one."""
        return self.do(lambda env: env.ref("base.de").id)

    def deliver(self, env, partner_ids, days):
        """Sell goods to customers and deliver them so many days ago."""
        env = env(context={**env.context, "allowed_company_ids": [self.company]})
        line = {"product_id": self.goods, "product_uom_qty": 10, "price_unit": 5.0}
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": partner_id,
                    "company_id": self.company,
                    "user_id": self.salesperson,
                    "order_line": [Command.create(line)],
                }
                for partner_id in partner_ids
            ]
        )
        orders.action_confirm()
        moves = orders.picking_ids.move_ids
        moves.picked = True
        for move in moves:
            move.quantity = 10
        orders.picking_ids.button_validate()
        day = self.today - timedelta(days=days)
        orders.picking_ids.date_done = datetime.combine(day, time(12))
        orders.picking_ids.export_received_date = day

    def rows(self, partner_ids):
        """Return ``{partner id: sorted (step, state, reason, with activity)}``."""

        def read(env):
            rows = env["export.crm.followup"].search(
                [("partner_id", "in", partner_ids)]
            )
            found = {partner_id: [] for partner_id in partner_ids}
            for row in rows:
                found[row.partner_id.id].append(
                    (row.step, row.state, row.reason or "", bool(row.activity_id))
                )
            return {partner_id: sorted(items) for partner_id, items in found.items()}

        return self.do(read)

    def activities(self, partner_ids):
        """Return (activities of the customers' orders, those that no row has)."""

        def read(env):
            orders = env["sale.order"].search([("partner_id", "in", partner_ids)])
            made = (
                env["mail.activity"]
                .with_context(active_test=False)
                .search(
                    [("res_model", "=", "sale.order"), ("res_id", "in", orders.ids)]
                )
            )
            rows = env["export.crm.followup"].search(
                [("partner_id", "in", partner_ids)]
            )
            return len(made), len(made - rows.activity_id)

        return self.do(read)

    def doubled(self, partner_ids):
        """Return the keys that the ledger has more than once."""

        def read(env):
            rows = env["export.crm.followup"].search(
                [("partner_id", "in", partner_ids)]
            )
            keys = Counter((r.res_model, r.res_id, r.step, r.cycle) for r in rows)
            return [key for key, number in keys.items() if number > 1]

        return self.do(read)

    def errors(self):
        """Return what the pipeline has noted as failed in the company."""
        domain = [("company_id", "=", self.company)]
        return self.do(
            lambda env: env["export.crm.job.error"].search(domain).mapped("message")
        )

    def mails(self):
        """Return the number of mails ever queued."""
        return self.do(lambda env: env["mail.mail"].search_count([]))

    def mark(self, partner_ids):
        """Mark customers as changed, as their documents do."""

        def do(env):
            partners = env["res.partner"].browse(partner_ids)
            company = env["res.company"].browse(self.company)
            env["export.crm.dirty"]._mark(partners, company)

        self.do(do)


# What the workers do.


def plan_and_schedule(env, company_id, partner_ids, today):
    """Do both steps for a batch of customers, as the pipeline does."""
    company = env["res.company"].browse(company_id)
    ledger = env["export.crm.followup"].with_company(company)
    ledger._step_plan(company, partner_ids, today)
    ledger._step_contact(company, partner_ids, today)


def pipeline(worker, company_id, kind):
    """Run one company's job with its own commits, as the scheduled action does."""
    worker.meet()
    with Registry(worker.db).cursor() as cr:
        jobs = api.Environment(cr, SUPERUSER_ID, {})["export.crm.job"]
        jobs._ensure_jobs()
        _run_job(jobs, company_id, kind)


def _run_job(jobs, company_id, kind):
    job = jobs.search([("company_id", "=", company_id), ("kind", "=", kind)])
    left = {job: job._expect_work()}
    jobs._commit(0, left)
    job._run(left)


def pipeline_and_die(db, company_id, stage, after):
    """Run the job and be killed in the middle of the ``after``-th batch's ``stage``."""
    with Registry(db).cursor() as cr:
        jobs = api.Environment(cr, SUPERUSER_ID, {})["export.crm.job"]
        jobs._ensure_jobs()
        model = type(jobs.env["export.crm.followup"])
        original, calls = getattr(model, stage), []

        def die(records, *args):
            result = original(records, *args)
            calls.append(stage)
            if len(calls) == after:
                records.env.flush_all()
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(model, stage, die)
        # Small batches, so that some are committed before it dies.
        type(jobs)._batch_size = lambda _jobs: 4
        _run_job(jobs, company_id, "nightly")


def cancel(env, partner_id):
    """Remove the activities of a customer's orders, as people do; return how many."""
    orders = env["sale.order"].search([("partner_id", "=", partner_id)])
    activities = env["mail.activity"].search(
        [("res_model", "=", "sale.order"), ("res_id", "in", orders.ids)]
    )
    activities.action_cancel()
    return len(activities)


def finish(env, partner_id):
    """Mark the activities of a customer's orders as done; return how many."""
    orders = env["sale.order"].search([("partner_id", "=", partner_id)])
    activities = env["mail.activity"].search(
        [("res_model", "=", "sale.order"), ("res_id", "in", orders.ids)]
    )
    number = len(activities)
    activities.action_feedback("All is well.")
    return number


def each_in_turn(worker, uid, work, company_id, partner_ids, *args):
    """Do ``work`` for each customer at the moment others are at the same one."""
    outcomes = []
    for partner_id in partner_ids:
        if work is plan_and_schedule:
            args_of_one = (company_id, [partner_id], *args)
        else:
            args_of_one = (partner_id,)
        outcomes.append(worker.transact(uid, work, *args_of_one, meet=True))
    return outcomes
