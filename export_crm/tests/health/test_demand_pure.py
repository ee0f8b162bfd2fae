import ast
import math
import random
import sys
from pathlib import Path

from odoo.tests.common import BaseCase

from ...tools.health import backtest, demand, demand_fit, demand_model, silence
from ...tools.health.demand_history import Customer, summary

CDNOW = demand.Params(r=0.5311, alpha=43.64, a=0.8811, b=1.5746)
EXACT = (3.883203700377933, 0.6740780089814857, 13.636507093506316, 42.212370832655644)


def made_up(customers, seed=1, days=900):
    """Return histories drawn from the model itself."""
    dice = random.Random(seed)
    found = []
    for _number in range(customers):
        rate = dice.gammavariate(0.6, 1 / 50.0)
        leave = dice.betavariate(0.8, 1.6)
        day = dice.randrange(200)
        orders = [(day, dice.uniform(20, 200))]
        while dice.random() > leave:
            day += max(1, round(dice.expovariate(rate))) if rate else days
            if day >= days:
                break
            orders.append((day, dice.uniform(20, 200)))
        found.append(orders)
    return found


class TestDemandPure(BaseCase):
    def test_nothing_but_the_standard_library(self):
        folder = Path(demand.__file__).parents[1]
        paths = [path for path in folder.rglob("*.py") if path.stem != "__init__"]
        self.assertGreater(len(paths), 20)
        # Odoo's own clocks, and what knows numbers and feasts.
        known = {*sys.stdlib_module_names, "pytz", "phonenumbers", "holidays"}
        for path in paths:
            tree = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(tree):
                used = []
                if isinstance(node, ast.Import):
                    used = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    used = [node.module]
                for module in used:
                    with self.subTest(tool=path.stem, module=module):
                        self.assertIn(module.split(".")[0], known)

    def test_expected_is_the_closed_form(self):
        # By the hypergeometric formula of Batislam et al. (2007), computed with
        # scipy 1.15 for r=.6, alpha=60, a=.5, b=1.5 and the fit of CDNOW.
        for params, x, tx, t, days, exact in (
            (demand.Params(0.6, 60.0, 0.5, 1.5), 9, 300.0, 320.0, 182, EXACT[0]),
            (demand.Params(0.6, 60.0, 0.5, 1.5), 0, 0.0, 320.0, 1095, EXACT[1]),
            (CDNOW, 25, 250.0, 273.0, 273, EXACT[2]),
            (CDNOW, 200, 1500.0, 1510.0, 365, EXACT[3]),
        ):
            with self.subTest(x=x):
                value = demand.expected(params, x, tx, t, days)
                self.assertAlmostEqual(value / exact, 1.0, delta=2e-6)

    def test_one_order_only(self):
        fresh = demand.p_buy(CDNOW, 0, 0.0, 10.0, 182)
        old = demand.p_buy(CDNOW, 0, 0.0, 400.0, 182)
        self.assertTrue(0.0 < old < fresh < 1.0)
        # The weakness of BG/NBD, in which every customer of one order is alive.
        self.assertLess(demand.p_alive(CDNOW, 0, 0.0, 400.0), 0.5)

    def test_fast_buyer_silent_against_slow_buyer_on_time(self):
        fast = (11, 110.0, 170.0)
        slow = (4, 480.0, 540.0)
        self.assertLess(
            demand.p_buy(CDNOW, *fast, 182), demand.p_buy(CDNOW, *slow, 182) - 0.3
        )
        self.assertLess(silence.silence(11, 110.0, 60.0), 0.01)
        self.assertGreater(silence.silence(4, 480.0, 60.0), 0.5)

    def test_irregular_buyers_have_no_clock(self):
        mean_log = (3 * math.log(1.0) + math.log(97.0)) / 4
        self.assertFalse(silence.is_regular(4, 25.0, mean_log))
        self.assertFalse(silence.is_regular(1, 25.0, math.log(25.0)))

    def test_extreme_customers_break_nothing(self):
        for customer in ((5000, 10.0, 9000.0), (0, 0.0, 0.0), (3000, 9000.0, 9000.0)):
            for params in (CDNOW, demand.Params(0.01, 0.5, 0.01, 50.0)):
                value = demand.p_buy(params, *customer, 182)
                self.assertTrue(0.0 <= value <= 1.0)
                self.assertTrue(math.isfinite(demand.expected(params, *customer, 1825)))

    def test_few_customers_never_fail(self):
        for number in (1, 2, 5, 40):
            for seed in range(8):
                histories = made_up(number, seed)
                model = demand_model.fit_model(histories, 900)
                self.assertIsNone(model.logit)
                for purchases in histories:
                    customer = summary(purchases, 900)
                    self.assertTrue(0 < demand_model.p_buy(model, customer) < 1)
                    low, deviation = demand_model.value(model, customer, 365)
                    self.assertTrue(low >= 0 and math.isfinite(deviation))

    def test_all_alike_never_fail(self):
        for same in (
            [(0, 5.0)],
            [(0, 5.0), (30, 5.0)],
            [(day, 1.0) for day in range(99)],
        ):
            model = demand_model.fit_model([same] * 40, 900)
            self.assertTrue(math.isfinite(model.params.alpha))

    def test_nobody_bought(self):
        with self.assertRaises(ValueError):
            demand_model.fit_model([[(50, 1.0)]], 49)

    def test_fit_finds_the_chance_it_was_drawn_from(self):
        histories = made_up(3000, days=700)
        fitted = demand_fit.fit(summary(h, 700)[:3] for h in histories)
        self.assertTrue(fitted.converged)
        true = demand.Params(0.6, 50.0, 0.8, 1.6)
        for customer in ((0, 0.0, 300.0), (3, 200.0, 300.0), (12, 500.0, 520.0)):
            self.assertAlmostEqual(
                demand.p_buy(fitted.params, *customer, 182),
                demand.p_buy(true, *customer, 182),
                delta=0.06,
            )

    def test_nothing_later_is_used(self):
        histories = made_up(400)
        known = [[p for p in h if p[0] <= 500] for h in histories]
        known = [h for h in known if h]
        whole = demand_model.fit_model(histories, 500)
        self.assertIsNotNone(whole.logit)
        self.assertEqual(whole, demand_model.fit_model(known, 500))

    def test_blend_begins_with_300_customers(self):
        self.assertIsNone(demand_model.fit_model(made_up(299), 900).logit)
        self.assertIsNotNone(demand_model.fit_model(made_up(330), 900).logit)

    def test_chances_can_be_taken_at_their_word(self):
        histories = made_up(2500, seed=3)
        customers, came = backtest.cut(histories, 600, 182)
        model = demand_model.fit_model(histories, 600)
        said = [demand_model.p_buy(model, customer) for customer in customers]
        bought = sum(number > 0 for number, _amount in came) / len(came)
        self.assertAlmostEqual(sum(said) / len(said), bought, delta=0.03)

    def test_a_big_single_order_is_drawn_to_the_mean(self):
        model = demand_model.Model(CDNOW, 182, 500, order_mean=100.0, order_pull=2.0)
        once = demand_model.order_value(model, Customer(0, 0.0, 50.0, 1000.0))
        often = demand_model.order_value(model, Customer(9, 90.0, 95.0, 10000.0))
        self.assertAlmostEqual(once, 400.0)
        self.assertAlmostEqual(often, 850.0)
