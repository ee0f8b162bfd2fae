from datetime import date, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ...tools.health import health
from ..account.common import AS_OF
from .common import HealthCommon

WEIGHTS = {
    "demand": 30,
    "interaction": 10,
    "system": 5,
    "complaints": 15,
    "forecast": 10,
    "payment": 15,
    "satisfaction": 15,
}


class TestHealthFormula(BaseCase):
    def _index(self, **components):
        return health.health_index(components, WEIGHTS)

    def test_mean_of_the_known_parts(self):
        index = self._index(demand=0.5, payment=1.0, interaction=0.2)
        self.assertEqual(index.value, round(100 * (15 + 15 + 2) / 55, 1))
        self.assertEqual(index.coverage, 0.55)
        self.assertIn("satisfaction", index.missing)

    def test_half_of_the_weight_must_be_known(self):
        self.assertIsNone(self._index(demand=1.0, payment=1.0).value)
        self.assertEqual(self._index(demand=1.0, payment=1.0, system=1.0).value, 100)

    def test_demand_or_payment_must_be_known(self):
        others = dict.fromkeys(WEIGHTS, 1.0) | {"demand": None, "payment": None}
        self.assertIsNone(self._index(**others).value)
        self.assertEqual(self._index(**others | {"payment": 0.0}).value, 78.6)

    def test_one_bad_component_does_not_hide_the_rest(self):
        good = dict.fromkeys(WEIGHTS, 1.0)
        index = self._index(**good | {"complaints": 0.0})
        self.assertEqual(index.value, 85.0)
        self.assertEqual(len(index.lines), 7)
        self.assertEqual(self._index(**good | {"complaints": None}).value, 100.0)

    def test_never_surveyed_and_a_stale_answer_are_missing_not_low(self):
        self.assertIsNone(health.satisfaction(None, None, 70.0, None))
        self.assertIsNone(health.satisfaction(20.0, 1, 70.0, 366))
        self.assertAlmostEqual(health.satisfaction(20.0, 1, 70.0, 365), 1.6 / 3)

    def test_bands_have_three_points_of_hysteresis(self):
        for value, before, expected in (
            (75.0, None, "green"),
            (74.9, None, "amber"),
            (72.0, "green", "green"),
            (71.9, "green", "amber"),
            (50.0, "red", "amber"),
            (49.9, "red", "red"),
            (47.0, "amber", "amber"),
            (46.9, "amber", "red"),
            (48.0, "green", "amber"),
        ):
            with self.subTest(value=value, before=before):
                self.assertEqual(health.band(value, before), expected)
                # Judged again the same night: nothing moves.
                self.assertEqual(health.band(value, expected), expected)

    def test_outbound_effort_is_no_health(self):
        self.assertEqual(health.interaction(0, 0, 0, 4, 3), 1 / 3)
        self.assertEqual(health.interaction(3, 0, 0, 0, 6), 0.5)


@tagged("post_install", "-at_install")
class TestHealthIndex(HealthCommon):
    def setUp(self):
        super().setUp()
        self._orders(self.customer, 300, 200, 100, 10)
        self._model()

    def _known(self, **values):
        """Give the customer so much that its health is known."""
        account = self._run(steps="")
        self._set_facts(
            account,
            **{"payment_prompt": 1.0, "inbound_90d": 1, "activities_90d": 0} | values,
        )
        return self._run(steps="dh", facts=False)

    def test_insufficient_data_is_said_and_no_number_shown(self):
        account = self._run(steps="dh")
        self.assertIsNone(account.health)
        self.assertFalse(account.health_known)
        self.assertFalse(account.health_band)
        self.assertIn("Insufficient data", account.health_explanation)
        self.assertEqual(list(self._parts(account)), ["demand"])

    def test_components_without_a_source_are_missing_not_zero(self):
        account = self._known()
        self.assertTrue(account.health_known)
        self.assertEqual(
            set(self._parts(account)), {"demand", "payment", "interaction"}
        )
        for missing in ("Satisfaction", "Complaints", "Forecast", "System use"):
            self.assertIn(missing, account.health_explanation)
        demand = self._parts(account)["demand"]
        self.assertEqual(account.health, round(100 * (30 * demand + 25) / 55, 1))

    def test_much_more_than_forecast_is_flagged_and_no_fault(self):
        self.assertFalse(health.forecast_too_low(1.2))
        account = self._known(forecast_completion=1.2)
        flagged = [("forecast_flagged", "=", True)]
        self.assertFalse(account.forecast_flagged)
        self.assertFalse(self.accounts.search(flagged))
        self.assertNotIn("too low", account.health_explanation)
        account = self._known(forecast_completion=1.5)
        self.assertEqual(self._parts(account)["forecast"], 1.0)
        self.assertTrue(account.forecast_flagged)
        self.assertEqual(self.accounts.search(flagged), account)
        self.assertIn(
            "Bought 150 % of the forecast: the forecast is too low",
            account.health_explanation,
        )
        self._set_facts(account, forecast_completion=None)
        self.assertFalse(account.forecast_flagged)

    def test_what_is_usual_depends_on_the_tier(self):
        account = self._known(inbound_90d=3, inquiries_90d=0, outbound_90d=0)
        self.assertEqual(self._parts(account)["interaction"], 1.0)  # unrated as C
        for code, expected in (("A", 0.5), ("B", 1.0), ("C", 1.0)):
            tier = self.env.ref(f"export_crm.export_crm_tier_{code.lower()}")
            account = self._known(inbound_90d=3, tier_id=tier.id)
            self.assertEqual(self._parts(account)["interaction"], expected)

    def test_payment_part_by_part(self):
        day = AS_OF - timedelta(days=100)
        for amount, late in ((1000.0, 0), (1000.0, 30)):
            move = self._posted(amount, day)
            wizard = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"payment_date": day + timedelta(days=late)})
            )
            wizard._create_payments()
        self._posted(2000.0, AS_OF - timedelta(days=45))  # unpaid: 45 days up to today
        account = self._run(steps="")
        self.assertAlmostEqual(
            account.payment_prompt, (1000 + 500 + 2000 * 0.25) / 4000, 6
        )

    def _posted(self, amount, due):
        return self._invoice(
            self.customer,
            amount,
            invoice_date=due - timedelta(days=30),
            invoice_date_due=due,
        )

    def test_two_companies_have_their_own_weights_and_health(self):
        other = self.env["res.company"].create({"name": "Other company"})
        component = self.env.ref("export_crm.health_component_payment")
        component.copy({"company_id": other.id, "weight": 60})
        weights = {
            company: {
                c.code: c.weight
                for c in self.env["export.crm.health.component"]._of_company(company)
            }
            for company in (self.company, other)
        }
        self.assertEqual(weights[self.company], WEIGHTS)
        self.assertEqual(weights[other], WEIGHTS | {"payment": 60})
        self._known()
        self.assertFalse(self._account(self.customer, other))

    def test_a_component_switched_off_counts_no_more(self):
        self.env.ref("export_crm.health_component_payment").active = False
        account = self._known()
        self.assertNotIn("payment", self._parts(account))

    def test_unknown_health_is_sorted_last_both_ways(self):
        self._known()
        unknown = self._customer("Unknown")
        self._open_account(unknown)
        domain = [("partner_id", "in", (self.customer + unknown).ids)]
        for order in ("health", "health desc", "health asc"):
            found = self.accounts.search(domain, order=order)
            self.assertEqual(found[-1].partner_id, unknown, order)

    def test_explained_against_the_median_customer(self):
        account = self._known(payment_prompt=0.4)
        good = self._customer("Good")
        self._orders(good, 300, 200, 100, 10)
        for name in ("Good", "Better"):
            partner = self._customer(name)
            self._orders(partner, 300, 200, 100, 10)
            self._run(partner, steps="")
            self._set_facts(self._account(partner), payment_prompt=1.0, inbound_90d=1)
            self._run(partner, steps="dh", facts=False)
        medians = self.env["export.crm.health.median"].sudo()
        medians._step_medians(self.company, AS_OF)
        self.assertEqual(medians._medians(self.company)["payment"], 1.0)
        self.assertEqual(medians.search([("code", "=", "payment")]).customers, 3)
        account.invalidate_recordset()
        # 15 of 55 points of weight, 0.6 below the median: 16.4 points.
        self.assertIn("-16.4", account.health_explanation)

    def test_largest_drops_since_the_last_snapshot(self):
        self._known()
        account = self._account(self.customer)
        later = AS_OF + timedelta(days=40)
        self._set_facts(account, payment_prompt=0.3, as_of=later)
        self.accounts._step_health(self.company, self.customer.ids, later)
        self.env.invalidate_all()
        self.assertIn("Fell since", account.health_explanation)
        self.assertIn("100", account.health_explanation)

    def test_snapshots_monthly_and_when_the_colour_changes(self):
        account = self._known()
        snapshots = account.health_snapshot_ids
        self.assertEqual(snapshots.mapped("reason"), ["monthly"])
        self.assertEqual(snapshots.health, account.health)
        self._run(steps="dh", facts=False)
        self._run(steps="dh", facts=False)
        self.assertEqual(len(account.health_snapshot_ids), 1, "same day again")
        for day, prompt, count in (
            (date(2024, 7, 1), 1.0, 2),
            (date(2024, 7, 2), 1.0, 2),
            (date(2024, 7, 3), 0.0, 3),
            (date(2024, 7, 4), 0.0, 3),
        ):
            self._set_facts(account, payment_prompt=prompt, as_of=day)
            self.accounts._step_health(self.company, self.customer.ids, day)
            self.env.invalidate_all()
            self.assertEqual(len(account.health_snapshot_ids), count, day)
        self.assertEqual(account.health_snapshot_ids[0].reason, "band")
        self.assertEqual(
            [point["date"] for point in account.health_history],
            ["2024-06-30", "2024-07-01", "2024-07-03", "2024-07-04"],
        )

    def test_a_customer_on_the_line_keeps_its_colour(self):
        """Down to three points below a threshold; up again only at the threshold."""
        components = self.env["export.crm.health.component"].search([])
        components.filtered(lambda c: c.code != "payment").weight = 0
        seen = []
        account = self._known()
        for index in (75.0, 74.0, 72.0, 71.9, 74.0, 47.0, 46.9, 49.9, 50.0):
            self._set_facts(account, payment_prompt=index / 100)
            self._run(steps="h", facts=False)
            seen.append((account.health, account.health_band))
        bands = ["green"] * 3 + ["amber"] * 3 + ["red"] * 2 + ["amber"]
        self.assertEqual([band for _health, band in seen], bands)
        self.assertEqual(seen[3][0], 71.9)

    def test_not_green_while_a_serious_warning_is_open(self):
        """The index stays; the colour follows the warning, and says why."""
        components = self.env["export.crm.health.component"].search([])
        components.filtered(lambda c: c.code != "payment").weight = 0
        account = self._known()
        self._set_facts(account, payment_prompt=0.9)
        values = {
            "account_id": account.id,
            "company_id": self.company.id,
            "code": "silence",
            "period": "2024Q2",
            "date": AS_OF,
            "evidence": {},
        }
        info = self.warnings.create({**values, "code": "frequency", "level": "info"})
        self._run(steps="h", facts=False)
        self.assertEqual((account.health, account.health_band), (90.0, "green"))
        self.assertNotIn("while a warning is open", account.health_explanation)
        warning = self.warnings.create({**values, "level": "warning"})
        self._run(steps="h", facts=False)
        self.assertEqual((account.health, account.health_band), (90.0, "amber"))
        self.assertIn("Regular buyer is silent", account.health_explanation)
        self.env.cr.precommit.run()
        dirty = self.env["export.crm.dirty"].sudo()
        dirty.search([]).unlink()
        warning.action_dismiss("They told us of their summer break.")
        self.env.cr.precommit.run()
        dirty = dirty.search([])
        self.assertIn(self.customer, dirty.partner_id)
        self._run(steps="h", facts=False)
        self.assertEqual(account.health_band, "green")
        self.assertEqual(info.state, "open")
        # A bad index is not made better by it.
        self._set_facts(account, payment_prompt=0.3)
        self.warnings.create({**values, "code": "churn", "level": "alarm"})
        self._run(steps="h", facts=False)
        self.assertEqual(account.health_band, "red")

    def test_an_expected_order_that_did_not_come_is_overdue(self):
        account = self._known()
        for day, overdue in ((AS_OF, False), (AS_OF - timedelta(days=1), True)):
            self._set_facts(account, next_order_date=day, as_of=AS_OF)
            self.env.invalidate_all()
            self.assertEqual(account.next_order_overdue, overdue)
        self._set_facts(account, next_order_date=None)
        self.env.invalidate_all()
        self.assertFalse(account.next_order_overdue)

    def test_never_surveyed_and_a_stale_answer_are_missing(self):
        account = self._known()
        never = account.health
        self.assertNotIn("satisfaction", self._parts(account))
        answer = {"satisfaction": 0.0, "satisfaction_answers": 1}
        account = self._known(**answer, satisfaction_date=AS_OF - timedelta(days=366))
        self.assertEqual(account.health, never)
        self.assertIn("satisfaction", account.health_lines["missing"])
        account = self._known(**answer, satisfaction_date=AS_OF - timedelta(days=365))
        self.assertIn("satisfaction", self._parts(account))
        self.assertLess(account.health, never)

    def test_one_bad_part_does_not_hide_the_rest(self):
        """The worst payer is no red customer while all else is well, and is seen."""
        good = self._known(delivery_count=3, claims_load=0.0, orders_365d=5)
        before = good.health
        account = self._known(
            delivery_count=3, claims_load=0.0, orders_365d=5, payment_prompt=0.0
        )
        parts = self._parts(account)
        self.assertEqual((parts["payment"], parts["complaints"]), (0.0, 1.0))
        weight = sum(line[2] for line in account.health_lines["lines"])
        self.assertAlmostEqual(before - account.health, 100 * 15 / weight, 0)
        self.assertIn("Payment", account.health_explanation)

    def test_seller_of_services_has_an_index(self):
        """Nothing is ever delivered: a service that was rendered stands for it."""
        service = self._create_product(name="Training", type="service", taxes_id=[])
        goods = self._create_product(name="Pump", type="consu", taxes_id=[])
        served, shipped, promised = (
            self._customer(name) for name in ("Served", "Not sent yet", "Promised")
        )
        for partner, product, values in (
            (served, service, {}),
            (shipped, goods, {}),
            (promised, service, {"commitment_date": AS_OF + timedelta(days=2)}),
        ):
            line = {"product_id": product.id, "price_unit": 100.0}
            self._order(partner, AS_OF - timedelta(days=40), lines=[line], **values)
        for partner, services, known in (
            (served, 1, True),
            (shipped, 0, False),
            (promised, 0, False),
        ):
            with self.subTest(partner.name):
                account = self._run(partner, steps="d")
                self._set_facts(account, payment_prompt=1.0, claims_load=0.0)
                account = self._run(partner, steps="h", facts=False)
                self.assertEqual(account.service_count, services)
                self.assertEqual(account.health_known, known)
                self.assertAlmostEqual(account.health_coverage, 0.6 if known else 0.45)

    def test_one_order_only_is_neither_certain_nor_unknown(self):
        one = self._customer("One Order")
        self._orders(one, 30)
        account = self._run(one, steps="d")
        self.assertLess(account.p_alive, 1.0)
        self.assertTrue(0.0 < account.p_buy < 1.0)
        self.assertEqual(account.order_count, 1)

    def test_second_scoring_writes_nothing(self):
        self._known()
        self.env.cr.execute("SELECT xmin::text FROM export_crm_account")
        before = self.env.cr.fetchall()
        self._run(steps="dh", facts=False)
        self.env.cr.execute("SELECT xmin::text FROM export_crm_account")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_shown_on_the_customer_and_its_contacts(self):
        account = self._known()
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        partners = (self.customer + contact).with_company(self.company)
        for partner in partners:
            self.assertEqual(partner.export_health, round(account.health))
        found = self.env["res.partner"].search(
            [("id", "in", partners.ids), ("export_health", ">", 10)]
        )
        self.assertEqual(found, partners.sorted(lambda p: found.ids.index(p.id)))

    def test_settings_make_sense(self):
        with self.assertRaises(ValidationError):
            self.company.export_health_amber = 80
        with self.assertRaises(ValidationError):
            self.company.export_health_margin = 40
        self.company.export_health_coverage = 0.9
        self.assertFalse(self._known().health_known)

    def test_salesperson_sees_the_history_of_own_customers(self):
        self._known()
        other = self._user("other", "user")
        snapshots = self.env["export.crm.health.snapshot"]
        domain = [("partner_id", "=", self.customer.id)]
        self.assertTrue(snapshots.with_user(self.salesperson).search(domain))
        self.assertFalse(snapshots.with_user(other).search(domain))
