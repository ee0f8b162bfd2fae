from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditFollow(ExportCrmCommon):
    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((source + target).ids, target)

    def _is_held(self, partner):
        with self.assertRaisesRegex(UserError, "has been on credit hold since"):
            with self.cr.savepoint():
                self._quotation(partner).action_confirm()

    def test_merging_into_a_free_customer(self):
        hold, target = self._hold(), self._customer("Lagos Trading Limited")
        self._merge(self.customer, target)
        self.assertEqual(hold.partner_id, target)
        self._is_held(target)

    def test_merging_two_held_customers_keeps_the_oldest(self):
        target = self._customer("Lagos Trading Limited")
        self._late_payer(target)
        younger = self._check_payments(target)
        self._late_payer()
        older = self._check_payments()
        older.sudo()._decide({"opened_on": self._day(-5)})
        self._merge(self.customer, target)
        self.assertRecordValues(
            older + younger,
            [
                {"partner_id": target.id, "state": "open", "close_reason": False},
                {"partner_id": target.id, "state": "closed", "close_reason": "merged"},
            ],
        )
        self.assertEqual(len(older.evidence_ids), 4)
        # Nobody has decided yet: what was found counts on.
        self.assertFalse(any((older + younger).evidence_ids.mapped("consumed")))
        self._is_held(target)
        self.env.flush_all()

    def test_holds_of_two_companies_both_follow(self):
        other = self.setup_other_company(name="Other")["company"]
        target = self._customer("Lagos Trading Limited")
        here = self._hold()
        there = (
            self.env["export.crm.credit.hold"]
            .sudo()
            .create(
                {
                    "partner_id": target.id,
                    "company_id": other.id,
                    "note": "Unpaid there.",
                }
            )
        )
        self._merge(self.customer, target)
        self.assertRecordValues(
            here + there,
            [
                {"partner_id": target.id, "company_id": self.company.id},
                {"partner_id": target.id, "company_id": other.id},
            ],
        )
        self.assertEqual((here + there).mapped("blocking"), [True, True])

    def test_customer_given_to_a_parent(self):
        hold, parent = self._hold(), self._customer("Lagos Group")
        self.customer.parent_id = parent
        self.customer.is_company = False
        self.assertEqual(hold.partner_id, parent)
        self._is_held(parent)

    def test_contact_made_a_company_does_not_escape(self):
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.customer.id}
        )
        hold = self._hold()
        contact.is_company = True
        self.assertEqual(contact.commercial_partner_id, contact)
        self.assertIn(hold.name, contact.export_credit_hold_ids.note)
        self._is_held(contact)
        self._is_held(self.customer)

    def test_contact_taken_out_does_not_escape(self):
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.customer.id}
        )
        self._hold()
        contact.parent_id = False
        self._is_held(contact)

    def test_contacts_below_do_not_escape(self):
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.customer.id}
        )
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": branch.id}
        )
        self._hold()
        branch.is_company = True
        self.assertEqual(buyer.commercial_partner_id, branch)
        self._is_held(buyer)

    def test_archived_customer_stays_held(self):
        hold = self._hold()
        self.customer.action_archive()
        self._is_held(self.customer)
        self.customer.action_unarchive()
        self.assertTrue(hold.blocking)


@tagged("post_install", "-at_install")
class TestCreditSettled(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.export_credit_auto_release = True
        cls.invoices = [cls._invoice(cls.customer, due=-due) for due in (40, 30)]
        cls.hold = cls._check_payments()

    def _pass(self):
        self.env["export.crm.credit.hold"].sudo()._step_settled(
            self.company, self.customer.ids, self.company._export_today()
        )
        return self._check_payments()

    def test_paid_hold_ends_by_itself_and_only_then(self):
        self._pay(self.invoices[0])
        self._pass()
        self.assertTrue(self.hold.blocking)
        self._pay(self.invoices[1])
        self.assertFalse(self._pass())
        self.assertRecordValues(
            self.hold, [{"state": "closed", "close_reason": "settled"}]
        )

    def test_switched_off_a_controller_decides(self):
        self.company.export_credit_auto_release = False
        for invoice in self.invoices:
            self._pay(invoice)
        self._pass()
        self.assertTrue(self.hold.blocking)

    def test_undone_payment_holds_again_and_both_are_in_the_history(self):
        for invoice in self.invoices:
            self._pay(invoice)
        self._pass()
        lines = self.invoices[0].line_ids
        lines.remove_move_reconcile()
        again = self._pass()
        self.assertEqual(again.state, "open")
        self.assertEqual(len(again.evidence_ids), 2)
        self.assertEqual(self.customer.export_credit_hold_ids, self.hold + again)

    def test_credit_note_settles_like_a_payment(self):
        self._pay(self.invoices[0])
        invoice = self.invoices[1]
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": invoice.journal_id.id}).modify_moves()
        self._pass()
        self.assertEqual(self.hold.close_reason, "settled")

    def test_excused_is_not_paid(self):
        """A promise or a block lets nobody say that everything is paid."""
        self._pay(self.invoices[0])
        invoice = self.invoices[1]
        invoice.payment_state = "blocked"
        self._pass()
        self.assertTrue(self.hold.blocking)
        invoice.payment_state = "not_paid"
        line = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        promise = (
            self.env["export.crm.credit.promise"]
            .with_user(self.salesperson)
            .create(
                {
                    "move_line_id": line.id,
                    "promised_date": self._day(20),
                    "reason": "Their buyer said so.",
                }
            )
        )
        promise.with_user(self.controller).action_approve()
        self._pass()
        self.assertTrue(self.hold.blocking)
        self._pay(invoice, amount=955.0)
        self._pass()
        self.assertEqual(self.hold.close_reason, "settled")

    def test_undone_payment_holds_again_though_switched_off_since(self):
        for invoice in self.invoices:
            self._pay(invoice)
        self._pass()
        self.company.export_credit_auto_release = False
        self.invoices[0].line_ids.remove_move_reconcile()
        self.assertEqual(self._pass().state, "open")

    def test_manual_hold_never_ends_by_itself(self):
        other = self._customer("Other")
        hold = self._hold(other)
        self.env["export.crm.credit.hold"].sudo()._step_settled(
            self.company, other.ids, self.today
        )
        self.assertTrue(hold.blocking)


@tagged("post_install", "-at_install")
class TestCreditAudit(ExportCrmCommon):
    def test_every_step_leaves_a_row_whatever_the_client_says(self):
        self._late_payer()
        hold = self._check_payments().with_user(self.controller)
        hold = hold.with_context(tracking_disable=True, mail_notrack=True)
        order = self._quotation()
        order.with_user(self.salesperson).action_export_request_release()
        hold.action_evaluate()
        hold.review_date = self._day(7)
        hold.action_keep()
        self.env["export.crm.credit.release"].with_user(self.controller).with_context(
            tracking_disable=True
        ).create({"hold_id": hold.id, "reason": "Paid."})
        rows = self.env["export.crm.audit"].search([("hold_id", "=", hold.id)])
        self.assertEqual(
            rows.sorted("id").mapped("event"),
            ["opened", "requested", "evaluating", "kept", "released"],
        )
        self.assertEqual(rows[0].user_id, self.controller)
        self.assertEqual(rows[0].detail, "Paid.")

    def test_rows_never_change(self):
        self._hold()
        row = self.env["export.crm.audit"].search([], limit=1)
        for change in (
            lambda: row.with_user(self.controller).write({"summary": "x"}),
            lambda: row.sudo().write({"summary": "x"}),
            row.sudo().unlink,
        ):
            with self.assertRaisesRegex(UserError, "audit trail is never"):
                change()
        with self.assertRaises(AccessError):
            row.with_user(self.salesperson).read(["summary"])
