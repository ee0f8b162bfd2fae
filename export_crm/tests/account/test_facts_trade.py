from datetime import date, datetime

from odoo import Command
from odoo.tests import tagged

from .common import AS_OF, FactsCommon


@tagged("post_install", "-at_install")
class TestFactsTrade(FactsCommon):
    """Purchases and revenue: what counts, when, for whom, in which currency."""

    def test_windows_include_the_as_of_day_and_stop_at_their_first_day(self):
        days = {
            "2024-06-30": 1.0,  # the as-of day
            "2024-04-01": 2.0,  # first day of the last 91
            "2024-03-31": 4.0,  # last day of the 91 before
            "2024-01-01": 8.0,  # first day of the last 182 and of the 91 before
            "2023-12-31": 16.0,  # last day of the 182 before
            "2023-07-02": 32.0,  # first day of the last 365 (2024 is a leap year)
            "2023-07-01": 64.0,  # last day of the 365 before
            "2022-07-02": 128.0,  # first day of the 365 before
            "2022-07-01": 256.0,
        }
        for day, amount in days.items():
            self._order(self.customer, day, amount)
        account = self._facts(self.customer)
        self.assertRecordValues(
            account,
            [
                {
                    "as_of": AS_OF,
                    "first_order_date": date(2022, 7, 1),
                    "last_order_date": AS_OF,
                    "order_count": 9,
                    "orders_91d": 2,
                    "orders_prev_91d": 2,
                    "orders_182d": 4,
                    "orders_prev_182d": 1,
                    "orders_365d": 6,
                    "orders_prev_365d": 2,
                    "revenue_91d": 3.0,
                    "revenue_prev_91d": 12.0,
                    "revenue_182d": 15.0,
                    "revenue_prev_182d": 16.0,
                    "revenue_365d": 63.0,
                    "revenue_prev_365d": 192.0,
                    "revenue_total": 511.0,
                }
            ],
        )

    def test_regularity(self):
        for day in ("2024-01-01", "2024-01-11", "2024-02-10", "2024-06-20"):
            self._order(self.customer, day)
        account = self._facts(self.customer)
        # intervals 10, 30, 131
        self.assertAlmostEqual(account.interval_mean, 57.0, places=6)
        self.assertAlmostEqual(account.interval_cv, 1.1379, places=4)
        self.assertEqual(account.gap_longest, 131)
        self.assertEqual(account.gap_open, 10)
        self.assertEqual(account.order_average, 100.0)

    def test_one_order_has_no_interval(self):
        self._order(self.customer, "2024-06-20")
        account = self._facts(self.customer)
        self.assertIsNone(account.interval_mean)
        self.assertIsNone(account.interval_cv)
        self.assertIsNone(account.gap_longest)
        self.assertEqual(account.gap_open, 10)

    def test_two_orders_have_an_interval_but_no_variation(self):
        self._order(self.customer, "2024-06-10")
        self._order(self.customer, "2024-06-20")
        account = self._facts(self.customer)
        self.assertEqual(account.interval_mean, 10)
        self.assertIsNone(account.interval_cv)

    def test_orders_of_one_day_count_once_and_their_amounts_add_up(self):
        contact = self._customer("Buyer", is_company=False, parent_id=self.customer.id)
        self._order(self.customer, datetime(2024, 6, 20, 1), 100)
        self._order(self.customer, datetime(2024, 6, 20, 23), 200)
        self._order(contact, datetime(2024, 6, 20, 12), 300)
        account = self._facts(self.customer)
        self.assertEqual(account.order_count, 1)
        self.assertEqual(account.revenue_365d, 600.0)
        self.assertEqual(account.order_average, 600.0)

    def test_what_is_no_purchase(self):
        self._order(self.customer, "2024-06-01", 100)
        self._order(self.customer, "2024-06-02", 0.0)
        self._order(self.customer, "2024-06-03", 50, export_kind="sample")
        self._order(self.customer, "2024-06-04", 50, export_kind="replacement")
        self._order(self.customer, "2024-06-05", 50, confirm=False)
        self._order(self.customer, "2024-06-06", 50)._action_cancel()
        account = self._facts(self.customer)
        self.assertEqual(account.order_count, 1)
        self.assertEqual(account.last_order_date, date(2024, 6, 1))
        self.assertEqual(account.revenue_365d, 100.0)

    def test_foreign_currency_at_the_documents_own_date(self):
        currency = self.setup_other_currency(
            "CNY", rates=[("2024-01-01", 4.0), ("2024-06-01", 8.0)]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "CNY", "currency_id": currency.id}
        )
        self._order(self.customer, "2024-05-31", 1000, pricelist_id=pricelist.id)
        self._order(self.customer, "2024-06-01", 1000, pricelist_id=pricelist.id)
        self._credit(self.customer, "2024-05-31", 100, currency_id=currency.id)
        account = self._facts(self.customer)
        self.assertEqual(account.revenue_365d, 250.0 + 125.0 - 25.0)
        # a later rate changes nothing
        self.env["res.currency.rate"].create(
            {"name": "2024-06-15", "rate": 2.0, "currency_id": currency.id}
        )
        self.assertEqual(self._facts(self.customer).revenue_365d, 350.0)
        self.assertEqual(account.usual_currency_id, currency)

    def test_each_document_is_rounded_once(self):
        currency = self.setup_other_currency("CNY", rates=[("2024-01-01", 3.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "CNY", "currency_id": currency.id}
        )
        for day in ("2024-06-01", "2024-06-02", "2024-06-03"):
            self._order(self.customer, day, 100, pricelist_id=pricelist.id)
        self.assertEqual(self._facts(self.customer).revenue_365d, 99.99)

    def test_credit_notes_count_at_their_own_date(self):
        self._order(self.customer, "2024-01-15", 1000)
        self._credit(self.customer, "2024-05-15", 300)
        self._credit(self.customer, "2024-07-01", 50)  # after the as-of day
        account = self._facts(self.customer)
        self.assertEqual(account.revenue_91d, -300.0)
        self.assertEqual(account.revenue_prev_91d, 1000.0)
        self.assertEqual(account.revenue_365d, 700.0)
        self.assertEqual(account.order_count, 1)

    def _invoice_order(self, order, day):
        move = order._create_invoices()
        move.invoice_date = day
        move.action_post()
        return move

    def _reverse(self, move, day):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": day})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.invoice_date = day
        refund.action_post()
        return refund

    def test_credit_note_of_a_cancelled_order_takes_nothing_twice(self):
        self._order(self.customer, "2024-05-01", 1000)
        order = self._order(self.customer, "2024-05-02", 400)
        self._reverse(self._invoice_order(order, "2024-05-03"), "2024-05-10")
        self.assertEqual(self._facts(self.customer).revenue_365d, 1000.0)
        order._action_cancel()
        self.assertEqual(self._facts(self.customer).revenue_365d, 1000.0)

    def test_credit_note_of_a_sample_takes_no_revenue(self):
        self._order(self.customer, "2024-05-01", 1000)
        sample = self._order(self.customer, "2024-05-02", 40, export_kind="sample")
        self._reverse(self._invoice_order(sample, "2024-05-03"), "2024-05-10")
        self.assertEqual(self._facts(self.customer).revenue_365d, 1000.0)

    def test_credit_note_to_a_third_party_that_pays_counts_for_whoever_ordered(self):
        payer = self._customer("Trading house")
        order = self._order(
            self.customer, "2024-05-02", 200, partner_invoice_id=payer.id
        )
        own = self._order(payer, "2024-05-02", 70)
        for bought in (order, own):
            self._reverse(self._invoice_order(bought, "2024-05-03"), "2024-05-10")
        self._order(self.customer, "2024-05-20", 30)
        self._order(payer, "2024-05-20", 5)
        self.assertEqual(self._facts(self.customer).revenue_365d, 30)
        self.assertEqual(self._facts(payer).revenue_365d, 5)
        early = date(2024, 5, 9)  # not yet
        self.assertEqual(self._facts(self.customer, early).revenue_365d, 200)
        # Both in one batch, and a day on which nothing else happened.
        self.accounts._refresh_facts(self.company, [self.customer.id, payer.id], AS_OF)
        self.assertEqual(self._account(self.customer).revenue_365d, 30)

    def _billed(self, partner, day, *lines, order=None):
        """Post an invoice of lines that stand in no order, with those of ``order``."""
        move = (
            order._create_invoices()
            if order
            else self.env["account.move"].create(
                {"move_type": "out_invoice", "partner_id": partner.id}
            )
        )
        move.write(
            {
                "invoice_date": day,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": product.id, "price_unit": price, "tax_ids": []}
                    )
                    for product, price in lines
                ],
            }
        )
        move.action_post()
        return move

    def test_credit_of_what_was_never_counted_takes_nothing_off(self):
        """Invoices without orders, credited: neither below nothing nor of others."""
        freight = self._create_product(name="Freight", taxes_id=[], type="service")
        direct = self._billed(self.customer, "2024-05-03", (freight, 51000))
        self._reverse(direct, "2024-05-10")
        self.assertEqual(self._facts(self.customer).revenue_365d, 0.0)
        self._order(self.customer, "2024-05-01", 100000)
        self.assertEqual(self._facts(self.customer).revenue_365d, 100000.0)

    def test_credit_without_an_invoice_before_anything_was_bought(self):
        """What came before the orders is of another time; later ones count."""
        self._credit(self.customer, "2024-04-15", 51000)
        account = self._facts(self.customer)
        self.assertEqual((account.revenue_365d, account.revenue_total), (0.0, 0.0))
        self._order(self.customer, "2024-05-01", 1000)
        self.assertEqual(self._facts(self.customer).revenue_365d, 1000.0)
        self._credit(self.customer, "2024-05-15", 300)
        self._credit(self.customer, "2024-05-16", 900)  # 200 more than is left
        self.assertEqual(self._facts(self.customer).revenue_365d, 0.0)
        self._order(self.customer, "2024-06-01", 50)
        account = self._facts(self.customer)
        self.assertEqual(account.revenue_365d, 50.0)
        self.assertEqual(account.order_count, 2)

    def test_credit_of_an_invoice_with_and_without_an_order(self):
        """Reversed in full: the order's part counts, the freight beside it never did;
        a discount that is added to the credit note does."""
        freight = self._create_product(name="Freight", taxes_id=[], type="service")
        discount = self._create_product(name="Discount", taxes_id=[], type="service")
        self._order(self.customer, "2024-04-01", 5000)
        order = self._order(self.customer, "2024-05-02", 400)
        mixed = self._billed(self.customer, "2024-05-03", (freight, 70), order=order)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=mixed.ids)
            .create({"journal_id": mixed.journal_id.id, "date": "2024-05-10"})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.write(
            {
                "invoice_date": "2024-05-10",
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": discount.id, "price_unit": 30, "tax_ids": []}
                    )
                ],
            }
        )
        refund.action_post()
        self.assertEqual(self._facts(self.customer).revenue_365d, 5000.0 - 30.0)

    def test_fully_credited_order_is_no_purchase(self):
        """Not in the number, the rhythm, the dates or the average; in the revenue each
        document counts at its own date."""
        self._order(self.customer, "2024-01-10", 1000)
        order = self._order(self.customer, "2024-03-10", 400)
        self._order(self.customer, "2024-05-10", 600)
        self.assertEqual(self._facts(self.customer).order_count, 3)
        self._reverse(self._invoice_order(order, "2024-03-15"), "2024-06-01")
        account = self._facts(self.customer)
        self.assertEqual(account.order_count, 2)
        self.assertEqual((account.orders_91d, account.orders_prev_91d), (1, 1))
        self.assertEqual(account.interval_mean, 121.0)
        self.assertEqual(account.order_average, 800.0)
        self.assertEqual(account.revenue_365d, 1600.0)
        self.assertEqual(account.revenue_91d, 600.0 - 400.0)
        day_before = self._facts(self.customer, date(2024, 5, 31))
        self.assertEqual(day_before.order_count, 3, "not credited yet")
        histories = self.env["export.crm.demand.model"]._histories(self.company, AS_OF)
        self.assertEqual(len(histories[0]), 2)

    def test_only_order_credited_makes_no_customer_of_a_tier(self):
        order = self._order(self.customer, "2024-03-10", 400)
        self._reverse(self._invoice_order(order, "2024-03-15"), "2024-06-01")
        account = self._facts(self.customer)
        self.assertEqual((account.order_count, account.revenue_365d), (0, 0.0))
        self.assertFalse(account.first_order_date or account.last_order_date)
        self.assertEqual(account.order_average, None)

    def test_what_is_credited_in_part_or_billed_again_is_a_purchase(self):
        order = self._order(self.customer, "2024-03-10", 400)
        move = self._invoice_order(order, "2024-03-15")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": "2024-06-01"})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.invoice_date = "2024-06-01"
        refund.invoice_line_ids.price_unit = 399.0
        refund.action_post()
        self.assertEqual(self._facts(self.customer).order_count, 1)
        again = self._order(self.customer, "2024-04-10", 200)
        self._reverse(self._invoice_order(again, "2024-04-15"), "2024-05-01")
        self.assertEqual(self._facts(self.customer).order_count, 1)
        self._invoice_order(again, "2024-05-02")
        self.assertEqual(self._facts(self.customer).order_count, 2)

    def test_credited_order_that_a_third_party_pays(self):
        payer = self._customer("Trading house")
        order = self._order(
            self.customer, "2024-05-02", 200, partner_invoice_id=payer.id
        )
        self._reverse(self._invoice_order(order, "2024-05-03"), "2024-05-10")
        self.assertEqual(self._facts(self.customer).order_count, 0)

    def test_active_quarters_are_three_calendar_months_each(self):
        as_of = date(2024, 5, 31)
        # Quarters end 31 May, 29 Feb, 30 Nov, 31 Aug, 31 May …
        self._order(self.customer, "2024-03-01")
        self.assertEqual(self._facts(self.customer, as_of).quarters_active, 1)
        self._order(self.customer, "2024-02-29")
        self.assertEqual(self._facts(self.customer, as_of).quarters_active, 2)
        self._order(self.customer, "2023-12-01")
        self.assertEqual(self._facts(self.customer, as_of).quarters_active, 2)
        self._order(self.customer, "2022-06-01")  # first day of the eighth
        self.assertEqual(self._facts(self.customer, as_of).quarters_active, 3)
        self._order(self.customer, "2022-05-31")
        self.assertEqual(self._facts(self.customer, as_of).quarters_active, 3)

    def test_as_of_a_leap_day(self):
        self._order(self.customer, "2024-02-29", 1)
        self._order(self.customer, "2023-03-02", 2)  # first of 365 days
        self._order(self.customer, "2023-03-01", 4)
        self._order(self.customer, "2024-03-01", 8)
        account = self._facts(self.customer, date(2024, 2, 29))
        self.assertEqual(account.revenue_365d, 3.0)
        self.assertEqual(account.revenue_prev_365d, 4.0)

    def test_samples_and_what_came_of_them(self):
        self._order(self.customer, "2022-01-10", 0.0, export_kind="sample")
        self._order(self.customer, "2024-01-10", 0.0, export_kind="sample")
        self._order(self.customer, "2024-06-29", 0.0, export_kind="sample")
        self._order(self.customer, "2024-03-01", 100)
        account = self._facts(self.customer)
        self.assertEqual(account.sample_count, 3)
        self.assertEqual(account.sample_won, 1)

    def test_quotations_and_win_rate(self):
        self._order(self.customer, "2024-06-01", confirm=False)
        self._order(self.customer, "2024-06-02")
        self._order(self.customer, "2024-06-03", confirm=False)._action_cancel()
        self._order(self.customer, "2024-06-03", export_kind="sample")
        order = self._order(self.customer, "2024-06-04")
        order.date_order = datetime(2024, 7, 5)  # confirmed after the as-of day
        self._order(self.customer, "2023-07-01", confirm=False)  # 366 days ago
        account = self._facts(self.customer)
        self.assertEqual(account.quotations_365d, 4)
        self.assertEqual(account.win_rate, 0.25)
        self.assertEqual(self._facts(self.customer, date(2024, 7, 5)).win_rate, 0.5)

    def test_breadth_and_discount(self):
        other = self._create_product(name="Driver", taxes_id=[], type="service")
        self._order(
            self.customer,
            "2024-06-01",
            lines=[
                {"product_id": self.product.id, "price_unit": 300, "discount": 10},
                {"product_id": other.id, "price_unit": 100},
            ],
        )
        self._order(self.customer, "2024-06-02")
        account = self._facts(self.customer)
        self.assertEqual(account.product_breadth, 2)
        self.assertAlmostEqual(account.discount_depth, 30 / 500)

    def test_usual_terms_are_the_most_frequent_of_two_years(self):
        fob, cif = self.env["account.incoterms"].search([], limit=2)
        for day, incoterm in (
            ("2020-01-01", cif),
            ("2020-01-02", cif),
            ("2024-01-01", fob),
        ):
            self._order(self.customer, day, incoterm=incoterm.id)
        self.assertEqual(self._facts(self.customer).usual_incoterm_id, fob)

    def test_a_salesperson_who_left_is_nobodys_usual_one(self):
        left = self._user("left", "user")
        customer = self._customer("Theirs by its orders", user_id=False)
        for day, seller in (
            ("2024-03-01", left),
            ("2024-04-01", left),
            ("2024-05-01", self.salesperson),
        ):
            self._order(customer, day).user_id = seller
        self.assertEqual(self._facts(customer).user_id, left)
        left.active = False
        self.assertEqual(self._facts(customer).user_id, self.salesperson)
        self.salesperson.active = False
        self.assertFalse(self._facts(customer).user_id)

    def test_child_and_reparented_contacts_count_for_todays_company(self):
        first = self.customer
        second = self._customer("Accra Imports")
        contact = self._customer("Roamer", is_company=False, parent_id=first.id)
        self._order(contact, "2024-06-01", 100)
        self.assertEqual(self._facts(first).revenue_365d, 100.0)
        contact.parent_id = second
        self.accounts._refresh_facts(self.company, (first + second).ids, AS_OF)
        self.assertEqual(self._account(first).revenue_365d, 0.0)
        self.assertEqual(self._account(second).revenue_365d, 100.0)

    def test_customer_that_became_a_contact_has_no_account_of_its_own(self):
        self._order(self.customer, "2024-06-01", 100)
        self._facts(self.customer)
        account = self._account(self.customer)
        group = self._customer("Holding")
        old = self.customer
        old.write({"is_company": False, "parent_id": group.id})
        self.assertEqual(old.commercial_partner_id, group)
        self.accounts._refresh_facts(self.company, (old + group).ids, AS_OF)
        self.assertFalse(account.active)
        self.assertEqual(account.revenue_365d, 0.0)
        self.assertEqual(self._account(group).revenue_365d, 100.0)

    def test_past_day_is_recomputed_the_same_after_later_business(self):
        self._order(self.customer, "2024-05-01", 100)
        account = self._facts(self.customer)
        before = account.read()[0]
        self._order(self.customer, "2024-07-01", 500)
        self._order(self.customer, "2024-07-02", 500, confirm=False)
        self._credit(self.customer, "2024-07-03", 20)
        self._facts(self.customer, date(2024, 7, 31))
        self.assertNotEqual(account.revenue_365d, 100.0)
        after = self._facts(self.customer).read()[0]
        for values in (before, after):
            for name in ("write_date", "__last_update"):
                values.pop(name, None)
        self.assertEqual(before, after)

    def test_order_lines_without_a_cost_leave_the_margin_unknown(self):
        self._order(self.customer, "2024-06-01", 100)
        if "purchase_price" not in self.env["sale.order.line"]._fields:
            self.assertIsNone(self._facts(self.customer).margin_365d)

    def test_down_payment_credited_takes_no_revenue(self):
        order = self._order(self.customer, "2024-05-01", 1000)
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": 200})
        )
        invoice = wizard._create_invoices(order)
        invoice.invoice_date = "2024-05-02"
        invoice.action_post()
        self._reverse(invoice, "2024-05-10")
        self.assertEqual(self._facts(self.customer).revenue_365d, 1000.0)

    def test_kind_of_an_order_is_kept_on_its_copy(self):
        sample = self._order(self.customer, "2024-05-01", export_kind="sample")
        self.assertEqual(sample.copy().export_kind, "sample")
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.assertEqual(order.export_kind, "order")
