from datetime import date, timedelta

from odoo.tests import tagged

from ...models.health.demand_scores import DEMAND_COLUMNS
from ...tools.health import demand_model, silence
from ...tools.health.demand_history import Customer
from ..account.common import AS_OF
from .common import HealthCommon

LOGIT = [0.4, 0.9, -0.7, 0.2, -0.1]


@tagged("post_install", "-at_install")
class TestDemandSql(HealthCommon):
    def _customers(self):
        """Return customers of all kinds, with their facts."""
        partners = self.env["res.partner"]
        for number, back in enumerate(
            (
                (10,),
                (900,),
                (400, 300, 200, 100, 5),
                tuple(range(60, 61 + 7 * 20, 7)),
                (700, 690, 20),
                (0,),
            )
        ):
            partner = self._customer(f"Customer {number}")
            self._orders(partner, *back, amount=50.0 + 1000.0 * number)
            self._facts(partner)
            partners += partner
        return partners

    def _python(self, engine, account):
        """Return the scores of an account by the pure functions."""
        count = account.order_count
        customer = Customer(
            count - 1,
            float((account.last_order_date - account.first_order_date).days),
            float((AS_OF - account.first_order_date).days),
            float(account.order_average) * count,
        )
        chance = demand_model.p_buy(engine, customer)
        value, deviation = demand_model.value(engine, customer, 365)
        return {
            "p_buy": chance,
            "churn_risk": 1 - chance,
            "expected_orders_12m": demand_model.orders(engine, customer, 365),
            "expected_order_value": demand_model.order_value(engine, customer),
            "forecast_revenue_12m": value,
            "forecast_revenue_5y": demand_model.value(engine, customer, 1825)[0],
            "forecast_high_12m": value + demand_model.Z80 * deviation,
            "forecast_low_12m": max(0.0, value - demand_model.Z80 * deviation),
        }

    def test_sql_equals_python(self):
        partners = self._customers()
        for changes in ({}, {"offset": 0.3}, {"offset": 0.3, "logit": LOGIT}):
            engine = self._model(date=AS_OF, **changes)
            self._run(*partners, steps="d", facts=False)
            for account in self._account(partners[0]).search(
                [("partner_id", "in", partners.ids)]
            ):
                for name, value in self._python(engine._engine(), account).items():
                    with self.subTest(changes=changes, name=name):
                        money = name.startswith("forecast")
                        self.assertAlmostEqual(
                            account[name], value, delta=0.00501 if money else 1e-9
                        )
            engine.unlink()

    def test_silence_equals_python(self):
        self._orders(self.customer, *range(60, 60 + 10 * 12, 10))
        self._model()
        account = self._run(steps="d")
        self.assertAlmostEqual(
            account.silence_chance, silence.silence(11, 110.0, 60.0), delta=1e-9
        )
        irregular = self._customer("Irregular")
        self._orders(irregular, 500, 499, 498, 497, 100)
        self.assertIsNone(self._run(irregular, steps="d").silence_chance)

    def test_one_statement_for_any_number_of_customers(self):
        partners = self._customers()
        self._model()
        with self.assertQueryCount(2):  # the parameters, the scores
            self.env.flush_all()
            self.accounts._step_demand(self.company, partners.ids, AS_OF)

    def test_without_an_order_or_a_fit_demand_is_unknown(self):
        self._open_account(self.customer)
        self._model()
        account = self._run(steps="d")
        for name in DEMAND_COLUMNS:
            self.assertFalse(account[name], name)
        self.assertIsNone(account.p_buy)
        self._orders(self.customer, 10)
        self.assertIsNotNone(self._run(steps="d").p_buy)
        self.models.search([]).unlink()
        self.assertIsNone(self._run(steps="d").p_buy)

    def test_second_run_writes_nothing(self):
        self._orders(self.customer, 10, 100)
        self._model()
        self._run(steps="d")
        self.env.cr.execute("SELECT xmin::text FROM export_crm_account")
        before = self.env.cr.fetchall()
        self._run(steps="d", facts=False)
        self.env.cr.execute("SELECT xmin::text FROM export_crm_account")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_fit_is_kept_per_company_and_renewed_monthly(self):
        other = self._other()
        for number in range(3):
            partner = self._customer(f"Customer {number}")
            self._orders(partner, 400 - number, 200, 30 + number)
            self._facts(partner)
        day = date(2024, 6, 30)
        self.models._step_fit(self.company, day)
        fit = self.models._latest(self.company, day)
        self.assertEqual((fit.date, fit.customers), (day, 3))
        self.assertTrue(fit.converged)
        self.assertTrue(0 < fit.test_base <= 1)
        self.models._step_fit(self.company, date(2024, 6, 30))
        self.assertEqual(self.models.search_count([]), 1)
        self.models._step_fit(self.company, date(2024, 7, 1))
        self.assertEqual(self.models._latest(self.company, day), fit)
        self.assertEqual(
            self.models._latest(self.company, date(2024, 7, 15)).date, date(2024, 7, 1)
        )
        self.models._step_fit(other, day)
        self.assertFalse(self.models._latest(other, day))

    def _other(self):
        return self.env["res.company"].create({"name": "Other company"})

    def test_fit_reads_purchases_as_the_facts_do(self):
        eur = self.env.ref("base.EUR")
        eur.active = True
        day = AS_OF - timedelta(days=10)
        self.env["res.currency.rate"].create(
            {
                "name": day - timedelta(days=400),
                "currency_id": eur.id,
                "rate": 2.0,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": eur.id, "company_id": self.company.id}
        )
        self._order(self.customer, day, 100.0)
        self._order(self.customer, day, 100.0, pricelist_id=pricelist.id)
        self._order(self.customer, day, 70.0, export_kind="sample")
        self._order(self.customer, day, 70.0, confirm=False)
        self._order(self.customer, AS_OF + timedelta(days=1), 70.0)
        self.env.flush_all()
        histories = self.models._histories(self.company, AS_OF)
        self.assertEqual(histories, [[(day.toordinal(), 150.0)]])

    def test_a_past_day_is_computed_as_it_was(self):
        self._orders(self.customer, 300, 200, 100)
        self._model()
        before = self._run(steps="dh")
        kept = (before.p_buy, before.health)
        self._order(self.customer, AS_OF + timedelta(days=5), 500.0)
        self._model(date=AS_OF + timedelta(days=1), r=5.0)
        later = self._run(as_of=AS_OF + timedelta(days=6), steps="dh")
        self.assertNotEqual(later.p_buy, kept[0])
        again = self._run(steps="dh")
        self.assertEqual((again.p_buy, again.health), kept)

    def test_season(self):
        for day in ("2024-01-10", "2023-02-10", "2022-03-10", "2023-07-10"):
            self._order(self.customer, day, 100.0)
        account = self._facts(self.customer)
        self.assertAlmostEqual(account.season_q1, 4 * 400 / 800)
        self.assertAlmostEqual(account.season_q3, 4 * 200 / 800)
        self.assertAlmostEqual(account.season_q2, 4 * 100 / 800)
