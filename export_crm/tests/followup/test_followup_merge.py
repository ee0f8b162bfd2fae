from datetime import timedelta

from odoo.tests import tagged

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupMerge(FollowupCommon):
    """Customers that turn out to be one: what is planned with them follows, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._customer("Lagos Trading Limited")
        cls.day = cls.monday + timedelta(days=6)

    def _merge(self, source, target):
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((source + target).ids, target)
        self.env.invalidate_all()

    def _accounts(self, *partners):
        tier = self.env.ref("export_crm.export_crm_tier_b")
        self.env["export.crm.account"].sudo().create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "tier_id": tier.id,
                    "order_count": 3,
                }
                for partner in partners
            ]
        )

    def _turns(self, partner=None):
        return self._rows(partner, trigger="cadence")

    def _open(self, rows):
        return rows.filtered(lambda row: row.state in ("planned", "scheduled"))

    # === DELIVERIES === #

    def test_deliveries_of_both_follow(self):
        for partner in (self.customer, self.twin):
            self._deliver(self._sold(partner), self.monday)
        self._run(as_of=self.day, partners=self.customer + self.twin)
        mine, others = self._rows(), self._rows(self.twin)
        self.assertEqual((len(mine), len(others)), (3, 3))
        self._merge(self.twin, self.customer)
        self.assertEqual(others.partner_id, self.customer)
        self.assertEqual(others.contact_id, self.customer)
        for _run in range(2):
            self._run(as_of=self.day)
        self.assertEqual(self._rows(), mine + others, "none lost, none doubled")
        self.assertEqual(len(self._activities()), 2)

    def test_merged_into_a_contact_of_another(self):
        self.twin.is_company = False
        self._deliver(self._sold(self.twin), self.monday)
        self._run(as_of=self.day, partners=self.twin)
        rows = self._rows(self.twin)
        buyer = self._contact("Buyer")
        self._merge(self.twin, buyer)
        self.assertEqual(rows.partner_id, self.customer, "its company, not the buyer")
        self._run(as_of=self.day)
        self.assertEqual(self._rows(), rows)

    def test_country_follows(self):
        self.customer.country_id = self.env.ref("base.ng")
        self.twin.country_id = self.env.ref("base.de")
        self._deliver(self._sold(self.twin), self.monday)
        self._run(partners=self.twin, contacts=False)
        rows = self._rows(self.twin)
        self._merge(self.twin, self.customer)
        self.assertEqual(rows.country_id, self.customer.country_id)

    # === RHYTHMS === #

    def _two_rhythms(self):
        self._plan("tier_b")
        self._accounts(self.customer, self.twin)
        self._run(partners=self.customer + self.twin, contacts=False)
        return self._turns(), self._turns(self.twin)

    def test_same_turn_of_both(self):
        mine, others = self._two_rhythms()
        self.assertEqual((mine.cycle, others.cycle), (1, 1))
        mine.planned_date = self.monday + timedelta(days=3)
        others.planned_date = self.monday + timedelta(days=9)
        self._merge(self.twin, self.customer)
        self.assertEqual(self._turns(), mine + others, "both are remembered")
        self.assertEqual(mine.state, "planned", "the older one stays")
        self.assertEqual((others.state, others.reason), ("cancelled", "merged"))
        for _run in range(2):
            self._run(contacts=False)
        self.assertEqual(self._open(self._turns()), mine)

    def test_the_one_that_is_to_do_stays(self):
        mine, others = self._two_rhythms()
        mine.planned_date = self.today + timedelta(days=12)
        others.planned_date = self.today
        self._run(partners=self.customer + self.twin)
        activity = others.activity_id
        self.assertEqual((mine.state, others.state), ("planned", "scheduled"))
        self._merge(self.twin, self.customer)
        self.assertEqual((mine.state, mine.reason), ("cancelled", "merged"))
        self.assertEqual((others.state, others.res_id), ("scheduled", self.customer.id))
        self.assertEqual(
            (activity.res_model, activity.res_id), ("res.partner", self.customer.id)
        )
        self._run()
        self.assertEqual(self._open(self._turns()), others)
        others.with_user(self.salesperson).action_reached()
        self._run(contacts=False)
        following = self._open(self._turns())
        self.assertEqual(len(following), 1)
        self.assertGreater(following.cycle, others.cycle)

    def test_activity_of_the_other_goes(self):
        mine, others = self._two_rhythms()
        (mine + others).write({"planned_date": self.today})
        self._run(partners=self.customer + self.twin)
        self.assertEqual(len(self._activities()), 2)
        self._merge(self.twin, self.customer)
        self.assertEqual(len(self._activities()), 1)
        self.assertEqual(len(self._open(mine + others)), 1)

    def test_history_with_the_same_numbers(self):
        """Turns 1 and 2 of both were made: all stay done, the next is a third."""
        mine, others = self._two_rhythms()
        for _turn in range(2):
            for partner in (self.customer, self.twin):
                self._open(self._turns(partner))._finish("reached")
            self._run(partners=self.customer + self.twin, contacts=False)
        self._merge(self.twin, self.customer)
        turns = self._turns()
        self.assertEqual(len(turns.filtered(lambda r: r.state == "done")), 4)
        self.assertEqual(len(self._open(turns)), 1)
        self._run(contacts=False)
        self.assertEqual(len(self._open(self._turns())), 1)
        self.assertEqual(len(self._turns()), 6)

    def test_two_companies_apart(self):
        mine, others = self._two_rhythms()
        other = self._create_company(name="Other")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE export_crm_followup SET company_id = %s WHERE id = %s",
            [other.id, others.id],
        )
        self.env.invalidate_all()
        self._merge(self.twin, self.customer)
        self.assertEqual((mine + others).mapped("state"), ["planned", "planned"])
        self.assertEqual((mine + others).mapped("res_id"), [self.customer.id] * 2)

    # === FEASTS === #

    def test_greeted_once(self):
        self._plan("birthday")
        people = [self._contact("Buyer"), self._contact("Buyer", self.twin)]
        soon = self.today + timedelta(days=2)
        for person in people:
            self.env["export.crm.occasion"].create(
                {
                    "partner_id": person.id,
                    "kind": "birthday",
                    "month": str(soon.month),
                    "day": soon.day,
                }
            )
        self._run(partners=self.customer + self.twin)
        first, second = self._rows(), self._rows(self.twin)
        first.with_user(self.salesperson).action_reached()
        self.assertEqual((first.state, second.state), ("done", "scheduled"))
        self._merge(people[0], people[1])
        self.assertEqual((second.state, second.reason), ("cancelled", "merged"))
        self.assertEqual(first.res_id, people[1].id)
        self.assertEqual(
            len(
                self.env["export.crm.occasion"].search(
                    [("partner_id", "=", people[1].id)]
                )
            ),
            1,
        )
        self._run(partners=self.customer + self.twin)
        open_ = self._open(self._rows() + self._rows(self.twin))
        self.assertFalse(open_.filtered(lambda r: r.trigger == "occasion"))

    # === WHAT IS KNOWN === #

    def test_answers_go_to_the_company(self):
        self.twin.is_company = False
        wallet = self.env["export.crm.wallet"].create(
            {"partner_id": self.twin.id, "amount": 5000.0}
        )
        buyer = self._contact("Buyer")
        self._merge(self.twin, buyer)
        self.assertEqual(wallet.partner_id, self.customer)

    def test_logged_contacts_follow(self):
        logged = self.env["export.crm.interaction"].create({"partner_id": self.twin.id})
        self._merge(self.twin, self.customer)
        self.assertEqual(logged.partner_id, self.customer)
        self.assertEqual(logged.customer_id, self.customer)

    # === GIVEN TO A PARENT === #

    def test_customer_given_to_a_parent(self):
        self._plan("tier_b", "delivery")
        self._accounts(self.customer, self.twin)
        self._deliver(self._sold(self.twin), self.monday)
        self._run(partners=self.customer + self.twin, contacts=False)
        rows = self._rows(self.twin)
        self.twin.write({"is_company": False, "parent_id": self.customer.id})
        self.assertEqual(rows.partner_id, self.customer)
        for _run in range(2):
            self._run(contacts=False)
        self.assertEqual(len(self._open(self._turns())), 1)
        self.assertEqual(self._open(self._turns()).res_id, self.customer.id)
        self.assertEqual(len(self._rows(trigger="delivery_received")), 3)

    def test_person_who_works_elsewhere(self):
        """Documents go along with the person, contacts of others don't."""
        buyer = self._contact("Buyer", export_contact_role="commercial")
        self._deliver(self._sold(), self.monday)
        self._run(as_of=self.day)
        week = self._rows(step="delivery_1w")
        self.assertEqual(week.contact_id, buyer)
        buyer.parent_id = self.twin
        self._run(as_of=self.day)
        self.assertEqual(week.partner_id, self.customer)
        self.assertNotEqual(week.contact_id, buyer)
