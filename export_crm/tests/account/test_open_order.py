from odoo import Command
from odoo.tests import tagged

from .open_order_common import OpenOrderCommon


@tagged("post_install", "-at_install")
class TestOpenOrder(OpenOrderCommon):
    """Confirmed and not invoiced, counted by pieces, as on the order."""

    def _delivered_and_invoiced(self, **values):
        order = self._goods(**values)
        self._send(order.order_line, 10)
        return order.order_line, self._bill({order.order_line: 10})

    def test_allowance_is_no_new_open_order(self):
        """The limit is free again once the customer owes nothing."""
        for kind, policy in self.products:
            with self.subTest(kind=kind, policy=policy):
                line, bill = self._delivered_and_invoiced(kind=kind, policy=policy)
                note = self._credit_pieces({line: 1})
                (bill + note).line_ids.filtered(
                    lambda item: item.account_type == "asset_receivable"
                ).reconcile()
                self.assertEqual(self._to_invoice(), 0.0)
                self.assertEqual(self._pay(bill).amount, 900.0)
                account = self._facts(self.customer, self._day(0))
                self.assertEqual((account.exposure, account.receivable_amount), (0, 0))

    def test_allowance_on_a_service_whose_delivery_nobody_notes(self):
        line = self._goods(kind="service").order_line
        bill = self._bill({line: 10})
        self._credit_pieces({line: 1})
        self.assertEqual(self._to_invoice(), 0.0)
        bill._reverse_moves([{"invoice_date": self._day(0)}])  # a draft: nothing yet
        self.assertEqual(self._to_invoice(), 0.0)

    def test_service_credited_in_full_is_to_be_invoiced_again(self):
        line = self._goods(kind="service").order_line
        bill = self._bill({line: 10})
        bill._reverse_moves([{"invoice_date": self._day(0)}], cancel=True)
        self.assertEqual(self._to_invoice(), 1000.0)

    def test_price_correction_before_delivery(self):
        line = self._goods().order_line
        self._bill({line: 10})
        self._credit_pieces({line: 10}, price_unit=10.0)
        self.assertEqual(self._to_invoice(), 0.0)

    def test_undelivered_pieces_credited_are_open_until_they_are_sent(self):
        line = self._goods().order_line
        self._bill({line: 10})
        self._send(line, 6)
        self.assertEqual(self._to_invoice(), 0.0)
        self._credit_pieces({line: 4})
        self.assertEqual(self._to_invoice(), 400.0)

    def test_invoice_reversed_before_delivery(self):
        line = self._goods().order_line
        bill = self._bill({line: 10})
        bill._reverse_moves([{"invoice_date": self._day(0)}], cancel=True)
        self.assertEqual(self._to_invoice(), 1000.0)
        self._bill({line: 10})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_credited_after_delivery_and_invoiced_anew(self):
        line, bill = self._delivered_and_invoiced()
        bill._reverse_moves([{"invoice_date": self._day(0)}], cancel=True)
        self.assertEqual(self._to_invoice(), 0.0)
        anew = self._bill({line: 10}, post=False)
        self.assertEqual(self._to_invoice(), 1000.0)
        anew.action_post()
        self.assertEqual(self._to_invoice(), 0.0)

    def test_returned_pieces(self):
        line, _bill = self._delivered_and_invoiced()
        self._take_back(line, 2)
        self.assertEqual(self._to_invoice(), 0.0)
        self._credit_pieces({line: 2})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_returned_before_the_invoice(self):
        line = self._goods().order_line
        self._send(line, 10)
        self._take_back(line, 2)
        self.assertEqual(self._to_invoice(), 800.0)

    def test_exchanged_pieces_are_open_until_invoiced(self):
        line, _bill = self._delivered_and_invoiced()
        self._take_back(line, 2, again=True)
        self.assertEqual(self._to_invoice(), 0.0)
        self._credit_pieces({line: 2})
        self.assertEqual(self._to_invoice(), 200.0)
        self._send(line, 2)
        self.assertEqual(self._to_invoice(), 200.0)
        self._bill({line: 2})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_other_price_takes_its_quantity(self):
        line = self._goods().order_line
        self._bill({line: 4}, price_unit=150.0)
        self.assertEqual(self._to_invoice(), 600.0)
        self._bill({line: 6}, price_unit=1.0)
        self.assertEqual(self._to_invoice(), 0.0)

    def test_over_delivery_counts_where_it_is_invoiced(self):
        for policy, more in (("order", 0.0), ("delivery", 200.0)):
            line = self._goods(kind="service", policy=policy).order_line
            line.qty_delivered = 12
            self._bill({line: 10})
            self.assertEqual(self._to_invoice(), more)
        line = self._goods(policy="delivery").order_line
        self._send(line, 12)
        self.assertEqual(self._to_invoice(), 1400.0)

    def test_rest_that_is_not_sent_is_open_as_far_as_it_is_invoiced(self):
        for policy, left in (("order", 1000.0), ("delivery", 600.0)):
            line = self._goods(policy=policy).order_line
            self._send(line, 6, rest=False)
            self.assertEqual(self._to_invoice(), left)
            self._bill({line: left / 100})

    def test_invoice_reset_and_cancelled(self):
        line = self._goods().order_line
        bill = self._bill({line: 10})
        payment = self._pay(bill, amount=400.0)
        account = self._facts(self.customer, self._day(0))
        self.assertEqual((account.receivable_amount, account.exposure), (600, 600))
        bill.button_draft()
        self.assertTrue(payment.move_id.line_ids.matched_debit_ids)
        self.assertEqual(self._to_invoice(), 1000.0)
        account = self._facts(self.customer, self._day(0))
        self.assertRecordValues(
            account,
            [{"receivable_amount": 0, "unapplied_amount": 400, "exposure": 600}],
        )
        bill.button_cancel()
        self.assertEqual(self._to_invoice(), 1000.0)

    def test_credit_note_reset_leaves_the_invoice_open(self):
        line, bill = self._delivered_and_invoiced()
        note = bill._reverse_moves([{"invoice_date": self._day(0)}], cancel=True)
        account = self._facts(self.customer, self._day(0))
        self.assertEqual(account.receivable_amount, 0.0)
        note.button_draft()
        self.assertEqual(self._to_invoice(), 0.0)
        account = self._facts(self.customer, self._day(0))
        self.assertEqual((account.receivable_amount, account.exposure), (1000, 1000))
        self.assertTrue(line)

    def test_down_payment_until_it_is_deducted(self):
        order = self._goods()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": 300.0})
        )
        deposit = wizard._create_invoices(order)
        self.assertEqual(self._to_invoice(), 1000.0)
        deposit.action_post()
        self.assertEqual(self._to_invoice(), 700.0)
        final = order._create_invoices(final=True)
        self.assertEqual(self._to_invoice(), 700.0)
        final.action_post()
        self.assertEqual(final.amount_total, 700.0)
        self.assertEqual(self._to_invoice(), 0.0)
        deposit.button_draft()
        self.assertEqual(self._to_invoice(), 0.0)

    def test_discounts_and_sections(self):
        line = {"discount": 10.0, "product_uom_qty": 10}
        order = self._goods(
            {"display_type": "line_section", "name": "Lamps", "product_id": False}
            | {"product_uom_qty": 0, "price_unit": 0},
            line,
            {"product_uom_qty": 1, "price_unit": -50.0},
            {"display_type": "line_note", "name": "With care", "product_id": False}
            | {"product_uom_qty": 0, "price_unit": 0},
        )
        self.assertEqual(order.amount_total, 850.0)
        self.assertEqual(self._to_invoice(), 850.0)
        goods, discount = order.order_line.filtered("product_id")
        self._bill({goods: 5})
        self.assertEqual(self._to_invoice(), 400.0)
        self._bill({goods: 1, discount: 1})
        self.assertEqual(self._to_invoice(), 360.0)
        self._bill({goods: 4})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_deduction_invoiced_first_leaves_more_than_the_total(self):
        order = self._goods({}, {"product_uom_qty": 1, "price_unit": -200.0})
        self._bill({order.order_line[0]: 2, order.order_line[1]: 1})
        self.assertEqual(self._to_invoice(), 800.0)

    def test_line_of_negative_quantity(self):
        order = self._goods({}, {"product_uom_qty": -2})
        self.assertEqual(self._to_invoice(), 800.0)
        goods, back = order.order_line
        self._bill({goods: 10, back: -2})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_tax_is_included(self):
        tax = self.company_data["default_tax_sale"]
        order = self._goods({"tax_ids": [Command.set(tax.ids)]}, policy="delivery")
        line = order.order_line
        self._bill({line: 4})
        self.assertEqual(self._to_invoice(), 690.0)
        self.assertEqual(tax.amount, 15.0)

    def test_goods_added_to_the_transfer(self):
        """Odoo adds a line of which nothing was ordered, so it has no total."""
        tax = self.company_data["default_tax_sale"]
        order = self._goods(policy="delivery")
        order.order_line = [
            Command.create(
                {
                    "product_id": self.products["service", "delivery"].id,
                    "product_uom_qty": 0,
                    "qty_delivered": 3,
                    "price_unit": 20.0,
                    "tax_ids": [Command.set(tax.ids)],
                }
            )
        ]
        self.assertEqual(self._to_invoice(), 1069.0)

    def test_foreign_order_at_its_own_rate(self):
        currency = self.setup_other_currency(
            "CNY", rates=[(self._day(-30).isoformat(), 4.0)]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "CNY", "currency_id": currency.id}
        )
        line = self._goods(pricelist_id=pricelist.id).order_line
        self.assertEqual(self._to_invoice(), 250.0)
        # Invoiced in another currency: pieces are pieces.
        bill = self._bill({line: 4}, post=False)
        bill.currency_id = self.company.currency_id
        bill.action_post()
        self.assertEqual(self._to_invoice(), 150.0)
        self.assertEqual(self.accounts._open_of_order(line.order_id), 600.0)

    def test_order_edited_after_the_invoice(self):
        line = self._goods(policy="delivery", kind="service").order_line
        self._bill({line: 4})
        line.price_unit = 50.0
        self.assertEqual(self._to_invoice(), 300.0)
        line.product_uom_qty = 12
        self.assertEqual(self._to_invoice(), 400.0)
        line.product_uom_qty = 3
        self.assertEqual(self._to_invoice(), 0.0)

    def test_other_lines_of_the_invoice_cover_nothing(self):
        line = self._goods().order_line
        self._bill({line: 4}).invoice_line_ids.copy({"sale_line_ids": False})
        bill = self._bill({line: 1}, post=False)
        bill.invoice_line_ids = [
            Command.create({"name": "Freight", "quantity": 1, "price_unit": 500.0})
        ]
        bill.action_post()
        self.assertEqual(self._to_invoice(), 500.0)

    def test_one_invoice_of_two_orders(self):
        first = self._goods().order_line
        second = self._goods(kind="service", policy="delivery").order_line
        self._bill({first: 10, second: 3})
        self.assertEqual(self._to_invoice(), 700.0)
        self._credit_pieces({first: 10, second: 3})
        self.assertEqual(self._to_invoice(), 2000.0)

    def test_invoice_in_dozens(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        line = self._goods({"product_uom_qty": 36}).order_line
        self._bill({line: 2}, product_uom_id=dozen.id, price_unit=1200.0)
        self.assertEqual(self._to_invoice(), 1200.0)
        self._bill({line: 1}, product_uom_id=dozen.id, price_unit=1200.0)
        self.assertEqual(self._to_invoice(), 0.0)
        line = self._goods({"product_uom_qty": 3, "product_uom_id": dozen.id})
        self._bill({line.order_line: 3 / 12})
        self.assertEqual(self._to_invoice(), 275.0)
        self._send(line.order_line, 3)
        self._bill({line.order_line: 33 / 12})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_credit_note_of_no_order_changes_nothing(self):
        line = self._goods().order_line
        self._bill({line: 10})
        self._credit(self.customer, self._day(0), 300.0)
        self.assertEqual(self._to_invoice(), 0.0)

    def test_parts_of_a_kit_move(self):
        line = self._goods().order_line
        parts = [self.products["consu", "delivery"], self.product]
        move = line.move_ids
        moves = move.copy({"product_id": parts[0].id, "sale_line_id": line.id})
        moves |= move.copy({"product_id": parts[0].id, "sale_line_id": line.id})
        move._action_cancel()
        moves._action_confirm(merge=False)
        self._bill({line: 10})
        self._credit_pieces({line: 10})
        self.assertEqual(self._to_invoice(), 1000.0)
        moves._action_cancel()
        self.assertEqual(self._to_invoice(), 0.0)

    def test_credited_before_it_was_sent(self):
        """An allowance is for goods that the customer had; the day tells."""
        line = self._goods().order_line
        self.on = -1
        self._bill({line: 10})
        self._credit_pieces({line: 10})
        self.assertEqual(self._to_invoice(), 1000.0)
        self.on = 0
        self._send(line, 3)
        self.assertEqual(self._to_invoice(), 1000.0)
        self._send(line, 7)
        self.assertEqual(self._to_invoice(), 1000.0)
        self._bill({line: 10})
        self.assertEqual(self._to_invoice(), 0.0)

    def test_allowance_before_the_rest_is_invoiced_and_sent(self):
        line = self._goods().order_line
        self.on = -1
        self._send(line, 5)
        self._bill({line: 5})
        self._credit_pieces({line: 1})
        self.assertEqual(self._to_invoice(), 500.0)
        self.on = 0
        self._bill({line: 5})
        self.assertEqual(self._to_invoice(), 0.0)
        self._send(line, 5)
        self.assertEqual(self._to_invoice(), 0.0)
