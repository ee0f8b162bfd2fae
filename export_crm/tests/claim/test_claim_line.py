from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ClaimCase

SQL_LOGGER = "odoo.sql_db"


@tagged("post_install", "-at_install")
class TestClaimLine(ClaimCase):
    """Never more is claimed than was delivered and invoiced, over all claims."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._delivered(10.0)
        cls.order = cls.line.order_id

    def _lines(self, **values):
        return [Command.create({"sale_line_id": self.line.id, **values})]

    def _return(self, quantity):
        """Take goods of the order back; return the delivery."""
        picking = self.order.picking_ids
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model="stock.picking"
            )
        ).save()
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.quantity = quantity
        back.move_ids.picked = True
        back.button_validate()
        return picking

    def test_all_of_the_delivery_and_no_more(self):
        claim = self._claim(line_ids=self._lines(quantity=10, amount=1000))
        self.assertRecordValues(
            claim,
            [{"amount": 1000.0, "product_id": self.line.product_id.id}],
        )
        with (
            self.assertRaisesRegex(ValidationError, "10 .* were delivered"),
            self.env.cr.savepoint(),
        ):
            claim.line_ids.quantity = 10.01

    def test_over_all_claims(self):
        self._claim(line_ids=self._lines(quantity=6))
        self._claim(line_ids=self._lines(quantity=4))
        with (
            self.assertRaisesRegex(ValidationError, "about 11"),
            self.env.cr.savepoint(),
        ):
            self._claim(line_ids=self._lines(quantity=1))

    def test_amount_is_limited_by_the_invoice(self):
        self._claim(line_ids=self._lines(amount=600))
        with (
            self.assertRaisesRegex(ValidationError, "was sold or invoiced"),
            self.env.cr.savepoint(),
        ):
            self._claim(line_ids=self._lines(amount=400.01))
        self._claim(line_ids=self._lines(amount=400))

    def test_credit_note_takes_from_what_can_be_claimed(self):
        invoice = self.order.invoice_ids
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        reversal.reverse_moves()
        credit = invoice.reversal_move_ids
        credit.invoice_line_ids.price_unit = 30
        credit.action_post()
        with (
            self.assertRaisesRegex(ValidationError, "was sold or invoiced"),
            self.env.cr.savepoint(),
        ):
            self._claim(
                line_ids=[
                    Command.create(
                        {
                            "invoice_line_id": invoice.invoice_line_ids.id,
                            "amount": 700.01,
                        }
                    )
                ]
            )
        self._claim(
            line_ids=[
                Command.create(
                    {"invoice_line_id": invoice.invoice_line_ids.id, "amount": 700}
                )
            ]
        )

    def test_credit_of_the_other_line_of_a_product(self):
        """Goods and samples of one product: each line has its own limit."""
        product = self._create_product(
            name="Lamp", type="consu", is_storable=False, taxes_id=[]
        )
        product.invoice_policy = "order"
        order = self._quotation(
            order_line=[
                Command.create(
                    {"product_id": product.id, "product_uom_qty": 10, "price_unit": p}
                )
                for p in (100, 10)
            ]
        )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        goods, samples = invoice.invoice_line_ids.sorted("price_unit", reverse=True)
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        action = reversal.refund_moves()
        credit = self.env["account.move"].browse(action["res_id"])
        credit.invoice_line_ids.filtered(lambda line: line.price_unit == 100).unlink()
        credit.action_post()
        line = {"invoice_line_id": goods.id, "amount": 1000}
        claim = self._claim(line_ids=[Command.create(line)])
        self.assertEqual(claim.amount, 1000)
        with self.assertRaisesRegex(ValidationError, "was sold or invoiced"):
            self._claim(
                line_ids=[Command.create({**line, "invoice_line_id": samples.id})]
            )

    def test_return_takes_from_what_can_be_claimed(self):
        picking = self._return(4)
        with (
            self.assertRaisesRegex(ValidationError, "6 .* were delivered"),
            self.env.cr.savepoint(),
        ):
            self._claim(
                line_ids=[
                    Command.create({"move_id": picking.move_ids.id, "quantity": 7})
                ]
            )

    def test_delivery_and_invoice_are_the_same_thing(self):
        """Claimed by delivery and by invoice: one limit, the order line's."""
        move = self.order.picking_ids.move_ids
        one = self._claim(
            line_ids=[Command.create({"move_id": move.id, "quantity": 6})]
        )
        self.assertEqual(one.line_ids.sale_line_id, self.line)
        invoice_line = self.order.invoice_ids.invoice_line_ids
        with (
            self.assertRaisesRegex(ValidationError, "about 11"),
            self.env.cr.savepoint(),
        ):
            self._claim(
                line_ids=[
                    Command.create({"invoice_line_id": invoice_line.id, "quantity": 5})
                ]
            )

    def test_cancelled_and_rejected_free_what_they_held(self):
        first = self._claim(line_ids=self._lines(quantity=10))
        first.action_cancel()
        second = self._claim(line_ids=self._lines(quantity=10))
        second.line_ids.rejected = True
        third = self._claim(line_ids=self._lines(quantity=10))
        self.assertTrue(third)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            second.line_ids.rejected = False

    def test_units_are_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        with (
            self.assertRaisesRegex(ValidationError, "about 12"),
            self.env.cr.savepoint(),
        ):
            self._claim(line_ids=self._lines(quantity=1, uom_id=dozen.id))

    def test_undelivered_goods_can_be_named_not_counted(self):
        other = self._delivered(5.0).copy_data()[0]
        order = self._quotation(order_line=[Command.create({**other, "order_id": 0})])
        order.action_confirm()
        line = order.order_line
        claim = self._claim(line_ids=[Command.create({"sale_line_id": line.id})])
        self.assertEqual(claim.line_ids.quantity, 0)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            claim.line_ids.quantity = 1

    def test_goods_of_another_customer(self):
        other = self._claim(partner_id=self._customer("Other Ltd").id)
        with (
            self.assertRaisesRegex(ValidationError, "not of the customer"),
            self.env.cr.savepoint(),
        ):
            other.line_ids = self._lines(quantity=1)

    def test_documents_of_another_customer(self):
        other = self._customer("Other Ltd")
        for values in (
            {"order_id": self.order.id},
            {"picking_id": self.order.picking_ids.id},
            {"invoice_id": self.order.invoice_ids.id},
        ):
            with (
                self.assertRaisesRegex(ValidationError, "not of the customer"),
                self.env.cr.savepoint(),
            ):
                self._claim(partner_id=other.id, **values)

    def test_negative_quantity(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger(SQL_LOGGER),
            self.env.cr.savepoint(),
        ):
            self._claim(line_ids=self._lines(quantity=-1)).flush_recordset()

    def test_split_moves_lines_within_the_limit(self):
        claim = self._claim(line_ids=self._lines(quantity=6) + self._lines(quantity=4))
        line = claim.line_ids[1]
        new = claim._split_off(line, "The other half")
        self.assertEqual(new.line_ids, line)
        self.assertEqual(new.origin_id, claim)
        self.assertEqual(new.opened_at, claim.opened_at)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            new.line_ids.quantity = 5

    def test_merge_is_for_one_customer(self):
        claim = self._claim(line_ids=self._lines(quantity=6))
        other = self._claim(partner_id=self._customer("Other Ltd").id)
        with self.assertRaisesRegex(UserError, "one customer"), self.env.cr.savepoint():
            (claim | other)._merge_into(claim)

    def test_merge_counts_goods_once(self):
        one = self._claim(line_ids=self._lines(quantity=6))
        two = self._claim(line_ids=self._lines(quantity=4))
        self._answer(two)
        (one | two)._merge_into(one)
        self.assertEqual(sum(one.line_ids.mapped("quantity")), 10)
        self.assertRecordValues(
            two,
            [{"state": "cancelled", "counted": False, "merged_into_id": one.id}],
        )
        self.assertEqual(self._states(one)["response"], "met", "answered on the other")
        self.assertEqual(self._states(two)["plan"], "cancelled")
        self.assertIn("We look into it", str(one.message_ids.mapped("body")))

    def test_merge_keeps_what_only_the_duplicate_knows(self):
        """Order, remedy and the next update that the customer was promised."""
        soon, later = self._ago(hours=-3), self._ago(hours=-9)
        one = self._claim(next_update_at=later, promised="A call")
        two = self._claim(
            next_update_at=soon,
            order_id=self.order.id,
            wanted="replacement",
            promised="New ones",
        )
        (one | two)._merge_into(one)
        self.assertRecordValues(
            one,
            [
                {
                    "order_id": self.order.id,
                    "wanted": "replacement",
                    "promised": "A call",
                    "next_update_at": soon.replace(microsecond=0),
                }
            ],
        )
        self.assertEqual(
            self._clock(one, "update").deadline, soon.replace(microsecond=0)
        )

    # === ONE THING, NAMED TWICE === #

    def test_order_line_cannot_be_unnamed(self):
        """Else the delivery and the order line would each be claimed about."""
        move = self.order.picking_ids.move_ids
        claim = self._claim(
            line_ids=[Command.create({"move_id": move.id, "quantity": 6})]
        )
        claim.line_ids.sale_line_id = False
        self.assertEqual(claim.line_ids.sale_line_id, self.line)
        with self.assertRaisesRegex(ValidationError, "about 11"), self.cr.savepoint():
            self._claim(line_ids=self._lines(quantity=5))

    def test_order_line_of_other_goods(self):
        other = self._delivered(10.0)
        move = self.order.picking_ids.move_ids
        with self.assertRaisesRegex(ValidationError, "same goods"):
            self._claim(
                line_ids=[
                    Command.create(
                        {"move_id": move.id, "sale_line_id": other.id, "quantity": 6}
                    )
                ]
            )

    def test_unit_of_the_delivery_stays(self):
        """Ordered by the dozen, delivered and claimed by the piece."""
        dozen = self.env.ref("uom.product_uom_dozen")
        goods = self._create_product(
            name="Tube", type="consu", is_storable=False, taxes_id=[]
        )
        order = self._quotation(
            order_line=[
                Command.create(
                    {
                        "product_id": goods.id,
                        "product_uom_qty": 2,
                        "product_uom_id": dozen.id,
                        "price_unit": 10,
                    }
                )
            ]
        )
        order.action_confirm()
        move = order.picking_ids.move_ids
        move.quantity = move.product_uom_qty
        move.picked = True
        order.picking_ids.button_validate()
        unit = self.env.ref("uom.product_uom_unit")
        claim = self._claim(
            line_ids=[
                Command.create({"move_id": move.id, "quantity": 20, "uom_id": unit.id})
            ]
        )
        self.assertEqual(claim.line_ids.uom_id, unit)
        self.assertEqual(claim.line_ids.sale_line_id, order.order_line)
        with self.assertRaisesRegex(ValidationError, "were delivered"):
            claim.line_ids.quantity = 25

    def test_lot_is_claimed_by_those_who_got_it(self):
        """Five each of one lot: nobody claims about the other one's."""
        goods = self._create_product(
            name="Panel", type="consu", is_storable=True, tracking="lot", taxes_id=[]
        )
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": goods.id})
        stock = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            goods, stock.lot_stock_id, 10, lot_id=lot
        )
        other = self._customer("Other Ltd")
        for partner in (self.customer, other):
            order = self._quotation(
                partner=partner,
                order_line=[
                    Command.create({"product_id": goods.id, "product_uom_qty": 5})
                ],
            )
            order.action_confirm()
            order.picking_ids.action_assign()
            order.picking_ids.move_ids.picked = True
            order.picking_ids.button_validate()
        line = {"lot_id": lot.id, "product_id": goods.id}
        with (
            self.assertRaisesRegex(ValidationError, "5 .* delivered"),
            self.cr.savepoint(),
        ):
            self._claim(line_ids=[Command.create({**line, "quantity": 6})])
        self._claim(line_ids=[Command.create({**line, "quantity": 5})])
        claim = self._claim(
            partner_id=other.id, line_ids=[Command.create({**line, "quantity": 5})]
        )
        self.assertEqual(claim.line_ids.quantity, 5)

    # === MERGED AND SPLIT === #

    def test_merged_after_the_goods_came_back(self):
        """What is claimed already is not judged anew when it only changes place."""
        one = self._claim(line_ids=self._lines(quantity=6))
        two = self._claim(line_ids=self._lines(quantity=4))
        self._return(4)
        (one | two)._merge_into(one)
        self.assertEqual(sum(one.line_ids.mapped("quantity")), 10)

    def test_lines_of_a_cancelled_claim_count_again_elsewhere(self):
        cancelled = self._claim(line_ids=self._lines(quantity=6))
        cancelled.action_cancel()
        claim = self._claim(line_ids=self._lines(quantity=10))
        with self.assertRaisesRegex(ValidationError, "about 16"):
            cancelled.line_ids.claim_id = claim

    def test_split_in_a_later_cycle(self):
        """It has waited since it was reopened; what was met before is not met now."""
        with freeze_time(self._ago(days=9)):
            claim = self._claim(line_ids=self._lines(quantity=6))
            self._answer(claim)
            claim.action_close()
        claim.action_reopen()
        new = claim._split_off(claim.line_ids, "Apart")
        self.assertEqual(self._states(new)["response"], "running")
        self.assertFalse(new.late)
        self.assertEqual(
            self._clock(new, "plan").deadline, self._clock(claim, "plan").deadline
        )

    def test_split_takes_pauses_and_scores_along(self):
        with freeze_time(self._ago(days=9)):
            claim = self._claim(line_ids=self._lines(quantity=6))
            claim.action_score()
            for score in claim.score_ids:
                score.option_id = score.criterion_id.option_ids.sorted("points")[-1:]
            claim.action_wait()
        new = claim._split_off(claim.line_ids, "Apart")
        self.assertEqual(new.severity_id, claim.severity_id)
        self.assertEqual(self._states(new)["plan"], "running")
        claim.action_start()
        self.assertAlmostEqual(
            (
                self._clock(new, "plan").deadline - self._clock(claim, "plan").deadline
            ).total_seconds(),
            0,
            delta=2,
        )

    def test_answer_of_an_earlier_cycle_answers_no_duplicate(self):
        old, target = self._claim(), self._claim()
        self._answer(old)
        old.action_close()
        old.action_reopen()
        (old | target)._merge_into(target)
        self.assertEqual(self._states(target)["response"], "running")

    def test_link_goes_both_ways(self):
        """As the form does it: added, found from the other side, taken away."""
        one, two = self._claim(), self._claim()
        one.linked_ids = [Command.link(two.id)]
        self.assertEqual(two.linked_ids, one)
        self.assertEqual((one.related_count, two.related_count), (1, 1))
        three = self._claim(linked_ids=[Command.set(one.ids)])
        self.assertEqual(one.linked_ids, two | three)
        two.linked_ids = [Command.clear()]
        self.assertEqual(one.linked_ids, three)

    def test_numbers_and_no_deletion(self):
        one, two = self._claim(), self._claim()
        self.assertRegex(one.name, r"^CL/\d{4}/\d{5}$")
        self.assertNotEqual(one.name, two.name)
        with (
            self.assertRaisesRegex(UserError, "never deleted"),
            self.env.cr.savepoint(),
        ):
            one.sudo().unlink()

    def test_lines_by_themselves(self):
        """Created, written and taken back in without their claim: as RPC does."""
        claim = self._claim(line_ids=self._lines(quantity=6))
        lines = self.env["export.crm.claim.line"].with_user(self.agent)
        values = {"claim_id": claim.id, "sale_line_id": self.line.id}
        with self.assertRaisesRegex(ValidationError, "about 11"), self.cr.savepoint():
            lines.create({**values, "quantity": 5})
        line = lines.create({**values, "quantity": 4})
        with self.assertRaisesRegex(ValidationError, "about 11"), self.cr.savepoint():
            line.quantity = 5
        line.rejected = True
        lines.create({**values, "quantity": 4})
        with self.assertRaisesRegex(ValidationError, "about 14"), self.cr.savepoint():
            line.rejected = False

    def test_archived_claims_count(self):
        claim = self._claim(line_ids=self._lines(quantity=10))
        self._answer(claim)
        claim.action_close()
        claim.active = False
        with self.assertRaisesRegex(ValidationError, "about 11"), self.cr.savepoint():
            self._claim(line_ids=self._lines(quantity=1))

    def test_copy_begins_anew(self):
        """Nothing of what was found, promised, claimed and done."""
        major = self.env.ref("export_crm.claim_category_logistics_lost")
        claim = self._claim(
            category_id=major.id,
            order_id=self.order.id,
            line_ids=self._lines(quantity=6),
            external_ref="ERP-2",
            promised="Ten new ones",
            next_update_at=self._ago(hours=-5),
            wanted="replacement",
        )
        claim.write({"priority_override": "3", "priority_reason": "TV crew"})
        claim.action_score()
        self._answer(claim)
        claim.write({"answer": "<p>Replaced.</p>", "meeting_url": "https://x.example"})
        claim.action_close()
        claim._portal_ensure_token()
        copy = claim.copy()
        self.assertRecordValues(
            copy,
            [
                {
                    "title": claim.title,
                    "partner_id": self.customer.id,
                    "order_id": self.order.id,
                    "category_id": major.id,
                    "wanted": "replacement",
                    "state": "new",
                    "cycle": 1,
                    "external_ref": False,
                    "promised": False,
                    "next_update_at": False,
                    "priority_override": False,
                    "priority_reason": False,
                    "answer": False,
                    "meeting_url": False,
                    "solved_at": False,
                    "closed_at": False,
                    "response_hours": 0,
                    "within_48h": 0,
                    "rated": False,
                }
            ],
        )
        self.assertFalse(copy.line_ids or copy.score_ids)
        self.assertNotEqual(copy.name, claim.name)
        self.assertNotEqual(copy.access_token, claim.access_token)
        self.assertEqual(
            set(copy.sudo().event_ids.mapped("kind")), {"start", "met"}, "its own log"
        )
        self.assertEqual(self._states(copy)["response"], "running")

    def test_same_external_number_is_the_same_claim(self):
        self._claim(external_ref="ERP-1", channel="api")
        with (
            self.assertRaises(IntegrityError),
            mute_logger(SQL_LOGGER),
            self.env.cr.savepoint(),
        ):
            self._claim(external_ref="ERP-1", channel="api").flush_recordset()
