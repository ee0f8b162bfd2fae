import math

from dateutil.relativedelta import relativedelta

from . import script
from .teller import Teller

MONTHS = 32


class Ledgers(Teller):
    def _load_ledgers(self):
        """Give Harbour Trading Europe a chart of accounts, both their rates."""
        europe = self._ref("company_europe")
        # The superuser loads the data and has to be in the company.
        self.env.user.company_ids |= europe
        # Not ``try_loading``, which warns while modules are being installed.
        self.env["account.chart.template"]._load(
            "generic_coa", europe, install_demo=False
        )
        # The chart brings the currency of its own country along.
        europe.currency_id = self._ref("base.EUR")
        for company in (self._ref("base.main_company"), europe):
            self._load_rates(company)

    def _load_rates(self, company):
        """Monthly rates of two and a half years, per unit of the company's own.

        :param res.company company: US dollar or euro is its currency
        """
        start = company._export_today().replace(day=1)
        vals_list = []
        for back in range(MONTHS):
            own = self._rate(company.currency_id.name, back)
            vals_list += [
                {
                    "company_id": company.id,
                    "currency_id": self._ref(f"base.{code}").id,
                    "name": start - relativedelta(months=back),
                    "rate": round(self._rate(code, back) / own, 5),
                }
                for code in script.RATES
                if code != company.currency_id.name
            ]
        self.env["res.currency.rate"].create(vals_list)

    def _rate(self, code, back):
        mean, swing = script.RATES[code]
        return mean + swing * math.sin(back / 3.0)

    def _set_terms(self, customer):
        partner = self._customer(customer.key).with_company(self.env.company)
        partner.property_payment_term_id = self._ref(f"payment_term_{customer.terms}")
        pricelist = self._ref(f"pricelist_{customer.currency.lower()}")
        partner.specific_property_product_pricelist = pricelist
