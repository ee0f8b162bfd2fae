import logging
from datetime import datetime, time, timedelta

from odoo import fields
from odoo.tools import SQL

from . import script

_logger = logging.getLogger(__name__)

# What happened long ago makes no mail, no note and no follower today.
QUIET = {
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "skip_sms": True,
}
COMPANIES = {"main": "base.main_company", "europe": "export_crm.company_europe"}


class Teller:
    """Builds the demo story (``script.py``) out of real documents.

    Used by the demo data alone. Documents
    are made in batches through the ORM, in today's way, and dated back afterwards,
    because Odoo stamps a confirmed order or a done delivery with the present.

    :param env: the superuser's environment that loads the demo data
    """

    def __init__(self, env):
        self.env = env

    def with_company(self, company):
        """Return the same teller with another current company."""
        return type(self)(self.env["base"].with_company(company).env)

    def with_context(self, **values):
        """Return the same teller with more in its context."""
        return type(self)(self.env["base"].with_context(**values).env)

    def _load_story(self):
        """Load everything; the demo data's only call. About 200 orders."""
        self._put_away_odoos_own()
        for key in COMPANIES:
            company = self._company(key)
            demo = self.with_company(company).with_context(
                allowed_company_ids=company.ids, **QUIET
            )
            customers = [c for c in script.CUSTOMERS if c.company == key]
            demo._load_documents(customers)
        # In the order of time, since chatter shows the latest record first.
        self._forget_creation()
        self._load_holds()
        self._load_talk()
        self._load_decisions()
        self._load_tiers()
        self._run_pipeline()
        self._load_gradings()
        self._load_claims()
        self._silence_bot()
        for line in self._check_story():
            _logger.error("Demo story: %s", line)

    def _put_away_odoos_own(self):
        """Archive the customers and inquiries of Odoo's own demo data.

        They have invoices without orders and no salesperson: among the customers of
        the story they only puzzle. One filter brings them back.
        """
        ours = self.env["res.company"].search([]).partner_id
        theirs = self.env["ir.model.data"].search(
            [
                ("model", "in", ("res.partner", "crm.lead")),
                ("module", "!=", "export_crm"),
            ]
        )
        for model in ("res.partner", "crm.lead"):
            ids = theirs.filtered(lambda data, m=model: data.model == m).mapped(
                "res_id"
            )
            records = self.env[model].browse(ids).exists()
            if model == "res.partner":
                records = records.filtered("is_company") - ours
                records = records.filtered(lambda partner: not partner.user_ids)
            records.active = False

    def _silence_bot(self):
        """Keep Odoo's chat bot from covering the screen at the first login."""
        users = self.env["res.users"]
        if "odoobot_state" in users._fields:
            people = users.search([("login", "in", ["admin", "demo", *script.LOGINS])])
            people.odoobot_state = "disabled"

    def _load_documents(self, customers):
        for customer in customers:
            self._set_terms(customer)
        booked = self._make_orders(customers)
        self._deliver(booked)
        invoices = self._invoice(booked)
        self._credit_notes(invoices)
        self._pay(invoices)
        self._make_drafts(customers)

    def _run_pipeline(self):
        """Run both jobs of both companies to their end, in this transaction."""
        self.env.flush_all()
        jobs = self.env["export.crm.job"]
        jobs._ensure_jobs()
        ours = [("company_id", "in", [self._company(key).id for key in COMPANIES])]
        for job in jobs.search(ours, order="company_id, kind DESC"):
            job.run_requested = True
            while job._work_left():
                job._run_batch()

    # === LOOK-UPS === #

    def _ref(self, name):
        return self.env.ref(name if "." in name else f"export_crm.{name}")

    def _company(self, key):
        return self._ref(COMPANIES[key])

    def _customer(self, key):
        return self._ref(f"customer_{key}")

    def _day(self, ago, company=None):
        """Return the company-local date ``ago`` days before today."""
        company = company or self.env.company
        return company._export_today() - timedelta(days=ago)

    def _moment(self, ago, hour=17, minute=0):
        """Return a moment (naive UTC) of that day, in working hours there."""
        moment = datetime.combine(self._day(ago), time(hour, minute))
        return min(moment, fields.Datetime.now())

    def _backdate(self, model, values):
        """Set columns of the past that the ORM stamps with the present.

        :param dict values: ``{column: {record id: datetime}}``
        """
        self.env.flush_all()
        table = self.env[model]._table
        for column, by_id in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s AS old SET %s = new.moment FROM"
                    " (SELECT unnest(%s) AS id, unnest(%s::timestamp[]) AS moment) new"
                    " WHERE old.id = new.id",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    list(by_id),
                    list(by_id.values()),
                )
            )
        self.env[model].invalidate_model(list(values))
