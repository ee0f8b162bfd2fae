from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupPeople(FollowupCommon):
    """Who makes a contact, by which channel, with what to say; who is woken up."""

    def _account(self, partner=None, tier=None, **values):
        return (
            self.env["export.crm.account"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or self.customer).id,
                    "company_id": self.company.id,
                    "order_count": 3,
                    "tier_id": tier
                    and self.env.ref(f"export_crm.export_crm_tier_{tier}").id,
                    **values,
                }
            )
        )

    def _week(self, partner=None, **values):
        self._deliver(self._sold(partner, **values), self.monday)
        self._run(as_of=self.monday + timedelta(days=6), partners=partner)
        return self._rows(partner, step="delivery_1w")

    # === BY WHOM === #

    def test_roles(self):
        """Each role is the company's person for it, where no team says otherwise."""
        people = {
            role: self._user(role, "user")
            for role in ("director", "technical", "service", "accountant")
        }
        coordinator = self._user("coordinator", "user")
        self.company.write(
            {
                "export_director_id": people["director"].id,
                "export_technical_user_id": people["technical"].id,
                "export_service_user_id": people["service"].id,
                "export_credit_user_id": people["accountant"].id,
            }
        )
        team = self.env["crm.team"].create(
            {"name": "Export", "user_id": False, "company_id": False}
        )
        team.export_coordinator_ids = coordinator
        week = self._week(team_id=team.id)
        for role, user in (
            ("salesperson", self.salesperson),
            ("director", people["director"]),
            ("coordinator", coordinator),
            ("technical_adviser", people["technical"]),
            ("service", people["service"]),
            ("accountant", people["accountant"]),
        ):
            with self.subTest(role=role):
                week.role = role
                self.assertEqual(week._responsible(), user)
                user.active = False
                self.assertTrue(week._responsible().active)
                self.assertNotEqual(week._responsible(), user)
                user.active = True

    def test_account_team_goes_before_the_company(self):
        of_team, of_company = self._user("one", "user"), self._user("two", "user")
        self.company.export_service_user_id = of_company
        self.env["export.crm.team.role"].create(
            {
                "role": "after_sales",
                "user_id": of_team.id,
                "company_id": self.company.id,
            }
        )
        week = self._week()
        week.role = "service"
        self.assertEqual(week._responsible(), of_team)

    def test_account_team_of_another_company(self):
        other = self._create_company(name="Other")
        stranger = self._user("stranger", "user")
        stranger.company_ids += other
        self.env["export.crm.team.role"].create(
            {"role": "after_sales", "user_id": stranger.id, "company_id": other.id}
        )
        week = self._week()
        week.role = "service"
        self.assertNotEqual(week._responsible(), stranger)
        self.assertNotIn(stranger, week._team_users("service", week._team_lines()))
        # Also where the lines of both companies are known already.
        everybody = self.env["export.crm.team.role"].sudo().search([])
        self.assertNotIn(stranger, week._team_users("service", everybody))

    def test_never_nobody(self):
        """Everybody has left: somebody is named all the same."""
        week = self._week()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE id NOT IN %s",
            [tuple((self.env.user + self.env.ref("base.user_root")).ids)],
        )
        self.env.invalidate_all()
        self.assertTrue(week._responsible())

    # === BY WHICH CHANNEL === #

    def test_channel(self):
        """The step's own, else the contact's, else the country's."""
        nigeria = self.env.ref("base.ng")
        nigeria.export_channel = "line"
        self.customer.country_id = nigeria
        self.assertEqual(self._week().channel, "line")
        chatty = self._customer("Chatty", country_id=nigeria.id)
        chatty.export_channel_own = "wechat"
        self.assertEqual(self._week(chatty).channel, "wechat")
        self._step("delivery_week").export_channel = "video"
        third = self._customer("Third", country_id=nigeria.id)
        self.assertEqual(self._week(third).channel, "video")

    def test_number_that_cannot_be_dialled(self):
        """It says so on the form; the night's work goes on."""
        self.customer.phone = "ask for Bob, 12"
        week = self._week()
        self.assertEqual(week.state, "scheduled")
        self.assertFalse(week.whatsapp_url)
        self.assertFalse(week.tel_url)

    # === WITH WHAT === #

    def _note(self, **values):
        partner = self._customer("Somebody", **values.pop("partner", {}))
        self._account(partner, **values)
        return self._week(partner).activity_id.note

    def test_material_by_tier(self):
        for tier, word in (
            ("a", "industry insight"),
            ("b", "success story"),
            ("c", "starter guide"),
            (None, "starter guide"),
        ):
            with self.subTest(tier=tier):
                self.assertIn(word, self._note(tier=tier))

    def test_material_of_another_tier(self):
        self.assertNotIn("starter guide", self._note(tier="a"))

    def test_material_for_new_customers(self):
        self.assertIn("comparison", self._note(tier="c", order_count=1))
        self.assertNotIn("comparison", self._note(tier="c", order_count=2))

    def test_material_by_industry(self):
        machinery = self.env.ref("base.res_partner_industry_C")
        with_industry = {"industry_id": machinery.id}
        self.assertIn("Machinery", self._note(partner=with_industry))
        self.assertNotIn("Machinery", self._note())

    def test_steps_by_segment_industry_and_country(self):
        step = self._step("delivery_week")
        near = self.env["res.country.group"].create(
            {"name": "Near", "country_ids": [Command.set(self.env.ref("base.de").ids)]}
        )
        machinery = self.env.ref("base.res_partner_industry_C")
        step.write(
            {
                "export_segment": "repeat",
                "export_country_group_ids": [Command.set(near.ids)],
                "export_industry_ids": [Command.set(machinery.ids)],
            }
        )
        fits = {"country_id": self.env.ref("base.de").id, "industry_id": machinery.id}
        for name, partner, orders, number in (
            ("fits", fits, 2, 1),
            ("new", fits, 1, 0),
            ("elsewhere", {**fits, "country_id": self.env.ref("base.ng").id}, 2, 0),
            ("another industry", {**fits, "industry_id": False}, 2, 0),
        ):
            with self.subTest(customer=name):
                customer = self._customer(name, **partner)
                self._account(customer, order_count=orders)
                self.assertEqual(len(self._week(customer)), number)

    # === WAKE-UP === #

    def _warning(self, account, code="silence", **values):
        warnings = self.env["export.crm.warning"].sudo()
        return warnings.create(
            {
                "account_id": account.id,
                "company_id": self.company.id,
                "code": code,
                "level": "alarm",
                "period": "2026Q1",
                "date": self.today,
                "evidence": {},
                "wants_contact": True,
                **values,
            }
        )

    def _wake_ups(self):
        return self._rows(trigger="no_contact")

    def test_only_the_warning_wakes(self):
        """However long a customer has been silent."""
        self._plan("wake_up")
        account = self._account(
            last_contact_date=self._day(-400), last_order_date=self._day(-400)
        )
        self._run()
        self.assertFalse(self._rows())
        self._warning(account, "complaints", wants_contact=False)
        closed = self._warning(account, "wake_up")
        closed.action_done()
        self._run()
        self.assertFalse(self._rows())
        self._warning(account)
        self._run()
        self.assertEqual(len(self._wake_ups()), 1)

    def test_several_warnings_are_one_contact(self):
        self._plan("wake_up")
        account = self._account()
        self._warning(account, level="info")
        self._run()
        first = self._wake_ups()
        self._warning(account, "wake_up")
        for _run in range(2):
            self._run()
        self.assertEqual(self._wake_ups(), first)
        self.assertEqual(first.state, "scheduled")

    def test_warning_that_is_over(self):
        """They have ordered by themselves: nobody wakes them up."""
        self._plan("wake_up")
        warning = self._warning(self._account())
        self._run()
        row = self._wake_ups()
        warning.action_done()
        self._run()
        self.assertEqual((row.state, row.reason), ("cancelled", "answered"))
        self.assertFalse(self._activities())

    def test_warning_in_another_company(self):
        self._plan("wake_up")
        other = self._create_company(name="Other")
        account = self._account(company_id=other.id)
        self._warning(account, company_id=other.id)
        self._run()
        self.assertFalse(self._rows())
