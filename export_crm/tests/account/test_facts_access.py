from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FactsCommon


@tagged("post_install", "-at_install")
class TestFactsAccess(FactsCommon):
    """Who sees which customer's figures, and that nobody writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_seller = cls._user("seller2", "user")
        cls.leader = cls._user("leader", "team_manager")
        cls.manager = cls._user("manager", "manager")
        cls.intern = cls._user("intern", "intern")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "West Africa",
                "user_id": cls.leader.id,
                "company_id": cls.company.id,
                "crm_team_member_ids": [
                    Command.create({"user_id": cls.salesperson.id})
                ],
            }
        )
        cls.own = cls.customer
        cls.theirs = cls._customer("Theirs", user_id=cls.other_seller.id)
        cls.nobodys = cls._customer("Nobody's", user_id=False)
        cls.all = cls.own + cls.theirs + cls.nobodys
        for partner in cls.all:
            cls._order(partner, "2024-06-01", user_id=False, team_id=False)
            cls._facts(partner)

    def _seen(self, user, company=None):
        accounts = self.accounts.with_user(user)
        return accounts.search([("partner_id", "in", self.all.ids)]).partner_id

    def test_salesperson_sees_own_and_unassigned(self):
        self.assertEqual(self._seen(self.salesperson), self.own + self.nobodys)
        self.assertEqual(self._seen(self.other_seller), self.theirs + self.nobodys)

    def test_reassigned_customer_is_seen_by_the_new_salesperson_at_once(self):
        self.own.user_id = self.other_seller
        self.assertEqual(self._seen(self.salesperson), self.nobodys)
        self.assertEqual(self._seen(self.other_seller), self.all)

    def test_team_manager_sees_the_team(self):
        self.assertEqual(self._account(self.own).team_id, self.team)
        self.assertEqual(self._seen(self.leader), self.own + self.nobodys)
        self.team.write(
            {"crm_team_member_ids": [Command.create({"user_id": self.other_seller.id})]}
        )
        self.assertEqual(self._seen(self.leader), self.all)

    def test_manager_and_credit_controller_see_all(self):
        self.assertEqual(self._seen(self.manager), self.all)
        self.assertEqual(self._seen(self.controller), self.all)

    def test_intern_sees_nothing(self):
        with self.assertRaises(AccessError):
            self._seen(self.intern)
        with self.assertRaises(AccessError):
            self.own.with_user(self.intern).read(["export_revenue_365d"])
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.intern).search(
                [("export_overdue_amount", ">", 0)]
            )

    def test_nobody_writes_figures(self):
        account = self._account(self.own)
        for user in (self.salesperson, self.leader, self.manager, self.controller):
            with self.assertRaises(AccessError):
                account.with_user(user).write({"revenue_365d": 1})
            with self.assertRaises(AccessError):
                account.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.accounts.with_user(user).create(
                    {
                        "partner_id": self.env.user.partner_id.id,
                        "company_id": self.company.id,
                    }
                )

    def test_other_companies_stay_out_for_every_role(self):
        other = self.setup_other_company(name="Company 2")["company"]
        self._order(self.own, "2024-06-01", company=other)
        foreign = self._facts(self.own, company=other)
        self.assertTrue(foreign)
        for user in (self.salesperson, self.manager, self.controller):
            seen = self.accounts.with_user(user).search([])
            self.assertNotIn(foreign, seen)
            with self.assertRaises(AccessError):
                foreign.with_user(user).read(["revenue_365d"])
        self.manager.company_ids += other
        # member of both: the companies ticked in the company switcher decide
        accounts = self.accounts.with_user(self.manager)
        for companies, seen in (([self.company.id], False), ([other.id], True)):
            accounts = accounts.with_context(allowed_company_ids=companies)
            self.assertEqual(foreign in accounts.search([]), seen)

    def test_partner_shows_only_what_its_reader_may_see(self):
        partners = (self.own + self.theirs).with_user(self.salesperson)
        own, theirs = partners
        self.assertEqual(own.export_revenue_365d, 100.0)
        self.assertIsNone(theirs.export_revenue_365d)
        self.assertFalse(theirs.export_account_id)
        found = partners.search(
            [("id", "in", self.all.ids), ("export_revenue_365d", ">", 0)]
        )
        self.assertEqual(found.ids, (self.own + self.nobodys).ids)
