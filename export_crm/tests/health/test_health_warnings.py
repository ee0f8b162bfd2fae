from datetime import date, datetime, time, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

from ...tools.health import early_warning
from ...tools.health.early_warning import Rule
from ..account.common import AS_OF
from .common import HealthCommon


class TestWarningRules(BaseCase):
    def _levels(self, rule, **facts):
        facts = {"order_count": 5, "as_of": AS_OF, "tier": "", **facts}
        return [finding.level for finding in early_warning.judge(facts, [rule])]

    def test_order_frequency(self):
        rule = Rule("frequency", limit=0.9, minimum=3, probability=0.8)
        for now, before, expected in (
            (9, 10, ["info"]),
            (10, 10, []),
            (10, 11, []),
            (1, 1, []),
            (0, 1, ["info"]),
            (0, 2, ["info"]),  # 2 orders only
            (0, 3, ["warning"]),
            (1, 2, ["info"]),  # P(rate fell) = 0.69
            (1, 3, ["warning"]),
            (None, 3, []),
            (0, 0, []),
        ):
            with self.subTest(now=now, before=before):
                self.assertEqual(
                    self._levels(rule, orders_182d=now, orders_prev_182d=before),
                    expected,
                )

    def test_churn_by_tier_and_unrated_as_c(self):
        limits = {"A": 0.3, "B": 0.5, "C": 0.7}
        rule = Rule("churn", tier_limits=limits)
        for tier, limit in (("A", 0.3), ("B", 0.5), ("C", 0.7), ("", 0.7)):
            self.assertFalse(self._levels(rule, tier=tier, churn_risk=limit))
            self.assertTrue(self._levels(rule, tier=tier, churn_risk=limit + 0.001))
        self.assertFalse(self._levels(rule, churn_risk=None))

    def test_wake_up_after_three_calendar_months(self):
        rule = Rule("wake_up", minimum=3)
        self.assertEqual(
            self._levels(rule, last_order_date=date(2024, 3, 30)), ["warning"]
        )
        self.assertEqual(self._levels(rule, last_order_date=date(2024, 4, 1)), [])
        self.assertEqual(
            self._levels(
                rule,
                last_order_date=date(2023, 1, 1),
                last_quotation_date=date(2024, 5, 1),
            ),
            [],
        )

    def test_cycle_of_a_customers_only(self):
        rule = Rule("cycle", limit=90, alarm_limit=180, tiers=("A",))
        for gap, expected in (
            (90, []),
            (91, ["warning"]),
            (180, ["warning"]),
            (181, ["alarm"]),
        ):
            self.assertEqual(
                self._levels(rule, tier="A", gap_open=gap, interval_mean=30.0), expected
            )
        self.assertEqual(
            self._levels(rule, tier="A", gap_open=5, interval_mean=100.0), ["warning"]
        )
        self.assertEqual(self._levels(rule, tier="B", gap_open=300), [])

    def test_complaints(self):
        rule = Rule("complaints", limit=2, minimum=2)
        for now, before, expected in (
            (2, 1, ["warning"]),
            (2, 0, ["warning"]),
            (1, 0, []),
            (3, 2, []),
            (None, None, []),
        ):
            self.assertEqual(
                self._levels(rule, claims_182d=now, claims_prev_182d=before), expected
            )

    def test_satisfaction(self):
        rule = Rule("satisfaction", limit=5)
        self.assertTrue(self._levels(rule, satisfaction=75.0, satisfaction_before=80.0))
        self.assertFalse(
            self._levels(rule, satisfaction=75.1, satisfaction_before=80.0)
        )
        self.assertFalse(self._levels(rule, satisfaction=75.0))

    def test_average_order(self):
        rule = Rule("average_order", limit=0.8, minimum=3)
        facts = {"order_average_prev_182d": 100.0, "orders_182d": 3}
        facts["orders_prev_182d"] = 3
        self.assertTrue(self._levels(rule, order_average_182d=80.0, **facts))
        self.assertFalse(self._levels(rule, order_average_182d=80.1, **facts))
        facts["orders_182d"] = 2
        self.assertFalse(self._levels(rule, order_average_182d=50.0, **facts))

    def test_months_end_as_their_calendar_says(self):
        """The last day of a shorter month, not the first day of the one after it."""
        rule = Rule("wake_up", minimum=3)
        for last, first_day in (
            ("2025-11-30", "2026-02-28"),
            ("2025-11-29", "2026-02-28"),
            ("2025-11-28", "2026-02-28"),
            ("2023-11-30", "2024-02-29"),
            ("2025-08-31", "2025-11-30"),
            ("2026-01-31", "2026-04-30"),
            ("2026-05-31", "2026-08-31"),
            ("2025-12-31", "2026-03-31"),
            ("2026-02-28", "2026-05-28"),
        ):
            day = date.fromisoformat(first_day)
            for as_of, warned in ((day - timedelta(days=1), False), (day, True)):
                with self.subTest(last=last, as_of=as_of):
                    found = self._levels(
                        rule, as_of=as_of, last_order_date=date.fromisoformat(last)
                    )
                    self.assertEqual(bool(found), warned)

    def test_silence(self):
        rule = Rule("silence", limit=0.05)
        self.assertTrue(self._levels(rule, silence_chance=0.05))
        self.assertFalse(self._levels(rule, silence_chance=0.06))
        self.assertFalse(self._levels(rule, silence_chance=None))

    def test_who_never_bought_is_not_warned_of(self):
        rule = Rule("wake_up", minimum=3)
        self.assertFalse(
            self._levels(rule, order_count=0, last_inquiry_date=date(2020, 1, 1))
        )


@tagged("post_install", "-at_install")
class TestWarnings(HealthCommon):
    def setUp(self):
        super().setUp()
        self.company.sudo().export_warnings_since = AS_OF - timedelta(days=400)
        self._model()

    def _codes(self, state="open"):
        found = self.warnings.search(
            [("partner_id", "=", self.customer.id), ("state", "=", state)]
        )
        return set(found.mapped("code"))

    def _silent(self):
        """Twelve orders every ten days, then sixty days of silence."""
        self._orders(self.customer, *range(60, 180, 10))

    def test_a_fast_buyer_who_is_silent_is_warned_of_with_evidence(self):
        self._silent()
        slow = self._customer("Slow")
        self._orders(slow, *range(60, 661, 120))
        self._run(self.customer, slow)
        self.assertIn("silence", self._codes())
        warning = self.warnings.search(
            [("partner_id", "=", self.customer.id), ("code", "=", "silence")]
        )
        self.assertEqual(warning.evidence["gap_open"], 60)
        self.assertEqual(warning.evidence["interval_mean"], 10.0)
        self.assertIn("60", warning.evidence_text)
        self.assertEqual(warning.level, "warning")
        self.assertTrue(warning.wants_contact)
        self.assertFalse(
            self.warnings.search(
                [("partner_id", "=", slow.id), ("code", "in", ("silence", "churn"))]
            )
        )

    def test_once_per_cause_and_period(self):
        self._silent()
        self._run()
        first = self.warnings.search([])
        self._run(facts=False)
        self.assertEqual(self.warnings.search([]), first)
        # Still so in the next quarter: the open ones say it already.
        self._run(as_of=AS_OF + timedelta(days=10))
        self.assertEqual(
            self.warnings.search([("code", "=", "silence")]),
            first.filtered(lambda w: w.code == "silence"),
        )
        # Closed in this quarter: not said again before the next.
        self.warnings.search([("code", "=", "silence")]).action_done()
        self._run(facts=False)
        self.assertNotIn("silence", self._codes())
        self._run(as_of=AS_OF + timedelta(days=1))
        self.assertIn("silence", self._codes())

    def test_a_warning_passes_with_its_cause(self):
        self._silent()
        self._run()
        later = AS_OF + timedelta(days=1)
        self._order(self.customer, later)
        self._run(as_of=later)
        self.assertNotIn("silence", self._codes())
        passed = self.warnings.search([("code", "=", "silence")])
        self.assertEqual((passed.state, passed.passed_date), ("passed", later))

    def test_value_at_stake_is_a_customers_once(self):
        """Not once for each warning: in all, by salesperson, by cause."""
        self._orders(self.customer, 10)
        other = self._customer("Other")
        self._orders(other, 10)
        self._run(self.customer, other, steps="")
        for partner, values in (
            (self.customer, (500.0, 500.0, 480.0)),
            (other, (70.0,)),
        ):
            account = self._account(partner)
            for number, value in enumerate(values):
                self.warnings.create(
                    {
                        "account_id": account.id,
                        "company_id": self.company.id,
                        "code": ("churn", "silence", "cycle")[number],
                        "level": "warning",
                        "period": "2024-Q2",
                        "date": AS_OF,
                        "value_at_stake": value,
                    }
                )
        totals = self.warnings.formatted_read_group(
            [], [], ["value_at_stake:sum", "__count"]
        )
        self.assertEqual(totals[0]["value_at_stake:sum"], 570.0)
        self.assertEqual(totals[0]["__count"], 4)
        causes = self.warnings.formatted_read_group(
            [], ["code"], ["value_at_stake:sum"]
        )
        self.assertEqual(
            {group["code"]: group["value_at_stake:sum"] for group in causes},
            {"churn": 570.0, "silence": 500.0, "cycle": 480.0},
        )

    def test_the_level_rises_in_the_same_warning(self):
        tier = self.env.ref("export_crm.export_crm_tier_a")
        self._orders(self.customer, 150, 130, 100)
        account = self._run(steps="")
        self._set_facts(account, tier_id=tier.id)
        self._run(facts=False)
        warning = self.warnings.search([("code", "=", "cycle")])
        self.assertEqual(warning.level, "warning")
        later = AS_OF + timedelta(days=85)
        self._facts(self.customer, later)
        self._set_facts(account, tier_id=tier.id)
        self._run(as_of=later, facts=False)
        self.assertEqual(self.warnings.search([("code", "=", "cycle")]), warning)
        self.assertEqual(warning.level, "alarm")
        self.assertEqual(warning.evidence["gap_open"], 185)
        # What it stood on before is kept beside it.
        self.assertIn("Before:", warning.message_ids[-1:].body)
        self.assertIn("100", warning.message_ids[-1:].body)

    def test_frequency_alone_is_information_and_asks_for_no_contact(self):
        self._orders(self.customer, 250, 200, 20)
        self._run()
        warning = self.warnings.search([("code", "=", "frequency")])
        self.assertEqual((warning.level, warning.wants_contact), ("info", False))
        wanting = self.warnings._warnings_wanting_contact(self.company)
        self.assertNotIn(warning, wanting)

    def _frequency(self, *figures, first=None):
        """Judge orders ``(now, before)`` one after the other; return the warning."""
        self._orders(self.customer, 200, 300)
        account = self._run(steps="")
        if first:
            self.company.sudo().export_warnings_since = False
        for now, before in figures:
            self._set_facts(account, orders_182d=now, orders_prev_182d=before)
            self._run(facts=False, steps="w")
            self.company.sudo().export_warnings_since = AS_OF - timedelta(days=1)
        return self.warnings.search([("code", "=", "frequency")])

    def test_information_that_becomes_a_warning_asks_for_a_contact(self):
        warning = self._frequency((1, 2), (0, 4))
        self.assertEqual((warning.level, warning.wants_contact), ("warning", True))
        wanting = self.warnings._warnings_wanting_contact(self.company)
        self.assertIn(warning, wanting)

    def test_what_was_known_at_the_start_and_becomes_worse_is_news(self):
        warning = self._frequency((1, 2), first=True)
        self.assertEqual((warning.level, warning.state), ("info", "known"))
        warning = self._frequency((0, 4))
        self.assertEqual((warning.level, warning.state), ("warning", "open"))

    def test_information_that_has_passed_hides_no_warning(self):
        warning = self._frequency((1, 2), (3, 2))
        self.assertEqual((warning.level, warning.state), ("info", "passed"))
        # No worse than before: said once in the quarter.
        warning = self._frequency((1, 2))
        self.assertEqual(warning.state, "passed")
        warning = self._frequency((0, 4))
        self.assertEqual((warning.level, warning.state), ("warning", "open"))
        self.assertFalse(warning.passed_date)

    def test_what_a_person_has_closed_stays_closed_in_the_quarter(self):
        self._frequency((1, 2)).action_dismiss("A season")
        warning = self._frequency((0, 4))
        self.assertEqual((warning.level, warning.state), ("info", "dismissed"))

    def test_nobody_is_warned_of_an_archived_customer(self):
        self._silent()
        self._run()
        self.assertIn("silence", self._codes())
        self.customer.active = False
        self._run()
        self.assertFalse(self._codes())
        self._run(as_of=AS_OF + timedelta(days=1))
        self.assertFalse(self._codes())

    def test_nobody_is_warned_of_who_is_recorded_as_lost(self):
        self._silent()
        account = self._run()
        loss = self.env["export.crm.loss"].create(
            {"account_id": account.id, "kind": "forced", "reason": "price"}
        )
        later = AS_OF + timedelta(days=1)  # another quarter
        self._run(as_of=later)
        self.assertFalse(self._codes())
        loss.action_win_back()
        self._run(as_of=later)
        self.assertIn("silence", self._codes())

    def test_an_unknown_value_is_not_the_largest(self):
        other = self._customer("Known value")
        self._silent()
        self._orders(other, *range(60, 180, 10))
        account = self._run(self.customer, other, steps="d")
        self._set_facts(account, forecast_revenue_12m=None)
        self._run(self.customer, other, steps="w", facts=False)
        found = self.warnings.search([("code", "=", "silence")])
        self.assertEqual(found.partner_id.ids, [other.id, self.customer.id])

    def test_contacts_wanted(self):
        self._silent()
        self._run()
        wanting = self.warnings._warnings_wanting_contact(self.company)
        self.assertIn("silence", wanting.mapped("code"))
        wanting.action_done()
        self.assertFalse(self.warnings._warnings_wanting_contact(self.company))
        self.assertFalse(self.customer.activity_ids)

    def test_no_flood_at_the_start(self):
        self._silent()
        self.company.sudo().export_warnings_since = False
        self._run()
        self.assertEqual(self.company.export_warnings_since, AS_OF)
        self.assertFalse(self._codes("open"))
        self.assertIn("silence", self._codes("known"))
        self.assertFalse(self.warnings._warnings_wanting_contact(self.company))
        # What begins later is a warning.
        new = self._customer("New trouble")
        self._orders(new, *range(20, 140, 10))
        self._run(new)
        self._run(new, as_of=AS_OF + timedelta(days=40))
        self.assertIn(
            "open", self.warnings.search([("partner_id", "=", new.id)]).mapped("state")
        )

    def test_nothing_before_go_live(self):
        self._silent()
        self.company.export_go_live_date = AS_OF + timedelta(days=1)
        self._run()
        self.assertFalse(self.warnings.search([]))
        self.assertFalse(self.actions.search([]))

    def test_dismissed_with_a_reason(self):
        self._silent()
        self._run()
        warning = self.warnings.search([("code", "=", "silence")])
        mine = warning.with_user(self.salesperson)
        with self.assertRaises(UserError):
            mine.action_dismiss(" ")
        wizard = (
            self.env["export.crm.warning.dismiss"]
            .with_user(self.salesperson)
            .create({"warning_ids": warning.ids, "reason": "Chinese New Year"})
        )
        wizard.action_dismiss()
        self.assertEqual(warning.state, "dismissed")
        self.assertEqual(warning.reason, "Chinese New Year")
        with self.assertRaises(UserError):
            mine.action_done()

    def test_only_the_own_customers_and_nothing_by_hand(self):
        self._silent()
        self._run()
        warning = self.warnings.search([("code", "=", "silence")])
        other = self._user("other", "user")
        with self.assertRaises(AccessError):
            warning.with_user(other).action_done()
        with self.assertRaises(AccessError):
            warning.with_user(self.salesperson).write({"state": "done"})
        intern = self._user("intern", "intern")
        with self.assertRaises(AccessError):
            warning.with_user(intern).read(["code"])

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self._silent()
        self._run()
        self.assertEqual(self.warnings.search([]).company_id, self.company)
        self.assertFalse(self.warnings._warnings_wanting_contact(other))

    def test_rules_are_records(self):
        self._silent()
        rule = self.env.ref("export_crm.warning_rule_silence")
        rule.copy({"company_id": self.company.id, "limit": 0.0})
        self._run()
        self.assertNotIn("silence", self._codes())
        with self.assertRaises(ValidationError):
            rule.limit = -1

    def test_the_number_of_queries_does_not_grow(self):
        one = self.customer
        many = one
        self._silent()
        for number in range(6):
            partner = self._customer(f"Customer {number}")
            self._orders(partner, 300, 200, 10)
            many += partner
        self._run(*many)
        counts = []
        for partners in (one, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.warnings._step_warnings(self.company, partners.ids, AS_OF)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_nothing_that_came_later_changes_a_past_day(self):
        """Neither figures nor health nor warnings of a day, whenever it is computed."""
        self.company.sudo().export_warnings_since = AS_OF - timedelta(days=400)
        self._silent()
        account = self._run()
        self.assertTrue(self._codes())
        names = ("health", "p_buy", "gap_open", "inbound_90d", "last_contact_date")
        kept = [account[name] for name in names]
        found = sorted(self._codes())
        self.warnings.search([]).unlink()
        self._order(self.customer, AS_OF + timedelta(days=3), 900.0)
        self._invoice(
            self.customer,
            500.0,
            invoice_date=AS_OF + timedelta(days=2),
            invoice_date_due=AS_OF + timedelta(days=2),
        )
        self.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": self.customer.id,
                "author_id": self.customer.id,
                "message_type": "email",
                "date": datetime.combine(AS_OF + timedelta(days=2), time(12)),
                "body": "We are still here.",
            }
        )
        account = self._run()
        self.assertEqual([account[name] for name in names], kept)
        self.assertEqual(sorted(self._codes()), found)
        later = self._run(as_of=AS_OF + timedelta(days=4))
        self.assertEqual(later.gap_open, 1)
        self.assertEqual(later.inbound_90d, 1)

    def test_a_night_full_of_news_is_written_at_once(self):
        """As many queries and no messages, for one new warning or for many."""
        self.company.sudo().export_warnings_since = AS_OF - timedelta(days=30)
        self._silent()
        many = self.customer
        for number in range(8):
            partner = self._customer(f"Customer {number}")
            self._orders(partner, *range(60, 180, 10))
            many += partner
        self._run(*many, steps="dh")
        rules = self.env["export.crm.warning.rule"].search([])
        created, passed = [], []
        for partners in (many[0], many[1:]):
            rules.active = True
            args = (self.company, partners.ids, AS_OF)
            created.append(self._queries(self.warnings._step_warnings, *args))
            rules.active = False
            passed.append(self._queries(self.warnings._step_warnings, *args))
        found = self.warnings.search([("partner_id", "in", many.ids)])
        self.assertEqual(found.partner_id, many)
        self.assertEqual(set(found.mapped("state")), {"passed"})
        self.assertFalse(found.message_ids)
        self.assertLessEqual(created[1], created[0] + 2)
        self.assertLessEqual(passed[1], passed[0] + 2)

    def _queries(self, step, *args):
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step(*args)
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestLosses(HealthCommon):
    def setUp(self):
        super().setUp()
        self._model()
        self.company.sudo().export_warnings_since = AS_OF - timedelta(days=400)
        self._orders(self.customer, *range(60, 180, 10))
        self.account = self._run()
        self.losses = self.env["export.crm.loss"]

    def _lose(self, **values):
        return self.losses.with_user(self.salesperson).create(
            {
                "account_id": self.account.id,
                "date": AS_OF,
                "kind": "fault",
                "reason": "after_sales",
                **values,
            }
        )

    def test_kind_reason_and_what_is_lost(self):
        loss = self._lose()
        self.assertEqual(loss.revenue_before, 1200.0)
        self.assertEqual(self.account.loss_state, "lost")
        self.assertFalse(self.account.warning_count)
        self.assertTrue(loss.sudo().warning_ids)

    def test_how_and_why_are_asked(self):
        kinds = dict(self.losses._fields["kind"].selection)
        reasons = dict(self.losses._fields["reason"].selection)
        self.assertEqual(set(kinds), {"chose", "forced", "fault"})
        self.assertEqual(
            set(reasons), {"price", "service", "credit", "information", "after_sales"}
        )
        for missing in ("kind", "reason"):
            with self.subTest(missing=missing), mute_logger("odoo.sql_db"):
                with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                    self._lose(**{missing: False})

    def test_lost_once(self):
        self._lose()
        with self.assertRaises(ValidationError):
            self._lose(kind="chose", reason="price")

    def test_an_order_afterwards_wins_back(self):
        loss = self._lose()
        loss.action_win_back()
        self.assertEqual(loss.state, "winning")
        self._run(facts=False)
        self.assertEqual(loss.state, "winning", "the orders before count nothing")
        later = AS_OF + timedelta(days=30)
        self._order(self.customer, later)
        self._run(as_of=later)
        self.assertEqual((loss.state, loss.won_date), ("won", later))
        self.assertFalse(self.account.loss_state)

    def test_given_up(self):
        loss = self._lose()
        loss.action_give_up()
        self.assertEqual(loss.state, "given_up")
        self.assertFalse(self.account.loss_state)

    def test_only_of_own_customers(self):
        other = self._user("other", "user")
        with self.assertRaises(AccessError):
            self.losses.with_user(other).create(
                {
                    "account_id": self.account.id,
                    "kind": "chose",
                    "reason": "price",
                }
            )
