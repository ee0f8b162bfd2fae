import ast
import math
import random
import sys
from pathlib import Path

from odoo.tests.common import BaseCase

from ...tools.health import (
    backtest,
    demand,
    demand_fit,
    demand_model,
    demand_table,
    demand_value,
    silence,
)
from ...tools.health.demand_history import Customer, history, summary

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
                    low, high = demand_model.bounds(model, customer)
                    self.assertTrue(0 <= low <= high and math.isfinite(high))

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

    def test_a_big_single_order_is_drawn_to_the_usual(self):
        worth = demand_value.Worth(math.log(100.0), 2.0)
        once = demand_value.order_value(worth, Customer(0, 0.0, 50.0, 150.0))
        often = demand_value.order_value(worth, Customer(9, 90.0, 95.0, 1500.0))
        self.assertAlmostEqual(once, 150.0 * (100.0 / 150.0) ** (2.0 / 3.0))
        self.assertAlmostEqual(often, 150.0 * (100.0 / 150.0) ** (2.0 / 12.0))

    def test_one_order_promises_no_more_than_it_and_the_past_allow(self):
        # One small order in a company of giants, and no year that tells of such ones.
        giants = [[(day, 20000.0) for day in range(60, 900, 60)] for _n in range(30)]
        once = [(880, 500.0)]
        model = demand_model.fit_model([*giants, once], 900)
        customer = summary(once, 900)
        self.assertIsNone(model.worth.beta)
        orders = demand_model.orders(model, customer, 365)
        self.assertLessEqual(demand_model.revenue(model, customer, 365), orders * 1000)
        # Those of one order never came back: the past takes the promise down.
        singles = [[(day, 500.0)] for day in range(100, 880, 20)]
        model = demand_model.fit_model([*giants, *singles, once], 900)
        self.assertIsNotNone(model.worth.beta)
        self.assertLess(demand_model.revenue(model, customer, 365), 1000.0)

    def test_money_comes_as_said_in_each_fifth_of_spend(self):
        # Orders of very different sizes, nothing to do with how often they come.
        dice = random.Random(5)
        histories = []
        for purchases in made_up(1500, seed=5, days=1100):
            size = dice.lognormvariate(5.0, 1.3)
            days = [(day, size * dice.lognormvariate(0, 0.8)) for day, _a in purchases]
            histories.append(history(days))
        customers, came = backtest.cut(histories, 735, 365)
        model = demand_model.fit_model(histories, 735)
        order = sorted(range(len(came)), key=lambda i: customers[i].spend)
        for k in range(5):
            part = order[k * len(order) // 5 : (k + 1) * len(order) // 5]
            said = sum(demand_model.revenue(model, customers[i], 365) for i in part)
            ratio = said / sum(came[i][1] for i in part)
            with self.subTest(fifth=k):
                self.assertTrue(0.6 < ratio < 1.6, ratio)

    def test_four_of_five_lie_within(self):
        dice = random.Random(2)
        pasts = [
            demand_value.Past(
                (1.0, 0.0), 100.0, 100.0 * dice.lognormvariate(0, 0.5), 0.8
            )
            for _n in range(600)
        ]
        worth = demand_value.fit(demand_value.Worth(), pasts[:300])
        factor = math.exp(worth.beta[0])
        within = 0
        for past in pasts[300:]:
            low, high = (
                past.plain * factor * demand_table.read(knots, past.chance)
                for knots in (worth.low, worth.high)
            )
            within += low <= past.came <= high
        self.assertTrue(0.75 <= within / 300 <= 0.85, within)

    def test_a_silent_regular_has_a_lower_chance_than_one_without_a_clock(self):
        # Every 30 days or gone: in this past silence was the whole story.
        dice = random.Random(4)
        histories = []
        for _n in range(400):
            start, end = dice.randrange(60), dice.randrange(100, 1400)
            histories.append([(day, 10.0) for day in range(start, end, 30)])
        model = demand_model.fit_model([h for h in histories if h], 900)
        clock = Customer(20, 600.0, 728.0, 210.0, math.log(30.0))
        chance = demand_model.p_buy(model, clock)
        self.assertLess(chance, demand_model.p_buy(model, clock[:4] + (2.0,)))
        self.assertLess(chance, 0.15)

    def test_the_level_of_the_season_is_that_of_a_year_ago(self):
        # Everybody buys in the first half of the year only.
        dice = random.Random(6)
        histories = []
        for _n in range(200):
            days = [d for d in range(dice.randrange(90), 1500, dice.randrange(20, 60))]
            histories.append([(d, 10.0) for d in days if d % 364 < 182])
        histories = [h for h in histories if len(h) > 1]
        for as_of, season in ((909, "quiet"), (1091, "busy")):
            customers, came = backtest.cut(histories, as_of, 182)
            model = demand_model.fit_model(histories, as_of)
            said = [demand_model.p_buy(model, customer) for customer in customers]
            plain = [
                demand.p_buy(model.params, *customer[:3], 182) for customer in customers
            ]
            bought = sum(number > 0 for number, _amount in came) / len(came)
            mean, before = (sum(v) / len(v) for v in (said, plain))
            with self.subTest(season=season):
                self.assertLessEqual(abs(mean - bought), abs(before - bought))
