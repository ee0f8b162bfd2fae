from datetime import datetime, time

from odoo.tests import tagged

from .common import FactsCommon


@tagged("post_install", "-at_install")
class TestFactsLedger(FactsCommon):
    """Receivables, exposure, lateness and deliveries as of a day."""

    def _at(self, days):
        return self._facts(self.customer, self._day(days))

    def test_receivable_as_of_each_day(self):
        move = self._invoice(self.customer, 1000, due=-60)  # invoiced 90 days ago
        self._pay(move, on=-40, amount=300)
        self._pay(move, on=-20)
        self.assertEqual(self._at(-91).receivable_amount, 0.0)
        self.assertEqual(self._at(-90).receivable_amount, 1000.0)
        self.assertEqual(self._at(-41).receivable_amount, 1000.0)
        self.assertEqual(self._at(-40).receivable_amount, 700.0)
        self.assertEqual(self._at(-21).receivable_amount, 700.0)
        self.assertEqual(self._at(-20).receivable_amount, 0.0)
        self.assertEqual(self._at(0).receivable_amount, 0.0)

    def test_unapplied_payment_is_not_netted_into_the_receivable(self):
        self._invoice(self.customer, 1000, due=10)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 400,
                "date": self._day(-5),
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        account = self._at(0)
        self.assertEqual(account.receivable_amount, 1000.0)
        self.assertEqual(account.unapplied_amount, 400.0)
        self.assertEqual(account.exposure, 600.0)

    def test_confirmed_not_invoiced(self):
        order = self._order(self.customer, self._day(-10), 1000)
        self.assertEqual(self._at(-11).to_invoice_amount, 0.0)
        self.assertEqual(self._at(0).to_invoice_amount, 1000.0)
        move = order._create_invoices()
        self.assertEqual(order.invoice_status, "invoiced")
        # Odoo says invoiced, but the invoice is a draft: nobody owes it yet
        self.assertEqual(self._at(0).to_invoice_amount, 1000.0)
        move.invoice_date = self._day(-3)
        move.action_post()
        account = self._at(0)
        self.assertEqual(account.to_invoice_amount, 0.0)
        self.assertEqual(account.receivable_amount, 1000.0)
        self.assertEqual(account.exposure, 1000.0)
        # before the invoice it was not invoiced
        account = self._at(-4)
        self.assertEqual(account.to_invoice_amount, 1000.0)
        self.assertEqual(account.receivable_amount, 0.0)

    def test_partly_invoiced_order(self):
        order = self._order(
            self.customer,
            self._day(-10),
            lines=[
                {
                    "product_id": self.product.id,
                    "product_uom_qty": 10,
                    "price_unit": 100,
                }
            ],
        )
        move = order._create_invoices()
        move.invoice_line_ids.quantity = 4
        move.invoice_date = self._day(-5)
        move.action_post()
        account = self._at(0)
        self.assertEqual(account.to_invoice_amount, 600.0)
        self.assertEqual(account.exposure, 1000.0)

    def test_to_invoice_in_foreign_currency_at_the_orders_rate(self):
        currency = self.setup_other_currency(
            "CNY",
            rates=[
                (self._day(-30).isoformat(), 4.0),
                (self._day(-5).isoformat(), 8.0),
            ],
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "CNY", "currency_id": currency.id}
        )
        order = self._order(
            self.customer, self._day(-10), 1000, pricelist_id=pricelist.id
        )
        self.assertEqual(self._at(0).to_invoice_amount, 250.0)
        move = order._create_invoices()
        move.invoice_date = self._day(-3)
        move.action_post()
        account = self._at(0)
        # fully invoiced at another rate: no residue
        self.assertEqual(account.to_invoice_amount, 0.0)
        self.assertEqual(account.receivable_amount, 125.0)

    def test_to_invoice_counts_for_the_payer(self):
        payer = self._customer("Payer")
        self._order(self.customer, self._day(-1), 1000, partner_invoice_id=payer.id)
        self.assertEqual(self._at(0).to_invoice_amount, 0.0)
        account = self._facts(payer, self._day(0))
        self.assertEqual(account.to_invoice_amount, 1000.0)
        self.assertEqual(account.order_count, 0)

    def test_receivable_in_foreign_currency(self):
        currency = self.setup_other_currency(
            "CNY",
            rates=[
                (self._day(-90).isoformat(), 4.0),
                (self._day(-20).isoformat(), 5.0),
            ],
        )
        move = self._invoice(self.customer, 1000, due=-30, currency_id=currency.id)
        self._pay(move, on=-10, amount=500, currency_id=currency.id)
        self.assertEqual(self._at(-11).receivable_amount, 250.0)
        # 500 of 1,000 CNY left, at the invoice's rate
        self.assertEqual(self._at(0).receivable_amount, 125.0)

    def test_draft_and_cancelled_invoices_are_no_debt(self):
        move = self._invoice(self.customer, 1000, due=10)
        move.button_draft()
        self.assertEqual(self._at(0).receivable_amount, 0.0)

    def test_lateness_comes_in(self):
        self._late_payer()
        self._invoice(self.customer, 500, due=-40)
        account = self._at(0)
        self.assertEqual(account.late_run, 3)
        self.assertEqual(account.on_time_rate, 0.0)
        self.assertEqual(account.overdue_amount, 500.0)
        self.assertEqual(account.overdue_oldest_days, 40)
        self.assertGreater(account.days_late_avg, 20)
        before = self._at(-95)
        self.assertIsNone(before.on_time_rate)
        self.assertEqual(before.late_run, 0)

    def _goods_order(self, quantity):
        goods = self.env["product.product"].create(
            {
                "name": "Panel",
                "type": "consu",
                "is_storable": True,
                "uom_id": self.env.ref("uom.product_uom_unit").id,
            }
        )
        return self._order(
            self.customer,
            self._day(-20),
            lines=[
                {
                    "product_id": goods.id,
                    "product_uom_qty": quantity,
                    "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                    "price_unit": 10,
                }
            ],
        )

    def _done(self, picking, days):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        when = datetime.combine(self._day(days), time(12))
        picking.date_done = when
        picking.move_ids.date = when
        return picking

    def test_deliveries_and_returns_in_the_products_unit(self):
        order = self._goods_order(2)
        picking = self._done(order.picking_ids, -10)
        self.assertEqual(self._at(-11).delivery_count, 0)
        account = self._at(-5)
        self.assertEqual(account.delivery_count, 1)
        self.assertEqual(account.delivery_count_365d, 1)
        self.assertEqual(account.last_delivery_date, self._day(-10))
        self.assertEqual(account.delivered_qty_365d, 24.0)
        self.assertEqual(account.returned_qty_365d, 0.0)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_model="stock.picking", active_id=picking.id)
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.quantity = 6
        returned = wizard._create_return()
        self._done(returned, -3)
        account = self._at(0)
        self.assertEqual(account.returned_qty_365d, 6.0)
        self.assertEqual(account.delivered_qty_365d, 24.0)
        self.assertEqual(account.delivery_count, 1)
        self.assertEqual(account.last_delivery_date, self._day(-10))

    def test_ledger_is_the_companys_own(self):
        other = self.setup_other_company(name="Company 2")["company"]
        self._invoice(self.customer, 1000, due=-40)
        account = self._facts(self.customer, self._day(0), other)
        self.assertEqual(account.receivable_amount, 0.0)
        self.assertEqual(account.overdue_amount, 0.0)
        self.assertIsNone(account.on_time_rate)
