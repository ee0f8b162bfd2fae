import re
from datetime import datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged

from .common import FollowupCommon

NOON = datetime(2026, 3, 2, 12, 0)


@tagged("post_install", "-at_install")
class TestFollowupMeasures(FollowupCommon):
    """What the pivots say: on time, replied, effect, response times; exact figures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._user("second", "user", name="Sam Second")
        cls.number = 0

    def _row(self, outcome="reached", late=False, step="delivery_week", **values):
        """Make a contact that was due at noon, at 11:00 or 13:00."""
        type(self).number += 1
        row = self.ledger.create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "contact_id": self.customer.id,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "step": f"test-{self.number}",
                "template_id": self._step(step).id if step else False,
                "user_id": self.salesperson.id,
                "channel": "phone",
                "planned_date": NOON.date(),
                "window_at": NOON - timedelta(hours=3),
                "due_at": NOON,
                "state": "scheduled",
                **values,
            }
        )
        if outcome:
            row._finish(outcome, when=NOON + timedelta(hours=1 if late else -1))
        return row

    def _pivot(self, group, *measures, domain=()):
        """Return ``{group: figures}`` as the pivot asks for them."""
        groups = self.ledger.formatted_read_group(
            [("company_id", "=", self.company.id), ("state", "=", "done"), *domain],
            [group],
            list(measures),
        )
        found = {}
        for item in groups:
            key = item[group]
            key = key[0] if isinstance(key, tuple) else key
            figures = tuple(
                round(item[m], 4) if isinstance(item[m], float) else item[m]
                for m in measures
            )
            found[key] = figures[0] if len(figures) == 1 else figures
        return found

    # === PUNCTUALITY === #

    def test_on_time_by_step_person_and_tier(self):
        tier_a = self.env.ref("export_crm.export_crm_tier_a")
        tier_b = self.env.ref("export_crm.export_crm_tier_b")
        self._row(tier_id=tier_a.id)
        self._row(tier_id=tier_a.id, late=True)
        self._row(tier_id=tier_b.id, user_id=self.second.id)
        self._row(step="b_review", tier_id=tier_b.id, late=True)
        self._row(step="b_review", tier_id=tier_b.id, outcome=None)  # to do: no say
        week, review = self._step("delivery_week"), self._step("b_review")
        self.assertEqual(
            self._pivot("template_id", "on_time:avg", "__count"),
            {week.id: (0.6667, 3), review.id: (0.0, 1)},
        )
        self.assertEqual(
            self._pivot("user_id", "on_time:avg"),
            {self.salesperson.id: 0.3333, self.second.id: 1.0},
        )
        self.assertEqual(
            self._pivot("tier_id", "on_time:avg"), {tier_a.id: 0.5, tier_b.id: 0.5}
        )
        self.assertEqual(
            self._pivot("plan_id", "on_time:avg"),
            {week.plan_id.id: 0.6667, review.plan_id.id: 0.0},
        )

    # === REPLIES === #

    def test_reply_rate_by_channel(self):
        for channel, outcomes in (
            ("whatsapp", ("reached", "replied", "no_answer")),
            ("email", ("replied", "no_answer", "no_answer", "no_answer")),
            ("phone", ("order", "problem")),
        ):
            for outcome in outcomes:
                self._row(outcome, channel=channel)
        expected = {"whatsapp": 0.6667, "email": 0.25, "phone": 1.0}
        self.assertEqual(self._pivot("channel", "replied:avg"), expected)
        # A clock that a document has ended is neither a reply nor none.
        ended = self._row(outcome=None, channel="email")
        ended.write({"state": "done", "outcome": "answered", "done_at": NOON})
        self.assertEqual(self._pivot("channel", "replied:avg"), expected)

    # === EFFECT === #

    def test_effect_by_channel_and_days_of_the_company(self):
        buyer, quiet = self._customer("Buyer Ltd"), self._customer("Quiet Ltd")
        first = self._row(partner_id=buyer.id, channel="phone")
        self._row(partner_id=quiet.id, channel="phone")
        self._row(partner_id=quiet.id, channel="email")
        with freeze_time(NOON + timedelta(days=10, hours=-2)):
            self._sold(self._contact("Clerk of the buyer", buyer))
            self._sold(quiet, export_kind="sample")
            self._quotation(quiet)
        self.env.flush_all()
        self.company.export_followup_effect_days = 9
        with freeze_time(NOON + timedelta(days=11)):
            self.ledger._measure_orders_after(self.company)
            self.assertEqual(first.ordered_after, 0.0, "a day too late for an effect")
            self.company.export_followup_effect_days = 10
            self.ledger._measure_orders_after(self.company)
        self.assertEqual(
            self._pivot("channel", "ordered_after:avg"), {"phone": 0.5, "email": 0.0}
        )

    def test_effect_is_unknown_until_the_days_are_over(self):
        row = self._row()
        for days, effect in ((29, None), (31, 0.0)):
            with freeze_time(NOON + timedelta(days=days)):
                self.ledger._measure_orders_after(self.company)
            self.assertEqual(row.ordered_after, effect)

    def test_effect_in_another_company_is_none_here(self):
        row = self._row()
        other = self.setup_other_company(name="Company 2")["company"]
        with freeze_time(NOON + timedelta(days=1)):
            order = self._quotation()
            order.company_id = other
            order.with_company(other).write({"state": "sale"})
        self.env.flush_all()
        with freeze_time(NOON + timedelta(days=40)):
            self.ledger._measure_orders_after(self.company)
        self.assertEqual(row.ordered_after, 0.0)

    # === RESPONSE TIMES === #

    def test_response_times_at_the_nodes(self):
        calendar = {"template_id": False, "clock": True, "anchor_at": NOON}
        for node, hours in (
            ("first_reply", (1, 4)),
            ("sample", (80,)),
            ("payment", (11, 11, 23)),
            ("shipment", (5,)),
        ):
            for taken in hours:
                row = self._row(
                    outcome=None,
                    step=None,
                    node=node,
                    target_hours=11,
                    **{**calendar, "due_at": NOON + timedelta(hours=11)},
                )
                row._finish("reached", when=NOON + timedelta(hours=taken))
        self._row(node="after_sales")  # by the day: no hours
        self.assertEqual(
            self._pivot("node", "taken_hours:avg", "target_hours:avg", "on_time:avg"),
            {
                "first_reply": (2.5, 11.0, 1.0),
                "sample": (80.0, 11.0, 0.0),
                "payment": (15.0, 11.0, 0.6667),
                "shipment": (5.0, 11.0, 1.0),
                "after_sales": (False, False, 1.0),
            },
        )

    def test_next_step_has_no_response_time(self):
        row = self._row()
        following = row._plan_next("Call again", self.today, "phone", self.salesperson)
        following._finish("reached")
        self.assertIsNone(following.taken_hours)
        self.assertFalse(
            self._pivot("step", "taken_hours:avg", domain=[("step", "=", "next")])[
                "next"
            ]
        )

    # === SCREENS === #

    def _measures(self, view):
        arch = etree.fromstring(self.env.ref(f"export_crm.{view}").arch)
        return {node.get("name") for node in arch.iter("field")}

    def test_screens_show_them(self):
        self.assertLessEqual(
            {"on_time", "replied", "ordered_after", "taken_hours"},
            self._measures("export_crm_followup_view_pivot"),
        )
        report = self.env.ref("export_crm.export_crm_followup_report_action")
        graph = "export_crm_followup_view_graph_replies"
        self.assertIn((self.env.ref(f"export_crm.{graph}").id, "graph"), report.views)
        self.assertEqual(self._measures(graph), {"channel", "replied"})
        self.assertEqual(
            self._measures("export_crm_followup_view_graph"), {"planned_date", "state"}
        )
        search = self.env.ref("export_crm.export_crm_followup_view_search").arch
        groups = set(re.findall(r"'group_by': '(\w+)", search))
        self.assertLessEqual(
            {"template_id", "user_id", "done_by_id", "tier_id", "channel", "node"},
            groups,
        )
        clock = self.env.ref("export_crm.export_crm_followup_clock_action")
        for word in ("node", "tier_id", "on_time", "taken_hours", "target_hours"):
            self.assertIn(f"'{word}'", clock.context)

    def test_salesperson_measures_own_customers_only(self):
        other = self._customer("Other Ltd", user_id=self.second.id)
        self._row(late=True)
        self._row(partner_id=other.id, user_id=self.second.id)
        groups = self.ledger.with_user(self.second).formatted_read_group(
            [("company_id", "=", self.company.id)], [], ["on_time:avg", "__count"]
        )
        self.assertEqual((groups[0]["on_time:avg"], groups[0]["__count"]), (1.0, 1))
