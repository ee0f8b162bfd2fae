"""The tier formula, sentence by sentence: pure, no database."""

from dataclasses import replace
from datetime import date

from odoo.tests.common import BaseCase

from ...tools.tier import tier_criteria, tier_score, tier_steady
from ...tools.tier.tier_criteria import DEFAULTS, OPTIONS, Criteria

DAY = date(2024, 7, 1)
FULL = tier_score.TierFacts(
    as_of=DAY,
    first_order=date(2022, 1, 1),
    order_count=20,
    revenue=1200.0,
    revenue_before=1000.0,
    share=0.4,
    share_before=0.0,
    quarters=8,
    quarters_4=4,
    punctuality=1.0,
    willingness=5,
    willingness_date=date(2024, 6, 1),
    core=True,
    growth=1.5,
    interval_cv=0.4,
)
SMALL = {
    "first_order": date(2023, 7, 1),
    "revenue": 100.0,
    "revenue_before": 150.0,
    "share": 0.01,
    "share_before": 0.99,
    "quarters": 2,
    "quarters_4": 2,
    "punctuality": 0.9,
    "growth": 0.6,
    "interval_cv": 1.4,
    "core": False,
    "willingness": None,
    "order_count": 4,
}


def criteria(without=(), options=False, **values):
    chosen = [c for c in DEFAULTS if c.code not in without]
    values.setdefault("core_known", True)
    return Criteria.of([*chosen, *(OPTIONS if options else ())], **values)


class TierFormulaCase(BaseCase):
    def grade(self, rules=None, **changes):
        return tier_score.grade(replace(FULL, **changes), rules or criteria())

    def code(self, rules=None, **changes):
        return self.grade(rules, **changes).code


class TestTierScore(TierFormulaCase):
    def test_everything_best_is_a_hundred(self):
        self.assertEqual(self.grade().score, 100.0)

    def test_score_by_exact_value(self):
        # S = 60; D = 45*.5 + 25*.5 + 20*.9 + 10*.5 = 58; M = 60*0 + 40*.25 = 10
        grade = self.grade(
            share_before=0.4,
            first_order=date(2023, 7, 1),
            quarters=4,
            punctuality=0.9,
            willingness=3,
            core=False,
            growth=0.75,
        )
        self.assertEqual(
            [round(part.points, 6) for part in grade.parts], [60.0, 58.0, 10.0]
        )
        self.assertAlmostEqual(grade.score, 0.45 * 60 + 0.30 * 58 + 0.25 * 10)

    def test_parts_that_are_missing_leave_their_weight_to_the_others(self):
        grade = self.grade(share_before=None, core=False, growth=0.5)
        self.assertEqual([p.code for p in grade.parts], ["cooperation", "potential"])
        self.assertAlmostEqual(grade.score, 100 * 0.30 / 0.55)
        # within a part, too: punctuality and willingness unknown
        grade = self.grade(punctuality=None, willingness=None, quarters=4)
        cooperation = grade.parts[1].points
        self.assertAlmostEqual(cooperation, 100 * (45 + 12.5) / 70)

    def test_nothing_known_gives_no_score_and_c(self):
        rules = criteria(without=("years", "quarters"))
        grade = tier_score.grade(tier_score.TierFacts(DAY, date(2023, 1, 1), 1), rules)
        self.assertEqual((grade.code, grade.score), ("C", None))

    def test_referrals_add_two_points_each_up_to_five(self):
        base = self.grade(**SMALL).score
        for referred, bonus in ((0, 0.0), (1, 2.0), (2, 4.0), (3, 5.0), (9, 5.0)):
            with self.subTest(referred=referred):
                score = self.grade(**SMALL, referred=referred).score
                self.assertAlmostEqual(score - base, bonus)

    def test_late_payers_lose_up_to_ten_points(self):
        rules = criteria(without=("punctuality",))
        base = self.grade(rules, **SMALL).score
        for punctuality, lost in ((0.8, 0.0), (0.4, 5.0), (0.0, 10.0)):
            with self.subTest(punctuality=punctuality):
                changes = {**SMALL, "punctuality": punctuality}
                self.assertAlmostEqual(base - self.grade(rules, **changes).score, lost)

    def test_score_stays_between_nothing_and_a_hundred(self):
        self.assertEqual(self.grade(referred=5).score, 100.0)
        worst = {**SMALL, "share_before": 1.0, "growth": 0.1, "punctuality": 0.0}
        rules = criteria(without=("years", "quarters"))
        self.assertEqual(self.grade(rules, **worst).score, 0.0)

    def test_growth_from_nothing(self):
        grade = self.grade(revenue_before=0.0, growth=2.0)
        self.assertEqual(grade.parts[2].points, 100.0)
        self.assertTrue(grade.rules[0].passed)
        grade = self.grade(revenue=0.0, revenue_before=0.0, growth=None)
        self.assertFalse(grade.rules[0].passed)
        self.assertEqual(grade.parts[2].points, 100.0)  # the core market alone

    def test_willingness_is_stale_after_a_year(self):
        for day, known in ((date(2023, 7, 1), True), (date(2023, 6, 30), False)):
            with self.subTest(day=day):
                codes = [line.code for line in self.grade(willingness_date=day).lines]
                self.assertEqual("willingness" in codes, known)

    def test_willingness_runs_from_nothing_at_one_to_all_at_five(self):
        for value, points in ((1, 0.0), (3, 5.0), (5, 10.0)):
            lines = {line.code: line for line in self.grade(willingness=value).lines}
            line = lines["willingness"]
            self.assertEqual(line.value * line.weight, points)

    def test_every_line_has_its_input_and_rule(self):
        rules = Criteria.of(
            (replace(c, id=number) for number, c in enumerate(DEFAULTS, 1)),
            core_known=True,
        )
        grade = self.grade(rules, punctuality=0.5, referred=1)
        for item in (*grade.parts, *grade.lines, *grade.gates, *grade.rules):
            self.assertTrue(item.rule, item)
        self.assertEqual(
            {line.code: line.fact for line in grade.lines}["punctuality"], 0.5
        )


class TestTierGates(TierFormulaCase):
    def test_a_takes_all_gates(self):
        self.assertEqual(self.code(), "A")
        self.assertEqual(self.code(core=False), "B")
        self.assertEqual(self.code(core=None), "B")  # no country: unknown

    def test_exactly_two_years(self):
        self.assertEqual(self.code(first_order=date(2022, 7, 1)), "A")
        self.assertEqual(self.code(first_order=date(2022, 7, 2)), "B")

    def test_two_years_to_the_day_over_a_leap_day(self):
        leap = {"as_of": date(2022, 2, 28), "willingness": None}
        self.assertEqual(self.code(first_order=date(2020, 2, 29), **leap), "A")

    def test_pareto_border(self):
        # the one that crosses 30 % is in: others before it have less
        self.assertEqual(self.code(share_before=0.299999), "A")
        self.assertEqual(self.code(share_before=0.30), "B")

    def test_score_of_fifty(self):
        weak = {
            "punctuality": 0.0,
            "willingness": 1,
            "quarters": 0,
            "growth": 0.5,
            "core": False,
        }
        rules = criteria(core_known=False)
        score = self.grade(rules, **weak).score  # 45 + 30 * .45 - 10 = 48.5
        self.assertAlmostEqual(score, (45 + 13.5) / 1.0 - 10)
        self.assertEqual(self.code(rules, **weak), "B")
        self.assertEqual(self.code(rules, **{**weak, "quarters": 2}), "A")

    def test_nobody_above_thirty_percent_of_our_revenue(self):
        rules = criteria(basis="own_share")
        self.assertEqual(self.code(rules, share=0.30), "B")
        self.assertEqual(self.code(rules, share=0.3001), "A")
        # S = 100 * min(1, share / 0.30)
        self.assertAlmostEqual(self.grade(rules, share=0.15).parts[0].points, 50.0)

    def test_wallet(self):
        rules = criteria(basis="wallet")
        known = {"wallet": 3000.0, "wallet_date": date(2023, 1, 1)}
        self.assertEqual(self.code(rules, **known), "A")  # 40 %
        self.assertEqual(self.code(rules, **{**known, "wallet": 4000.0}), "B")  # 30 %
        self.assertAlmostEqual(
            self.grade(rules, **{**known, "wallet": 8000.0}).parts[0].points, 50.0
        )

    def test_wallet_empty_or_stale_is_unknown(self):
        rules = criteria(basis="wallet")
        stale = {"wallet": 3000.0, "wallet_date": date(2022, 12, 31)}
        for changes in (stale, {"wallet": None}):
            grade = self.grade(rules, **changes)
            self.assertIsNone(grade.gates[0].passed)
            self.assertNotEqual(grade.code, "A")
            self.assertNotIn("scale", [part.code for part in grade.parts])

    def test_no_core_market_configured(self):
        rules = criteria(core_known=False)
        grade = self.grade(rules, core=False)
        self.assertEqual(grade.code, "A")
        self.assertNotIn("gate_core", [gate.code for gate in grade.gates])
        self.assertNotIn("core", [line.code for line in grade.lines])

    def test_option_a_score_alone(self):
        small = {"share_before": 0.31, "first_order": date(2022, 7, 1)}
        self.assertEqual(self.code(**small), "B")
        self.assertGreaterEqual(self.grade(**small).score, 75)
        self.assertEqual(self.code(criteria(options=True), **small), "A")
        self.assertEqual(self.code(criteria(options=True), **SMALL), "C")

    def test_unrated_until_180_days_after_the_first_order(self):
        self.assertIsNone(self.code(first_order=date(2024, 1, 4)))  # 179
        self.assertEqual(self.code(first_order=date(2024, 1, 3)), "B")  # 180
        self.assertIsNone(self.code(order_count=0, first_order=None))

    def test_b_is_growing_and_stable(self):
        low = {**SMALL, "revenue": 200.0, "quarters_4": 3}
        self.assertEqual(self.code(**low), "B")
        self.assertEqual(self.code(**{**low, "quarters_4": 2}), "C")
        self.assertEqual(self.code(**{**low, "revenue": 150.0}), "C")
        regular = {**low, "quarters_4": 2, "interval_cv": 0.6}
        self.assertEqual(self.code(**{**regular, "order_count": 3}), "B")
        self.assertEqual(self.code(**{**regular, "order_count": 2}), "C")
        self.assertEqual(self.code(**{**regular, "interval_cv": 0.61}), "C")

    def test_returns_of_the_year_before_make_no_growth(self):
        low = {**SMALL, "quarters_4": 3, "revenue_before": -500.0}
        self.assertEqual(self.code(**{**low, "revenue": 0.0}), "C")
        self.assertEqual(self.code(**{**low, "revenue": -100.0}), "C")
        self.assertEqual(self.code(**{**low, "revenue": 1.0}), "B")

    def test_large_and_steady_without_growth_is_no_c(self):
        self.assertEqual(
            self.code(first_order=date(2023, 1, 1), revenue=900.0, growth=0.9), "B"
        )

    def test_small_irregular_shrinking_is_c(self):
        self.assertEqual(self.code(**SMALL), "C")

    def test_criterion_that_is_not_asked(self):
        rules = criteria(without=("gate_years",))
        self.assertEqual(self.code(rules, first_order=date(2023, 7, 1)), "A")

    def test_what_is_missing_for_the_next_tier(self):
        grade = self.grade(first_order=date(2023, 1, 1), share_before=0.5)
        tier, checks = tier_score.missing(grade.code, grade.gates, grade.rules)
        self.assertEqual(tier, "A")
        self.assertEqual([c.code for c in checks], ["gate_pareto", "gate_years"])
        grade = self.grade(**SMALL)
        tier, checks = tier_score.missing(grade.code, grade.gates, grade.rules)
        self.assertEqual(tier, "B")
        self.assertEqual(
            [c.code for c in checks],
            ["growing", "stable_quarters", "stable_cv", "b_score"],
        )
        grade = self.grade()
        missing = tier_score.missing(grade.code, grade.gates, grade.rules)
        self.assertEqual(missing, (None, []))


class TestTierSteady(BaseCase):
    """No flapping: the decision of a grading."""

    def decide(self, current, computed, day=DAY, rules=None, **values):
        standing = tier_steady.Standing(current, computed, **values)
        return tier_steady.decide(standing, rules or criteria(), day)

    def test_a_at_34_percent_stays_and_at_36_steps_down_once(self):
        kept = self.decide("A", "B", scale=0.34)
        self.assertEqual((kept.code, kept.reason, kept.fails), ("A", "kept", 1))
        self.assertEqual(self.decide("A", "B", scale=0.35).code, "A")
        self.assertEqual(self.decide("A", "B", scale=0.36).code, "B")
        down = self.decide("A", "C", scale=0.36)
        self.assertEqual((down.code, down.reason), ("B", "step"))

    def test_shares_are_left_at_a_quarter(self):
        for basis in ("own_share", "wallet"):
            rules = criteria(basis=basis)
            kept = self.decide("A", "B", rules=rules, scale=0.26)
            self.assertEqual(kept.code, "A")
            self.assertEqual(self.decide("A", "B", rules=rules, scale=0.25).code, "B")

    def test_two_failing_gradings(self):
        first = self.decide("A", "C", scale=0.2)
        self.assertEqual((first.code, first.fails), ("A", 1))
        half_year = date(2025, 1, 1)
        second = self.decide(
            "A", "C", half_year, scale=0.2, fails=1, failed_on=first.failed_on
        )
        self.assertEqual((second.code, second.fails), ("B", 0))

    def test_passing_again_forgets_the_failing(self):
        again = self.decide("A", "A", fails=1, failed_on=date(2024, 1, 1))
        self.assertEqual((again.code, again.fails), ("A", 0))

    def test_unknown_wallet_costs_no_a_at_once(self):
        rules = criteria(basis="wallet")
        kept = self.decide("A", "B", rules=rules, scale=None)
        self.assertEqual((kept.code, kept.fails), ("A", 1))

    def test_repetition_counts_no_second_failing(self):
        again = self.decide("A", "C", scale=0.2, fails=1, failed_on=DAY)
        self.assertEqual((again.code, again.fails, again.failed_on), ("A", 1, DAY))
        soon = self.decide(
            "A", "C", date(2024, 9, 28), scale=0.2, fails=1, failed_on=DAY
        )
        self.assertEqual(soon.code, "A")  # 89 days
        later = self.decide(
            "A", "C", date(2024, 9, 29), scale=0.2, fails=1, failed_on=DAY
        )
        self.assertEqual(later.code, "B")  # 90 days

    def test_one_step_down_per_grading(self):
        self.assertEqual(self.decide("B", "C").code, "C")
        again = self.decide("B", "C", stepped_on=DAY)
        self.assertEqual((again.code, again.reason), ("B", "wait"))
        later = self.decide("B", "C", date(2025, 1, 1), stepped_on=DAY)
        self.assertEqual(later.code, "C")

    def test_up_at_once(self):
        for current in ("B", "C"):
            self.assertEqual(self.decide(current, "A", stepped_on=DAY)[:2], ("A", "up"))

    def test_override_is_left_alone(self):
        decision = self.decide("A", "C", scale=0.9, override=True)
        self.assertEqual((decision.code, decision.reason), ("A", "override"))

    def test_first_tier_and_losing_the_last_order(self):
        self.assertEqual(self.decide(None, "B")[:2], ("B", "first"))
        self.assertEqual(self.decide("A", None)[:2], (None, "unrated"))


class TestTierProperties(TierFormulaCase):
    """What must hold for any figures."""

    def test_steady_never_moves_by_more_than_one_step_down(self):
        ladder = ("A", "B", "C", None)
        for current in ladder[:3]:
            for computed in ladder[:3]:
                for scale in (None, 0.0, 0.34, 0.36, 1.0):
                    for fails in (0, 1, 2):
                        got = tier_steady.decide(
                            tier_steady.Standing(current, computed, scale, fails),
                            criteria(),
                            DAY,
                        ).code
                        down = ladder.index(got) - ladder.index(current)
                        self.assertLessEqual(down, 1)
                        if ladder.index(computed) <= ladder.index(current):
                            self.assertEqual(got, computed)

    def test_years_never_go_back(self):
        first, last = date(2020, 2, 29), 0.0
        for ordinal in range(first.toordinal(), date(2024, 3, 2).toordinal()):
            day = date.fromordinal(ordinal)
            years = tier_criteria.years_between(first, day)
            self.assertGreaterEqual(years, last)
            last = years
