from datetime import date, timedelta

from odoo.tests import tagged

from ..migrating import migrate
from .common import FollowupCommon

SCRIPT = "19.0.1.4.0/post-feasts.py"


@tagged("post_install", "-at_install")
class TestFollowupFeastMigration(FollowupCommon):
    """Greetings that 19.0.1.3 planned by words belong to feasts; wrong ones end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan("holiday")
        cls.Feast = cls.env["export.crm.feast"]
        cls.Feast.with_context(active_test=False).search([]).unlink()
        cls.vietnam = cls.env.ref("base.vn")
        cls.customer.country_id = cls.vietnam
        # The year that calendars are kept for, whatever day it is.
        cls.year = cls.today.year + 1
        cls.turn = 0

    def _old(self, day, title, state, country=None, **values):
        """Put a row as 19.0.1.3 had planned it."""
        type(self).turn += 1
        return self.ledger.create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "template_id": self._step("occasion_holiday").id,
                "step": "occasion_holiday",
                "cycle": day.year * 10000 + self.turn,
                "trigger": "occasion",
                "title": title,
                "anchor_date": day,
                "planned_date": day - timedelta(days=1),
                "due_at": self._at(day - timedelta(days=1)),
                "state": state,
                **values,
            }
        )

    def _migrate(self):
        migrate(self.env, SCRIPT, "19.0.1.3.0")

    def _tet(self):
        feast = self.Feast.search(
            [("country_id", "=", self.vietnam.id), ("code", "=", "lunar_new_year")]
        )
        return feast.date_ids.filtered(lambda d: d.year == self.year)

    def test_several_greetings_of_one_feast_are_one(self):
        """The one that is furthest stays; a second update and the night change
        nothing, and nobody is greeted twice."""
        self._migrate()
        tet = self._tet()
        first, last = tet.date_from, tet.date_to
        self.Feast.search([]).unlink()
        done = self._old(first, "Giao thừa", "done")
        rest = self._old(first + timedelta(days=1), "Tết", "planned")
        rest += self._old(last, "Mùng 4 Tết", "planned")
        for _run in range(2):
            self._migrate()
            self.assertEqual(done.state, "done")
            self.assertEqual(done.feast_id.code, "lunar_new_year")
            self.assertEqual(set(rest.mapped("state")), {"cancelled"})
        self._run(as_of=first - timedelta(days=5), contacts=False)
        self.assertFalse(
            self._rows(state="planned").filtered(lambda r: r.feast_id == done.feast_id)
        )

    def test_greeting_for_what_only_sounds_like_a_feast_ends(self):
        brazil = self.env.ref("base.br")
        self.customer.country_id = brazil
        noted = self.env["export.crm.occasion"].create(
            {
                "partner_id": self._contact("Ana").id,
                "kind": "national_day",
                "month": "11",
                "day": 20,
            }
        )
        day = date(self.year, 11, 20)
        wrong = self._old(day, "National Day of Zumbi and Black Awareness", "planned")
        kept = self._old(day, "Own", "planned", res_id=noted.partner_id.id)
        self._migrate()
        self.assertEqual((wrong.state, wrong.reason), ("cancelled", "plan_off"))
        self.assertEqual(kept.state, "planned")

    def test_words_of_ones_own_are_kept_as_choices(self):
        self.env.cr.execute(
            "ALTER TABLE mail_activity_plan ADD COLUMN IF NOT EXISTS"
            " export_holidays varchar"
        )
        for words, greeted in (
            ("Easter, Tết", {"lunar_new_year"}),
            (
                "Thanksgiving, Christmas, New Year, Eid, Diwali, Independence, "
                "National Day, Carnival",
                {"new_year", "lunar_new_year", "national_day"},
            ),
        ):
            with self.subTest(words):
                self.Feast.search([]).unlink()
                self.env.cr.execute(
                    "UPDATE mail_activity_plan SET export_holidays = %s WHERE id = %s",
                    [words, self.plan.id],
                )
                self._migrate()
                found = self.Feast.search(
                    [("country_id", "=", self.vietnam.id), ("greet", "=", True)]
                )
                self.assertEqual(set(found.mapped("code")), greeted)

    def test_services_of_the_past_make_no_flood(self):
        self._plan("service")
        order = self._quotation()
        order.action_confirm()
        self.env.flush_all()
        long_ago = self._at(self.today - timedelta(days=20))
        self.env.cr.execute(
            "UPDATE sale_order SET export_confirmed_at = %s WHERE id = %s",
            [long_ago, order.id],
        )
        self.env.invalidate_all()
        self._migrate()
        self._run()
        week = self._rows(step="service_1w")
        self.assertEqual((week.state, week.reason), ("skipped", "too_late"))
        self.assertEqual(self._rows(step="service_3m").state, "planned")
