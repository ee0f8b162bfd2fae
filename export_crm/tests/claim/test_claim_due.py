from datetime import timedelta

from freezegun import freeze_time
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClaimCase
from .test_claim_clock import FRIDAY


@tagged("post_install", "-at_install")
class TestClaimDue(ClaimCase):
    """Deadline first: late, today, in time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        codes = ("critical", "major", "medium", "minor")
        cls._categories = {code: cls._severity(code) for code in codes}

    def _open(self, hours, severity, **values):
        with freeze_time(FRIDAY + timedelta(hours=hours)):
            return self._claim(category_id=self._categories[severity].id, **values)

    def test_sorted_by_what_is_overdue_then_by_deadline_then_the_rest(self):
        """On Saturday at 16:00: what is urgent and late first, however long the
        others are late."""
        claims = {
            "late, high": self._open(18, "major"),
            "late, urgent": self._open(
                20, "major", priority_override="3", priority_reason="TV crew"
            ),
            "late, low": self._open(-40, "minor"),
            "late, high, longer": self._open(17, "major"),
            "in time": self._open(23, "medium"),
            "today": self._open(23, "critical"),
            "waiting": self._open(10, "major"),
            "closed": self._open(0, "major"),
        }
        for name in ("waiting", "closed"):
            with freeze_time(FRIDAY + timedelta(hours=11)):
                self._answer(claims[name])
        with freeze_time(FRIDAY + timedelta(hours=11)):
            claims["waiting"].action_wait()
            claims["closed"].action_close()
        ids = [claim.id for claim in claims.values()]
        claims["late, low"].sudo().next_deadline = FRIDAY - timedelta(days=3)
        with freeze_time(FRIDAY + timedelta(hours=24, minutes=30)):
            self.env.invalidate_all()
            found = self.claims.search([("id", "in", ids)])
            names = {claim.id: name for name, claim in claims.items()}
            self.assertEqual(
                [names[claim.id] for claim in found],
                [
                    "late, urgent",
                    "late, high, longer",
                    "late, high",
                    "late, low",
                    "today",
                    "in time",
                    "waiting",
                    "closed",
                ],
            )
            due = ["late"] * 4 + ["today", "fine", "waiting", "done"]
            self.assertEqual(found.mapped("due"), due)
            self.assertEqual(found.mapped("urgency"), [0, 1, 1, 3, 4, 4, 5, 6])
            for state in set(due):
                seen = self.claims.search([("id", "in", ids), ("due", "=", state)])
                self.assertEqual(seen, found.filtered(lambda c, s=state: c.due == s))
            bar = self.claims.read_progress_bar(
                [("id", "in", ids)],
                "company_id",
                {"field": "due", "colors": {"late": "", "today": "", "fine": ""}},
            )
            self.assertEqual(
                bar[str(self.company.id)], {"late": 4, "today": 1, "fine": 1}
            )

    def test_breaching_today_and_late_are_two_things(self):
        """On the second: at its deadline a claim is not late yet."""
        claim = self._open(0, "major")
        deadline = FRIDAY + timedelta(hours=4)
        for seconds, today in ((0, True), (1, False)):
            with freeze_time(deadline + timedelta(seconds=seconds)):
                self.env.invalidate_all()
                self.assertEqual(claim.breach_today, today)
                for name, expected in (("breach_today", today), ("late", not today)):
                    domain = [("breach_today", "=", True)]
                    if name == "late":
                        domain = [("due", "=", "late")]
                    found = self.claims.search([("id", "=", claim.id), *domain])
                    self.assertEqual(bool(found), expected, name)

    def test_the_companys_own_midnight(self):
        """20:00 UTC on Friday is Saturday in Shanghai, and tonight in Berlin."""
        claim = self._open(0, "major")
        for zone, due in (("Asia/Shanghai", "fine"), ("Europe/Berlin", "today")):
            self.company.partner_id.tz = zone
            with freeze_time(FRIDAY - timedelta(hours=1)):
                self.env.invalidate_all()
                self.assertEqual(claim.due, due, zone)
                found = self.claims.search([("id", "=", claim.id), ("due", "=", due)])
                self.assertTrue(found, zone)

    def test_workbench_opens_with_ones_own(self):
        for name in ("export_crm_claim_action", "export_crm_claim_breaching_action"):
            action = self.env.ref(f"export_crm.{name}")
            self.assertIn("'search_default_mine': 1", action.context)
        view = self.env.ref("export_crm.export_crm_claim_view_search")
        mine = etree.fromstring(view.arch).find(".//filter[@name='mine']")
        self.assertIn("('user_id', '=', uid)", mine.get("domain"))

    def test_answer_in_every_open_state(self):
        view = self.env.ref("export_crm.export_crm_claim_view_form")
        header = etree.fromstring(view.arch).find(".//header")
        answer = header.find("button[@name='action_reply']")
        self.assertEqual(answer.get("invisible"), "not id or not is_open")
        new = [
            button.get("name")
            for button in header.findall("button")
            if "'new'" in (button.get("invisible") or "")
            or button.get("invisible") == "not id or not is_open"
        ]
        self.assertEqual(new, ["action_start", "action_reply"])

    # === PEOPLE AND WHAT THEY MAY === #

    def test_open_claim_is_not_archived(self):
        claim = self._claim()
        with self.assertRaisesRegex(UserError, "close it, cancel it"):
            claim.action_archive()
        with self.assertRaisesRegex(UserError, "close it, cancel it"):
            claim.sudo().write({"active": False})
        claim.action_cancel()
        claim.action_archive()
        self.assertFalse(claim.active)

    def test_claims_of_people_who_left_go_to_their_leader(self):
        opened, closed = self._claim(user_id=self.agent.id), self._claim()
        closed.user_id = self.agent
        self._answer(closed)
        closed.action_close()
        self.agent.sudo().active = False
        self.assertEqual(opened.user_id, self.leader)
        self.assertEqual(closed.user_id, self.agent, "history stays")
        activity = opened.sudo().activity_ids
        self.assertEqual(activity.user_id, self.leader)
        self.assertIn("Ada Agent has left", activity.summary)
        self.leader.sudo().active = False
        self.assertEqual(opened.user_id, self.manager)

    def test_score_without_a_claim_is_told_in_odoos_words(self):
        scores = self.env["export.crm.claim.score"].with_user(self.agent)
        with (
            self.assertRaisesRegex(IntegrityError, "claim_id"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            scores.create([{}])

    def test_dialogs_tell_nothing_of_claims_of_others(self):
        """Neither created, nor before they are saved, nor by context."""
        claim = self._claim(title="Secret of another department")
        other = self._user("other_sales", "user")
        for name in ("reply.send", "split", "told"):
            dialogs = self.env[f"export.crm.claim.{name}"].with_user(other)
            needed = {"note": "?"} if name == "told" else {}
            spec = {"claim_id": {"fields": {"display_name": {}}}}
            for ask in (
                lambda d=dialogs, v=needed: d.create({"claim_id": claim.id, **v}),
                lambda d=dialogs, s=spec: d.onchange(
                    {"claim_id": claim.id}, ["claim_id"], s
                ),
                lambda d=dialogs, s=spec: d.with_context(
                    default_claim_id=claim.id
                ).onchange({}, [], s),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    ask()
        merge = self.env["export.crm.claim.merge"].with_user(other)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            merge.create({"claim_ids": claim.ids, "target_id": claim.id})
