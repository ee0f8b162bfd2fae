"""The portal's form: goods and money by the order, and nothing that fails."""

import base64

from odoo import Command
from odoo.tests import tagged
from odoo.tools.misc import format_date

from .test_claim_moves import PNG
from .test_claim_outside import HEIC
from .test_claim_portal import ClaimPortalCase


@tagged("post_install", "-at_install")
class TestClaimForm(ClaimPortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls.env.ref("export_crm.claim_category_logistics_late")
        goods = cls.line.product_id
        cls.waiting = cls._quotation(
            order_line=[
                Command.create(
                    {"product_id": goods.id, "product_uom_qty": 6, "price_unit": 10}
                )
            ],
        )
        cls.waiting.action_confirm()

    def setUp(self):
        super().setUp()
        self._login(self.buyer)

    def _page(self, **values):
        query = "&".join(f"{name}={value}" for name, value in values.items())
        return self.url_open(f"/my/claims/new?{query}")

    def test_late_goods_that_were_not_delivered(self):
        """The quantity that waits can be claimed about, and no more."""
        line = self.waiting.order_line
        page = self._page(order_id=self.waiting.id, category_id=self.late.id).text
        self.assertIn(f"quantity_{line.id}", page)
        values = {"order_id": self.waiting.id, "category_id": self.late.id}
        blank = {f"quantity_{self.line.id}": ""}
        response, claim = self._file(**values, **blank, **{f"quantity_{line.id}": "6"})
        self.assertRecordValues(claim.line_ids, [{"quantity": 6.0, "amount": 60.0}])
        response, claim = self._file(**values, **blank, **{f"quantity_{line.id}": "1"})
        self.assertFalse(claim, "all of it is claimed about")
        self.assertIn("had not been delivered", response.text)

    def test_late_goods_that_are_on_their_way(self):
        """All was shipped: the form asks about the delivery."""
        move = self.order.picking_ids.move_ids
        page = self._page(order_id=self.order.id, category_id=self.late.id).text
        self.assertNotIn(f'name="quantity_{self.line.id}"', page)
        self.assertIn(f"quantity_move_{move.id}", page)
        self.assertIn(self.order.picking_ids.name, page)
        _response, claim = self._file(
            category_id=self.late.id,
            **{f"quantity_{self.line.id}": "", f"quantity_move_{move.id}": "4"},
        )
        self.assertRecordValues(
            claim.line_ids,
            [
                {
                    "move_id": move.id,
                    "sale_line_id": self.line.id,
                    "quantity": 4.0,
                    "amount": 400.0,
                }
            ],
        )

    def test_amount_is_the_price_of_the_order(self):
        """Taxes and discount included, rounded down: a part never too much."""
        self.line.order_id.locked = False
        tax = self.env["account.tax"].create({"name": "7 %", "amount": 7.0})
        order = self._quotation(
            order_line=[
                Command.create(
                    {
                        "product_id": self.line.product_id.id,
                        "product_uom_qty": 3,
                        "price_unit": 100,
                        "discount": 10,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            ],
        )
        order.action_confirm()
        line = order.order_line
        self.assertEqual(line.price_total, 288.9)
        rows = order.sudo()._export_claim_rows(self.late, order.picking_ids.browse())
        self.assertEqual(rows[0].values(1)["amount"], 96.3)
        line.price_unit = 100.01
        self.assertEqual(line.price_total, 288.93)
        self.assertEqual(rows[0].values(3)["amount"], 288.93)
        self.assertEqual(rows[0].values(2)["amount"], 192.62)

    def test_what_is_credited_is_not_claimed_again(self):
        _response, claim = self._file()
        self.assertEqual(claim.line_ids.amount, 300.0)
        invoice = self.order.invoice_ids
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        reversal.refund_moves()
        credit = invoice.reversal_move_ids
        credit.invoice_line_ids.price_unit = 65
        credit.action_post()
        _response, claim = self._file()
        self.assertEqual(claim.line_ids.amount, 50.0, "1000 - 650 - 300")

    def test_orders_are_listed_with_date_and_goods(self):
        page = self._page().text
        day = format_date(self.env(user=self.buyer), self.order.date_order)
        self.assertIn(f"{self.order.name} · {day} · LED tube", page)

    def test_photo_of_a_phone_is_evidence(self):
        _response, claim = self._file(
            files=[self._photo(HEIC, "IMG_1.HEIC"), self._photo()]
        )
        files = claim.sudo().message_ids.attachment_ids.sorted("id")
        self.assertEqual(files.mapped("mimetype"), ["image/heic", "image/png"])
        self.assertEqual(files[1].raw, base64.b64decode(PNG))

    def test_control_characters(self):
        response, claim = self._file(
            title="Cartons\x00 wet",
            description="Three\x00 cartons\x07.",
            wanted="replacement\x00",
        )
        self.assertEqual(response.status_code, 200)
        self.assertEqual(claim.title, "Cartons wet")
        self.assertIn("Three cartons.", str(claim.description))
        response, claim = self._file(title="\x00", description="\x00\x07")
        self.assertFalse(claim)
        self.assertIn("Please say what is wrong", response.text)

    def test_odd_addresses_are_not_found(self):
        """Whatever stands in the address: never a failure of the server."""
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        claim._portal_ensure_token()
        for url, status in (
            ("/my/claims/99999999999999999999", 404),
            ("/my/claims/page/99999999999999999999", 200),
            (f"/my/claims/{claim.id}?access_token=%C3%A9", 200),
            (f"/my/claims/{claim.id}?message=%00", 200),
            ("/my/claims/new?order_id=%00&category_id=%EF%BC%91&title=%00", 200),
            ("/my/claims?filterby=%00", 200),
        ):
            with self.subTest(url):
                self.assertEqual(self.url_open(url).status_code, status)
        self._login(self.stranger)
        url = f"/my/claims/{claim.id}?access_token=%C3%A9"
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_files_have_to_be_chosen_again(self):
        response, _claim = self._file(files=[self._photo(b"MZ", "a.exe")])
        self.assertIn("choose your files again", response.text)
        self.assertIn("Three cartons were wet.", response.text)

    def test_plain_words(self):
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        page = self.url_open(f"/my/claims/{claim.id}").text
        self.assertIn("Problem solved", page)
        self._answer(claim)
        claim.action_close()
        page = self.url_open(f"/my/claims/{claim.id}").text
        self.assertIn("Are you satisfied?", page)
