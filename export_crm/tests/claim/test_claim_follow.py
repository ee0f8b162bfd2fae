from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ClaimCase
from .test_claim_portal import ClaimPortalCase


@tagged("post_install", "-at_install")
class TestClaimFollow(ClaimCase):
    """Claims and their customer: merged, moved, archived."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.major = cls._severity("major")
        cls.double = cls._customer("Lagos Trading Limited")
        cls.double.country_id = cls.env.ref("base.ci")
        cls.customer.country_id = cls.env.ref("base.ng")

    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((source + target).ids, target)
        self.env.invalidate_all()

    def _open_activities(self, claim):
        return claim.sudo().activity_ids.mapped("summary")

    # === MERGING === #

    def test_everything_goes_along(self):
        """Claims, lines, clocks, ledger, logged contacts; the log as it was."""
        line = self._delivered(10.0)
        with freeze_time(fields.Datetime.now() - timedelta(days=2)):
            claim = self._claim(
                category_id=self.major.id,
                order_id=line.order_id.id,
                line_ids=[(0, 0, {"sale_line_id": line.id, "quantity": 3})],
            )
            other = self._claim(partner_id=self.double.id)
        self._escalate()
        self._answer(claim)
        contact = self.env["export.crm.interaction"].create(
            {
                "partner_id": self.customer.id,
                "channel": "phone",
                "direction": "out",
                "company_id": self.company.id,
            }
        )
        ledger = claim.sudo().escalation_ids
        log = claim.sudo().event_ids.mapped(lambda e: (e.id, e.kind, e.at))
        clocks = claim.sudo().clock_ids
        before = clocks.mapped(lambda c: (c.milestone, c.state, c.deadline, c.ended_at))
        self.assertTrue(ledger and log)
        self._merge(self.customer, self.double)
        self.assertEqual((claim | other).partner_id, self.double)
        self.assertEqual((claim | other).commercial_partner_id, self.double)
        self.assertEqual(claim.country_id, self.env.ref("base.ci"))
        self.assertEqual(clocks.commercial_partner_id, self.double)
        self.assertEqual(clocks.country_id, self.env.ref("base.ci"))
        self.assertEqual(claim.line_ids.quantity, 3)
        self.assertEqual(claim.line_ids.commercial_partner_id, self.double)
        self.assertEqual(claim.sudo().escalation_ids, ledger)
        self.assertEqual(contact.customer_id, self.double)
        self.assertEqual(
            claim.sudo().event_ids.mapped(lambda e: (e.id, e.kind, e.at)), log
        )
        self.assertEqual(
            clocks.mapped(lambda c: (c.milestone, c.state, c.deadline, c.ended_at)),
            before,
        )
        self.assertEqual(self.double.export_claim_count, 2)
        # The limit over all claims holds on, for the one that stays.
        with self.assertRaisesRegex(Exception, "net of returns"), self.cr.savepoint():
            self._claim(
                partner_id=self.double.id,
                line_ids=[(0, 0, {"sale_line_id": line.id, "quantity": 8})],
            )

    def test_open_clocks_follow_the_new_tier_from_now_on(self):
        """What is met stays met; nothing is late before the merger."""
        self._set_tier(self.tier_a, self.double)
        begin = fields.Datetime.now() - timedelta(hours=20)
        with freeze_time(begin):
            claim = self._claim(category_id=self.major.id)
            closed = self._claim(category_id=self.major.id)
            self._answer(closed)
            closed.action_close()
            self._answer(claim)
        self.assertEqual(self._hours(claim, "plan"), 24)
        before = fields.Datetime.now()
        self._merge(self.customer, self.double)
        self.assertEqual(claim.tier_id, self.tier_a)
        self.assertEqual(self._clock(claim, "response").target_hours, 4)
        plan = self._clock(claim, "plan")
        self.assertEqual(plan.target_hours, 12)
        self.assertGreaterEqual(plan.deadline, before - timedelta(seconds=1))
        self.assertFalse(plan.late)
        self.assertFalse(closed.tier_id)
        self.assertEqual(self._clock(closed, "plan").target_hours, 24)

    def test_the_one_that_stays_hears_of_everything(self):
        """Both followed one claim: the other claims keep their reader, too."""
        shared, alone = self._claim(), self._claim()
        shared.message_subscribe(partner_ids=self.double.ids)
        self._merge(self.customer, self.double)
        for claim in shared | alone:
            self.assertIn(self.double, claim.sudo().message_partner_ids)
        self._answer(alone)
        self.assertEqual(self._states(alone)["response"], "met")

    def test_merged_into_a_contact(self):
        """The customer of the claims is then the contact's company."""
        contact = self.env["res.partner"].create(
            {"name": "Purchasing", "parent_id": self.double.id}
        )
        self.customer.is_company = False
        claim = self._claim()
        self._merge(self.customer, contact)
        self.assertEqual(claim.partner_id, contact)
        self.assertEqual(claim.commercial_partner_id, self.double)
        self.assertEqual(claim.country_id, self.env.ref("base.ci"))

    def test_same_person_at_two_companies(self):
        """The claims of one company don't become the other's."""
        mine, theirs = self.env["res.partner"].create(
            [
                {"name": "Ana", "parent_id": self.customer.id},
                {"name": "Ana", "parent_id": self.double.id},
            ]
        )
        claim = self._claim(partner_id=mine.id)
        self._merge(mine, theirs)
        self.assertEqual(claim.commercial_partner_id, self.customer)
        self.assertEqual(claim.partner_id, self.customer)
        self.assertNotIn(theirs, claim.sudo().message_partner_ids)

    # === EDITING CONTACTS === #

    def test_customer_given_to_a_group(self):
        """A customer that becomes part of another one takes everything along."""
        self._set_tier(self.tier_a, self.double)
        claim = self._claim(category_id=self.major.id)
        self.customer.write({"is_company": False, "parent_id": self.double.id})
        self.assertEqual(claim.commercial_partner_id, self.double)
        self.assertEqual(claim.partner_id, self.customer)
        self.assertEqual(claim.tier_id, self.tier_a)
        self.assertEqual(self._hours(claim, "plan"), 12)

    def test_person_changes_employer(self):
        """The claim stays, its agent is told, the person reads no more of it."""
        ana = self.env["res.partner"].create(
            {"name": "Ana", "parent_id": self.customer.id, "email": "ana@x.example"}
        )
        line = self._delivered(10.0)
        claim = self._claim(
            partner_id=ana.id,
            order_id=line.order_id.id,
            line_ids=[(0, 0, {"sale_line_id": line.id, "quantity": 3})],
        )
        bare = self._claim(partner_id=ana.id)
        token = claim._portal_ensure_token()
        ana.parent_id = self.double
        for one in claim | bare:
            self.assertEqual(one.commercial_partner_id, self.customer)
            self.assertEqual(one.partner_id, self.customer)
            self.assertNotIn(ana, one.sudo().message_partner_ids)
            self.assertIn(
                f"Ana left {self.customer.name}: choose whom to write to.",
                self._open_activities(one),
            )
        self.assertNotEqual(claim.access_token, token)
        self._answer(claim)
        self.assertEqual(self._states(claim)["response"], "met")

    def test_person_filed_under_the_wrong_company(self):
        """What was ordered by the person goes where the person goes."""
        ana = self.env["res.partner"].create(
            {"name": "Ana", "parent_id": self.customer.id}
        )
        line = self._delivered(10.0, partner=ana, invoice=False)
        claim = self._claim(partner_id=ana.id, order_id=line.order_id.id)
        ana.parent_id = self.double
        self.assertEqual(claim.commercial_partner_id, self.double)
        self.assertEqual(claim.partner_id, ana)
        self.assertIn(ana, claim.sudo().message_partner_ids)

    def test_archived_contact_is_nobody_to_write_to(self):
        ana = self.env["res.partner"].create(
            {"name": "Ana", "parent_id": self.customer.id}
        )
        claim = self._claim(partner_id=ana.id)
        ana.active = False
        self.assertIn(
            "Ana is archived: choose whom to write to.", self._open_activities(claim)
        )
        self._answer(claim, partner_ids=ana.ids)
        self.assertEqual(self._states(claim)["response"], "running")
        claim.partner_id = self.customer
        self._answer(claim)
        self.assertEqual(self._states(claim)["response"], "met")

    def test_tier_of_a_customer_without_account(self):
        """No account, no tier: the claim doesn't keep that of somebody else."""
        account = self._set_tier(self.tier_a)
        claim = self._claim(category_id=self.major.id)
        self.assertEqual(claim.tier_id, self.tier_a)
        account.unlink()
        self._escalate()
        self.assertFalse(claim.tier_id)
        self.assertEqual(self._clock(claim, "plan").target_hours, 12, "not loosened")

    def test_given_to_another_customer(self):
        """Filed under the wrong one: they hear of it no more, their link ends."""
        other = self._customer("Other Ltd")
        claim = self._claim()
        token = claim._portal_ensure_token()
        self.assertIn(self.customer, claim.message_partner_ids)
        claim.partner_id = other
        self.assertNotIn(self.customer, claim.message_partner_ids)
        self.assertIn(other, claim.message_partner_ids)
        self.assertNotEqual(claim._portal_ensure_token(), token)

    def test_goods_are_not_given_to_another_customer(self):
        line = self._delivered()
        claim = self._claim(
            line_ids=[Command.create({"sale_line_id": line.id, "quantity": 1})]
        )
        with self.assertRaisesRegex(ValidationError, "not of the customer"):
            claim.partner_id = self._customer("Other Ltd")


@tagged("post_install", "-at_install")
class TestClaimFollowPortal(ClaimPortalCase):
    def _status(self, user, claim):
        self._login(user)
        return self.url_open(f"/my/claims/{claim.id}").status_code

    def test_portal_follows_the_merger(self):
        """The people of the company that stays see the claims, nobody else."""
        double = self._customer("Lagos Trading Limited")
        theirs = self._portal("theirs", double)
        claim = self._claim()
        self.assertEqual(self._status(theirs, claim), 404)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.customer + double).ids, double)
        self.env.invalidate_all()
        self.assertEqual(self._status(theirs, claim), 200)
        self.assertEqual(self._status(self.buyer, claim), 200)
        self.assertEqual(self._status(self.stranger, claim), 404)

    def test_portal_of_somebody_who_left(self):
        """A portal user with a new employer, an old link in the mailbox."""
        claim = self._claim(partner_id=self.buyer.partner_id.id, order_id=self.order.id)
        url = claim.get_portal_url()
        self.buyer.partner_id.parent_id = self.stranger_firm
        self.assertEqual(self._status(self.buyer, claim), 404)
        self.assertEqual(self._status(self.stranger, claim), 404)
        self.assertEqual(self.url_open(url).status_code, 404)
