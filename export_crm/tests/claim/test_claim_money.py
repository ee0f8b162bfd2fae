from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClaimCase


@tagged("post_install", "-at_install")
class TestClaimMoney(ClaimCase):
    """Disputes, facts."""

    def _overdue_claim(self, amount=300.0):
        invoice = self._invoice(self.customer, 1000.0, due=-40)
        return self._claim(
            invoice_id=invoice.id,
            line_ids=[
                Command.create(
                    {"invoice_line_id": invoice.invoice_line_ids.id, "amount": amount}
                )
            ],
        )

    def _facts(self):
        accounts = self.env["export.crm.account"].sudo()
        return accounts._refresh_facts_of(self.customer, self.company)

    def _dispute(self, claim):
        return self.env["export.crm.credit.dispute"].browse(claim.action_dispute())

    def test_claim_alone_excuses_nothing(self):
        before = self._facts()
        figures = before.overdue_amount or 0.0, before.exposure or 0.0
        claim = self._overdue_claim()
        facts = self._facts()
        self.assertEqual(facts.overdue_amount, figures[0] + 1000.0)
        self.assertEqual(facts.exposure, figures[1] + 1000.0)
        dispute = self._dispute(claim)
        self.assertEqual(dispute.state, "open")
        self.assertEqual(self._facts().overdue_amount, figures[0] + 1000.0)
        self.assertEqual(self._facts().exposure, figures[1] + 1000.0)

    def test_accepted_amount_is_out_while_the_claim_is_open(self):
        claim = self._overdue_claim()
        dispute = self._dispute(claim)
        self.assertRecordValues(
            dispute,
            [{"amount": 300.0, "claim_id": claim.id, "partner_id": self.customer.id}],
        )
        dispute.with_user(self.controller).action_accept()
        facts = self._facts()
        self.assertEqual((facts.overdue_amount, facts.exposure), (700.0, 700.0))
        exposure = self.env["export.crm.account"]._live_exposure(
            self.company, self.customer.ids
        )
        self.assertEqual(exposure[self.customer.id], 700.0)
        self._answer(claim)
        claim.action_close()
        self.assertEqual(dispute.state, "closed")
        facts = self._facts()
        self.assertEqual((facts.overdue_amount, facts.exposure), (1000.0, 1000.0))

    def test_rejection_brings_it_back(self):
        dispute = self._dispute(self._overdue_claim())
        dispute.with_user(self.controller).action_reject()
        facts = self._facts()
        self.assertEqual((facts.overdue_amount, facts.exposure), (1000.0, 1000.0))

    def test_no_double_subtraction_after_a_credit(self):
        claim = self._overdue_claim()
        dispute = self._dispute(claim)
        dispute.with_user(self.controller).action_accept()
        invoice = claim.with_env(self.env).invoice_id
        credit = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": self.today,
                "reversed_entry_id": invoice.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": 300.0,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        credit.action_post()
        lines = (invoice | credit).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        facts = self._facts()
        self.assertEqual((facts.overdue_amount, facts.exposure), (700.0, 700.0))

    def test_open_dispute_ends_rejected_with_the_claim(self):
        claim = self._overdue_claim()
        dispute = self._dispute(claim)
        claim.action_cancel()
        self.assertEqual(dispute.state, "rejected")

    def test_accepted_dispute_outlives_a_merger(self):
        """The duplicate ends, what is disputed does not: not twice, not nothing."""
        claim = self._overdue_claim()
        self._dispute(claim).with_user(self.controller).action_accept()
        target = self._claim()
        (claim | target)._merge_into(target)
        dispute = target.sudo().dispute_ids
        self.assertRecordValues(dispute, [{"state": "accepted", "amount": 300.0}])
        facts = self._facts()
        self.assertEqual((facts.overdue_amount, facts.exposure), (700.0, 700.0))
        self._answer(target)
        target.action_close()
        self.assertEqual(dispute.state, "closed")
        self.assertEqual(self._facts().overdue_amount, 1000.0)

    def test_no_more_than_is_left(self):
        claim = self._overdue_claim(900.0)
        self._dispute(claim)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            claim.line_ids.amount = 0
            claim.action_dispute()

    def test_asked_twice_is_disputed_once(self):
        claim = self._overdue_claim()
        self._dispute(claim)
        with self.assertRaisesRegex(UserError, "Nothing is left"), self.cr.savepoint():
            claim.action_dispute()
        claim.line_ids.amount = 350
        self.assertEqual(self._dispute(claim).amount, 50)

    def test_goods_of_another_invoice_are_not_disputed_on_this_one(self):
        claim = self._overdue_claim()
        other = self._invoice(self.customer, 500.0, due=-40)
        claim.line_ids = [
            Command.create(
                {"invoice_line_id": other.invoice_line_ids.id, "amount": 200}
            )
        ]
        self.assertEqual(self._dispute(claim).amount, 300)

    def test_agent_cannot_accept(self):
        dispute = self._dispute(self._overdue_claim())
        with self.assertRaises(AccessError):
            dispute.with_user(self.agent).action_accept()

    # === LESS IS CLAIMED === #

    def _live(self):
        exposures = self.env["export.crm.account"]._live_exposure(
            self.company, self.customer.ids
        )
        return exposures[self.customer.id]

    def test_rejected_line_is_paid_the_same_minute(self):
        claim = self._overdue_claim()
        self._dispute(claim).with_user(self.controller).action_accept()
        self.assertEqual(self._live(), 700.0)
        claim.line_ids.rejected = True
        self.assertEqual(self._live(), 1000.0)
        facts = self._facts()
        self.assertEqual((facts.overdue_amount, facts.exposure), (1000.0, 1000.0))
        self.assertFalse(claim.sudo().dispute_ids)
        claim.line_ids.rejected = False
        self.assertEqual(self._live(), 1000.0, "a Controller decides anew")
        self.assertEqual(self._dispute(claim).amount, 300.0)

    def test_one_line_of_two_is_rejected(self):
        """What is left stays disputed, without a day in between; once."""
        claim = self._overdue_claim()
        line = claim.invoice_id.invoice_line_ids
        claim.line_ids = [Command.create({"invoice_line_id": line.id, "amount": 200})]
        dispute = self._dispute(claim)
        dispute.with_user(self.controller).action_accept()
        self.assertEqual(self._live(), 500.0)
        claim.line_ids[0].rejected = True
        self.assertRecordValues(
            claim.sudo().dispute_ids,
            [
                {
                    "state": "accepted",
                    "amount": 200.0,
                    "accepted_by_id": self.controller.id,
                    "accepted_on": self.today,
                }
            ],
        )
        self.assertRecordValues(
            dispute, [{"state": "closed", "amount": 500.0, "closed_on": self.today}]
        )
        self.assertEqual(self._live(), 800.0)
        with self.assertRaisesRegex(UserError, "Nothing is left"), self.cr.savepoint():
            claim.action_dispute()

    def test_less_or_nothing_is_claimed(self):
        claim = self._overdue_claim()
        dispute = self._dispute(claim)
        claim.line_ids.amount = 120
        self.assertRecordValues(dispute, [{"state": "open", "amount": 120.0}])
        dispute.with_user(self.controller).action_accept()
        self.assertEqual(self._live(), 880.0)
        claim.line_ids.unlink()
        self.assertEqual(self._live(), 1000.0)
        self.assertEqual(dispute.state, "closed")

    # === FACTS === #

    def test_unknown_without_claims(self):
        self._invoice(self.customer)
        self.env.cr.execute(
            "SELECT count(*) FROM export_crm_claim WHERE company_id = %s",
            [self.company.id],
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        facts = self._facts()
        self.assertIsNone(facts.claims_open_minor)
        self.assertIsNone(facts.claim_rate)

    def test_claims_by_severity(self):
        self._delivered()
        other = self._customer("Quiet Ltd")
        self._delivered(partner=other)
        for code in ("minor", "medium", "major", "critical", "critical"):
            self._claim(category_id=self._severity_once(code).id)
        self._claim(category_id=self._severity_once("major").id).action_cancel()
        closed = self._claim(category_id=self._severity_once("critical").id)
        self._answer(closed)
        closed.action_close()
        facts = self._facts()
        self.assertEqual(
            (
                facts.claims_open_minor,
                facts.claims_open_major,
                facts.claims_open_critical,
                facts.claims_closed_critical,
                facts.claims_365d,
                facts.claim_rate,
            ),
            (2, 1, 2, 1, 6, 6.0),
        )
        # Open 1 + 1 + 2 + 4 + 4, closed today 4.
        self.assertEqual((facts.claims_load, facts.claims_182d), (16.0, 6))
        accounts = self.env["export.crm.account"].sudo()
        quiet = accounts._refresh_facts_of(other, self.company)
        self.assertEqual((quiet.claims_open_minor, quiet.claims_365d), (0, 0))

    def test_closed_claims_fade(self):
        """Half after 180 days; the health of the customer follows."""
        self._delivered()
        claim = self._claim(
            category_id=self._severity("critical").id,
            opened_at=self._ago(days=190),
        )
        self._answer(claim)
        claim.action_close()
        claim.sudo().closed_at = self._ago(days=180)
        facts = self._facts()
        self.assertAlmostEqual(facts.claims_load, 2.0, 2)
        self.assertEqual((facts.claims_182d, facts.claims_prev_182d), (0, 1))

    def _severity_once(self, code):
        return self.env["export.crm.claim.category"].search(
            [("code", "=", f"test_{code}")]
        ) or self._severity(code)

    def test_claims_mark_their_customer(self):
        self._delivered()
        self.env.flush_all()
        self.env["export.crm.dirty"].search([]).unlink()
        self.env.cr.precommit.data.pop("export.crm.dirty", None)
        self._claim()
        self.env["export.crm.dirty"]._insert_marks()
        marks = self.env["export.crm.dirty"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertIn(self.customer, marks.partner_id)
