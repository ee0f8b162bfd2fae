from dateutil.relativedelta import relativedelta

from . import script
from .teller import QUIET, Teller

FIRST_MAIL = "We saw your lights at the fair. Please send catalogue and price list."
MONTHS = 12


class Health(Teller):
    """Health over the last year, computed day by day as it would have been."""

    def _load_talk(self):
        """Each customer wrote once before its first order: a channel is known."""
        first = [
            script.Talk(
                customer.key,
                max(deal.ago for deal in customer.deals) + 20,
                "in",
                FIRST_MAIL,
            )
            for customer in script.CUSTOMERS
            if customer.deals and customer.company == "main"
        ]
        self.with_company(self._company("main")).with_context(**QUIET)._load_messages(
            first
        )
        return super()._load_talk()

    def _run_pipeline(self):
        for key in ("main", "europe"):
            self._load_health_history(self._company(key))
        return super()._run_pipeline()

    def _load_health_history(self, company):
        """Score the first days of the past months, so that there is a history.

        Warnings began a year ago: what happened since is news.
        """
        today = company._export_today()
        first = today - relativedelta(months=MONTHS)
        company.export_warnings_since = company.export_go_live_date or first
        accounts = self.env["export.crm.account"].with_company(company)
        for back in range(MONTHS, 0, -1):
            day = (today - relativedelta(months=back)).replace(day=1)
            ids = accounts._facts_partner_batches(company, day)
            accounts._refresh_facts(company, ids, day)
            accounts._refresh_company_facts(company, day)
            self.env["export.crm.demand.model"]._step_fit(company, day)
            accounts._step_demand(company, ids, day)
            accounts._step_health(company, ids, day)
