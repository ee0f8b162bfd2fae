from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestCoreDirty(AccountTestInvoicingCommon):
    """Every event that can change a figure marks its customer, at one INSERT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids |= cls.env.ref("stock.group_stock_manager")
        cls.company = cls.company_data["company"]
        cls.customer = cls.env["res.partner"].create(
            {"name": "Customer", "is_company": True}
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Contact", "parent_id": cls.customer.id}
        )
        cls.other = cls.env["res.partner"].create({"name": "Other", "is_company": True})
        cls.goods = cls.env["product.product"].create(
            {"name": "Goods", "type": "consu", "list_price": 10}
        )

    def setUp(self):
        super().setUp()
        self.marked()

    def marked(self):
        """Commit for the hooks; return and forget ``{(partner, company)}``."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM export_crm_dirty RETURNING *")
        rows = self.env.cr.dictfetchall()
        self.assertTrue(all(row["marked_at"] for row in rows))
        pairs = [(row["partner_id"], row["company_id"]) for row in rows]
        self.assertEqual(len(pairs), len(set(pairs)), "one row each per transaction")
        return set(pairs)

    def assert_marked(self, *partners, company=None):
        company = company or self.company
        self.assertEqual(
            self.marked(), {(partner.id, company.id) for partner in partners}
        )

    def invoice(self, partner=None, post=True, **values):
        return self._create_invoice_one_line(
            price_unit=100,
            partner_id=partner or self.contact,
            invoice_date="2025-01-10",
            tax_ids=[],
            post=post,
            **values,
        )

    def order(self, partner=None, confirm=True):
        return self._create_sale_order_one_line(
            product_id=self.goods,
            price_unit=10,
            product_uom_qty=2,
            partner_id=partner or self.contact,
            confirm=confirm,
        )

    # === LEDGER === #

    def test_draft_invoice_marks_nobody(self):
        self.invoice(post=False)
        self.assertFalse(self.marked())

    def test_posting_marks_commercial_customer(self):
        self.invoice()
        self.assert_marked(self.customer)

    def test_vendor_bill_marks_nobody(self):
        self.invoice(move_type="in_invoice")
        self.assertFalse(self.marked())

    def test_reset_cancel(self):
        invoice = self.invoice()
        self.marked()
        invoice.button_draft()
        self.assert_marked(self.customer)
        invoice.button_cancel()
        self.assertFalse(self.marked(), "a draft never counted")

    def test_credit_note(self):
        invoice = self.invoice()
        self.marked()
        self._reverse_invoice(invoice, post=True)
        self.assert_marked(self.customer)

    def test_block_and_unblock(self):
        invoice = self.invoice()
        self.marked()
        invoice.action_toggle_block_payment()
        self.assert_marked(self.customer)
        invoice.action_toggle_block_payment()
        self.assert_marked(self.customer)

    def test_no_followup(self):
        invoice = self.invoice()
        self.marked()
        invoice.no_followup = True
        self.assert_marked(self.customer)

    def test_due_date_of_instalment(self):
        invoice = self.invoice()
        self.marked()
        line = invoice.line_ids.filtered(lambda aml: aml.display_type == "payment_term")
        line.date_maturity = "2025-03-01"
        self.assert_marked(self.customer)

    def test_due_date_of_invoice(self):
        invoice = self.invoice(invoice_payment_term_id=False)
        self.marked()
        invoice.invoice_date_due = "2025-03-01"
        self.assert_marked(self.customer)

    def test_other_change_of_posted_invoice_marks_nobody(self):
        invoice = self.invoice()
        self.marked()
        invoice.ref = "abc"
        invoice.line_ids[0].name = "def"
        self.assertFalse(self.marked())

    def test_payment_and_its_undoing(self):
        invoice = self.invoice()
        self.marked()
        self._register_payment(invoice)
        self.assert_marked(self.customer)
        self.assertTrue(invoice.matched_payment_ids)
        partials = invoice.line_ids.matched_credit_ids
        if partials:
            partials.unlink()
            self.assert_marked(self.customer)

    def test_reconcile_and_undo_with_entry(self):
        """The hook on reconciliations alone: nothing is posted here."""
        invoice = self.invoice()
        receivable = invoice.line_ids.filtered(
            lambda aml: aml.account_id.account_type == "asset_receivable"
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2025-01-20",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.customer.id,
                            "credit": 100,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "debit": 100,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self.assert_marked(self.customer)
        (receivable | entry.line_ids[0]).reconcile()
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_marked(self.customer)
        receivable.matched_credit_ids.unlink()
        self.assert_marked(self.customer)

    def test_line_added_to_and_taken_from_posted_entry(self):
        """A bank statement's counterpart: an advance without an invoice."""
        journal = self.company_data["default_journal_bank"]
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": "2025-01-20",
                "payment_ref": "advance",
                "amount": 70,
            }
        )
        self.assertFalse(self.marked(), "the bank does not know who paid")
        move = statement_line.move_id
        self.assertEqual(move.state, "posted")
        suspense = move.line_ids.filtered(
            lambda aml: aml.account_id == journal.suspense_account_id
        )
        receivable = {
            "account_id": self.company_data["default_account_receivable"].id,
            "partner_id": self.customer.id,
            "credit": 70,
        }
        move.with_context(force_delete=True, skip_readonly_check=True).write(
            {"line_ids": [Command.delete(suspense.id), Command.create(receivable)]}
        )
        self.assert_marked(self.customer)

    def test_wire_in_transit_marks_by_its_state(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.contact.id,
                "amount": 30,
            }
        )
        self.assertFalse(self.marked(), "a draft payment says nothing")
        with patch.object(
            self.registry["account.move"], "_export_mark_dirty", lambda self: None
        ):
            payment.action_post()
            self.assert_marked(self.customer)
            payment.action_draft()
            self.assert_marked(self.customer)

    def test_deleted_wire(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.contact.id,
                "amount": 30,
            }
        )
        payment.action_post()
        self.marked()
        payment.move_id.button_draft()
        self.marked()
        payment.unlink()
        self.assert_marked(self.customer)

    def test_posted_invoice_deleted_by_force(self):
        invoice = self.invoice()
        self.marked()
        with patch.object(
            # What the deletion does to the lines must not hide this hook.
            self.registry["account.move.line"],
            "write",
            lambda self, vals: True,
        ):
            invoice.with_context(force_delete=True).unlink()
        self.assert_marked(self.customer)

    def test_vendor_payment_marks_nobody(self):
        self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.contact.id,
                "amount": 30,
            }
        ).action_post()
        self.assertFalse(self.marked())

    # === ORDERS AND DELIVERIES === #

    def test_quotation_marks_nobody(self):
        self.order(confirm=False)
        self.assertFalse(self.marked())

    def test_order_confirmed_cancelled(self):
        order = self.order()
        self.assert_marked(self.customer)
        order._action_cancel()
        self.assert_marked(self.customer)
        order.unlink()
        self.assert_marked(self.customer)

    def test_order_created_confirmed(self):
        self.env["sale.order"].create({"partner_id": self.customer.id, "state": "sale"})
        self.assert_marked(self.customer)

    def test_order_turned_into_a_sample_and_back(self):
        """The kind decides whether an order is a purchase."""
        quotation = self.order(confirm=False)
        quotation.export_kind = "sample"
        self.assertFalse(self.marked())
        order = self.order()
        self.marked()
        order.export_kind = "sample"
        self.assert_marked(self.customer)
        order.export_kind = "order"
        self.assert_marked(self.customer)

    def test_order_amount(self):
        order = self.order()
        self.marked()
        order.order_line.product_uom_qty = 3
        self.assert_marked(self.customer)
        order.order_line.price_unit = 3
        self.assert_marked(self.customer)
        order.order_line.create(
            {"order_id": order.id, "product_id": self.goods.id, "product_uom_qty": 1}
        )
        self.assert_marked(self.customer)
        with patch.object(
            # Delivery lines, for one, may be deleted from a confirmed order.
            self.registry["sale.order.line"],
            "_check_line_unlink",
            lambda lines: lines.browse(),
        ):
            order.order_line[1].unlink()
        self.assert_marked(self.customer)
        order.order_line.name = "marks nobody"
        self.assertFalse(self.marked())

    def test_payer_is_marked_too(self):
        order = self.order(confirm=False)
        order.partner_invoice_id = self.other
        order.action_confirm()
        self.assert_marked(self.customer, self.other)

    def test_order_changes_customer(self):
        order = self.order()
        self.marked()
        order.write({"partner_id": self.other.id, "partner_invoice_id": self.other.id})
        self.assert_marked(self.customer, self.other)

    def test_delivery(self):
        order = self.order()
        self.marked()
        order.picking_ids.move_ids.quantity = 2
        order.picking_ids.move_ids.picked = True
        with patch.object(
            # What the delivery changes on the order must not hide this hook.
            self.registry["sale.order.line"],
            "write",
            lambda self, vals: True,
        ):
            order.picking_ids.button_validate()
        self.assertEqual(order.picking_ids.state, "done")
        self.assert_marked(self.customer)

    # === CUSTOMERS === #

    def marked_in_company(self):
        return {
            partner_id
            for partner_id, company_id in self.marked()
            if company_id == self.company.id
        }

    def test_reparented_contact_marks_old_and_new(self):
        self.contact.parent_id = self.other
        marked = self.marked()
        companies = self.env["res.company"].search([])
        self.assertEqual(
            marked,
            {
                (partner.id, company.id)
                for partner in self.customer | self.other
                for company in companies
            },
        )

    def test_customer_becomes_contact(self):
        self.customer.write({"is_company": False, "parent_id": self.other.id})
        self.assertEqual(self.marked_in_company(), {self.customer.id, self.other.id})

    def test_contact_becomes_customer(self):
        self.contact.is_company = True
        self.assertEqual(self.marked_in_company(), {self.customer.id, self.contact.id})

    def test_same_parent_again_marks_nobody(self):
        self.contact.write({"parent_id": self.customer.id, "name": "Same"})
        self.assertFalse(self.marked())

    def test_credit_limit(self):
        self.customer.credit_limit = 1000
        self.assert_marked(self.customer)

    def test_merge_marks_the_one_that_stays(self):
        extra = self.env["res.partner"].create({"name": "Double", "is_company": True})
        self.invoice(partner=extra)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (extra | self.other).ids, self.other
        )
        self.assertEqual(self.marked_in_company(), {self.other.id})

    # === HOW === #

    def test_two_companies(self):
        other_company = self.setup_other_company(name="Second")["company"]
        self.marked()
        self.invoice(company_id=other_company)
        self.assert_marked(self.customer, company=other_company)

    def assert_hooks_cost_nothing(self, action, records):
        """Each action runs as many queries with the hooks as without them."""

        def queries(record):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            action(record)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def bare(record):
            with (
                self.without_hook("account.move"),
                self.without_hook("account.move.line"),
                self.without_hook("account.payment"),
            ):
                return queries(record)

        action(records[0])
        self.marked()
        # By turns, and the smaller of two each: sequences and caches are still warming
        # up in the first, whatever ran before.
        hooked, without = queries(records[1]), bare(records[2])
        hooked = min(hooked, queries(records[3]))
        without = min(without, bare(records[4]))
        self.assertEqual(hooked, without)
        before = self.env.cr.sql_log_count
        self.env["export.crm.dirty"]._insert_marks()
        self.assertEqual(self.env.cr.sql_log_count - before, 1)
        self.assert_marked(self.customer)

    def without_hook(self, model):
        return patch.object(
            self.registry[model], "_export_mark_dirty", lambda self: None
        )

    def test_posting_costs_one_statement(self):
        invoices = [self.invoice(post=False) for _index in range(5)]
        self.assert_hooks_cost_nothing(lambda move: move.action_post(), invoices)

    def test_payment_costs_one_statement(self):
        invoices = [self.invoice() for _index in range(5)]
        self.assert_hooks_cost_nothing(self._register_payment, invoices)

    def test_wakes_the_scheduler_once(self):
        cron = self.env.ref("export_crm.export_crm_payment_delay_cron")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        self.env["export.crm.dirty"]._mark(self.customer | self.other, self.company)
        self.env["export.crm.dirty"]._mark(self.contact, self.company)
        self.env.cr.precommit.run()
        self.assertEqual(len(triggers.search([("cron_id", "=", cron.id)])), 1)

    def test_no_trigger_for_inactive_cron(self):
        cron = self.env.ref("export_crm.export_crm_payment_delay_cron")
        cron.active = False
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.env["export.crm.dirty"]._mark(self.customer, self.company)
        self.assert_marked(self.customer)
        self.assertFalse(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        )

    def test_deleted_partner_is_left_out(self):
        gone = self.env["res.partner"].create({"name": "Gone"})
        self.env["export.crm.dirty"]._mark(gone | self.customer, self.company)
        gone.unlink()
        self.assert_marked(self.customer)

    def test_rolled_back_transaction_marks_nobody(self):
        self.env["export.crm.dirty"]._mark(self.customer, self.company)
        self.env.cr.clear()
        self.assertFalse(self.marked())
