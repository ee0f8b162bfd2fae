"""How much can be claimed about: delivered goods, and goods that are missing."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..migrating import migrate
from .common import ClaimCase


@tagged("post_install", "-at_install")
class TestClaimLimits(ClaimCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls.env.ref("export_crm.claim_category_logistics_late")
        cls.short = cls.env.ref("export_crm.claim_category_logistics_short")
        cls.damaged = cls.env.ref("export_crm.claim_category_logistics_damaged")
        goods = cls._create_product(
            name="LED tube", type="consu", is_storable=False, taxes_id=[]
        )
        order = cls._quotation(
            order_line=[
                Command.create(
                    {"product_id": goods.id, "product_uom_qty": 10, "price_unit": 100}
                )
            ],
        )
        order.action_confirm()
        cls.line, cls.order = order.order_line, order

    def _deliver(self, quantity):
        picking = self.order.picking_ids.filtered(lambda p: p.state != "done")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=[]
        ).button_validate()
        return picking.move_ids

    def _about(self, category, quantity, move=None, **values):
        line = {"quantity": quantity, **values}
        line |= {"move_id": move.id} if move else {"sale_line_id": self.line.id}
        return self._claim(category_id=category.id, line_ids=[Command.create(line)])

    def _refuse(self, text, *args, **values):
        with self.assertRaisesRegex(ValidationError, text), self.env.cr.savepoint():
            self._about(*args, **values)

    def test_nothing_delivered(self):
        """Late and short goods are claimed about, damaged ones are not there."""
        for category in (self.late, self.short):
            self._refuse("10 Units had not been delivered", category, 10.01)
        self._about(self.late, 6)
        self._about(self.short, 4)
        self._refuse("about 11", self.late, 1)
        self._refuse("0 Units were delivered", self.damaged, 1)

    def test_each_its_own(self):
        """4 of 10 delivered: 4 may be damaged, 6 may be late."""
        self._deliver(4)
        self._refuse("4 Units were delivered", self.damaged, 5)
        self._refuse("6 Units had not been delivered", self.late, 7)
        self._about(self.damaged, 4)
        self._about(self.late, 6)

    def test_goods_missing_from_a_delivery(self):
        """Delivered by the books, not there: the delivery says how many."""
        move = self._deliver(10)
        self._refuse("name the delivery", self.short, 1)
        self._about(self.short, 7, move=move)
        self._about(self.damaged, 3)
        self._refuse("about 11", self.damaged, 1)

    def test_what_came_late_was_late(self):
        """The claim stays as it was when the goods come, and hinders no other."""
        late = self._about(self.late, 6)
        late.sudo().opened_at = self._ago(hours=1)
        self._deliver(10)
        late.line_ids.amount = 50
        self._about(self.damaged, 10)
        self._refuse("0 Units had not been delivered", self.late, 1)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            late.line_ids.quantity = 11

    def test_late_again(self):
        """4 late, then delivered; the 6 that are still missing are late, too."""
        first = self._about(self.late, 4)
        first.sudo().opened_at = self._ago(days=9)
        self._deliver(4).date = self._ago(days=5)
        self._about(self.late, 6)
        self._refuse("about 7", self.late, 1)

    def test_another_category(self):
        """What was said to be late can't become damaged before it is there."""
        claim = self._about(self.late, 6)
        with self.assertRaisesRegex(ValidationError, "0 Units were delivered"):
            claim.category_id = self.damaged

    def test_money_of_goods_that_are_not_invoiced_yet(self):
        self._about(self.late, 6, amount=600)
        self._refuse("1,000.00 was sold or invoiced", self.late, 1, amount=400.01)
        self._about(self.late, 1, amount=400)

    def test_migration(self):
        """Categories of a database that was there before say so, too."""
        self.env["export.crm.claim.category"].search([]).goods = "delivered"
        template = self.env.ref("export_crm.mail_template_claim_closed")
        template.subject = "{{ object.name }} is closed: are you content?"
        for _n in range(2):
            migrate(self.env, "19.0.1.4.0/post-claim-portal.py", "19.0.1.3.0")
            self.assertEqual((self.late | self.short).mapped("goods"), ["missing"] * 2)
            self.assertEqual(self.damaged.goods, "delivered")
            self.assertEqual(
                template.subject, "{{ object.name }} is closed: are you satisfied?"
            )
        template.subject = "Our own words"
        migrate(self.env, "19.0.1.4.0/post-claim-portal.py", "19.0.1.3.0")
        self.assertEqual(template.subject, "Our own words")
