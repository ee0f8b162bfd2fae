import os
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .open_order_common import OpenOrderCommon, Pieces

# A long search: EXPORT_CRM_EXAMPLES=500, with new cases every time.
EXAMPLES = int(os.environ.get("EXPORT_CRM_EXAMPLES", 0))

STEPS = (
    "send",
    "send_more",
    "invoice",
    "invoice_all",
    "draft",
    "reset",
    "take_back",
    "exchange",
    "allowance",
    "correction",
    "credit_ahead",
    "price",
)
lines = st.tuples(
    st.sampled_from(("consu", "service")),
    st.sampled_from(("order", "delivery")),
    st.integers(1, 12),
    st.sampled_from((100.0, 12.34, 0.99)),
    st.sampled_from((0.0, 10.0)),
)
steps = st.tuples(
    st.sampled_from(STEPS),
    st.integers(0, 1),
    st.integers(1, 12),
    st.sampled_from((1.0, 0.5, 1.2)),
)
stories = st.tuples(
    st.lists(lines, min_size=1, max_size=2), st.lists(steps, min_size=2, max_size=7)
)
GOODS = ("consu", "order", 10, 100.0, 0.0)
WEIGHED = ("consu", "delivery", 10, 100.0, 0.0)
WORK = ("service", "delivery", 10, 12.34, 10.0)


@tagged("post_install", "-at_install")
class TestOpenOrderProperty(OpenOrderCommon):
    """Whatever is done to an order, its open amount is what one counts by hand.

    Documents are Odoo's own; beside them every piece is a thing that lies here or
    there and is invoiced or not (``Pieces``), without any of the SQL's arithmetic.
    """

    @settings(
        max_examples=EXAMPLES or 12,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        # Shrinking a failure takes minutes; the assertion names the case anyway.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(story=stories)
    @example(
        (
            [GOODS],
            [("send_more", 0, 10, 1), ("invoice", 0, 10, 1)]
            + [("allowance", 0, 1, 1), ("correction", 0, 3, 0.5)],
        )
    )
    @example(
        (
            [WEIGHED],
            [("send_more", 0, 12, 1), ("invoice_all", 0, 1, 1.2)]
            + [("take_back", 0, 2, 1), ("exchange", 0, 3, 1), ("send", 0, 3, 1)],
        )
    )
    @example(
        (
            [GOODS, WORK],
            [("invoice", 0, 7, 0.5), ("send", 1, 4, 1)]
            + [("invoice_all", 0, 1, 1), ("reset", 0, 1, 1), ("price", 1, 1, 1.2)],
        )
    )
    @example(
        (
            [WEIGHED, GOODS],
            [("invoice", 1, 6, 1), ("credit_ahead", 1, 6, 1)]
            + [("send", 1, 3, 1), ("invoice", 1, 3, 1), ("take_back", 1, 2, 1)],
        )
    )
    @example(
        (
            [GOODS],
            [("send", 0, 6, 1), ("take_back", 0, 2, 1)]
            + [("invoice_all", 0, 1, 1), ("draft", 0, 4, 1), ("correction", 0, 6, 1)],
        )
    )
    def _search(self, story):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell(*story)
        finally:
            savepoint.rollback()
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_documents_equal_pieces(self):
        self.seen = Counter()
        self._search()
        self.assertEqual(set(STEPS) - self.seen.keys(), set(), self.seen)
        self.assertGreater(self.seen["open"], 20)

    def _tell(self, drawn, story):
        order = self._goods(
            *(
                {
                    "product_id": self.products[kind, policy].id,
                    "product_uom_qty": ordered,
                    "price_unit": price,
                    "discount": discount,
                }
                for kind, policy, ordered, price, discount in drawn
            )
        )
        self.bills = []
        self.book = {
            line: Pieces(values[2], values[1])
            for line, values in zip(order.order_line, drawn, strict=True)
        }
        self.told = told = [drawn]
        for self.on, (name, number, pieces, factor) in enumerate(story, -len(story)):
            line = order.order_line[number % len(order.order_line)]
            if getattr(self, f"_step_{name}")(line, self.book[line], pieces, factor):
                self.seen[name] += 1
                told.append((name, number, pieces, factor))
                self._compare(told)

    def _compare(self, told):
        total = Decimal(0)
        for line, counted in self.book.items():
            unit = Decimal(str(line.price_total)) / Decimal(str(line.product_uom_qty))
            total += counted.open() * unit
        wanted = float(total.quantize(Decimal("0.01"), ROUND_HALF_UP))
        if all(c.open() == line.product_uom_qty for line, c in self.book.items()):
            wanted = line.order_id.amount_total  # may differ by a cent from its lines
        found = self._to_invoice()
        self.assertAlmostEqual(found, wanted, 2, told)
        self.seen["open"] += found > 0

    # === STEPS: each does it, in Odoo and by hand, or says that it makes no sense === #

    def _step_send(self, line, counted, pieces, _factor):
        pieces = min(pieces, counted.count(Pieces.HERE))
        if not pieces:
            return False
        self._send(line, pieces)
        counted.send(pieces)
        return True

    def _step_send_more(self, line, counted, pieces, _factor):
        """Over-delivery, if need be; more than is invoiced only where it will be."""
        if not counted.count(Pieces.HERE):
            return False
        if counted.policy == "order":
            pieces = min(pieces, counted.count(Pieces.HERE))
        self._send(line, pieces)
        counted.send(pieces)
        return True

    def _step_invoice(self, line, counted, pieces, factor):
        pieces = min(pieces, counted.open())
        if not pieces:
            return False
        price = line.price_unit * factor
        self.bills.append((self._bill({line: pieces}, price_unit=price), line, pieces))
        counted.invoice(pieces)
        return True

    def _step_invoice_all(self, line, counted, _pieces, _factor):
        left = {line: self.book[line].open() for line in self.book}
        left = {line: pieces for line, pieces in left.items() if pieces}
        if not left:
            return False
        self._bill(left)
        for line, pieces in left.items():
            self.book[line].invoice(pieces)
        return True

    def _step_draft(self, line, counted, pieces, _factor):
        """A draft invoice that doesn't exceed what is open changes nothing."""
        pieces = min(pieces, counted.open())
        if pieces:
            self._bill({line: pieces}, post=False)
        return bool(pieces)

    def _step_reset(self, line, counted, _pieces, _factor):
        """The last invoice of a line is a draft again, unless it was credited."""
        found = [bill for bill in self.bills if bill[1] == line]
        if not found or line.invoice_lines.move_id.filtered(
            lambda move: move.move_type == "out_refund"
        ):
            return False
        self.bills.remove(found[-1])
        move, line, pieces = found[-1]
        move.button_draft()
        counted.uninvoice(pieces)
        return True

    def _step_take_back(self, line, counted, pieces, _factor, again=False):
        """What comes back has been invoiced, or nothing sent has; it is credited."""
        there = counted.count(Pieces.THERE)
        invoiced = counted.count(Pieces.THERE, True)
        pieces = min(pieces, there)
        sent = line.move_ids.filtered(
            lambda move: move.state == "done"
            and move.location_dest_id.usage == "customer"
        )
        if not pieces or counted.allowed or invoiced not in (0, there):
            return False
        if max(sent.mapped("quantity"), default=0) < pieces:
            return False
        self._take_back(line, pieces, again)
        new = counted.take_back(pieces, again)
        if invoiced:
            self._compare([self.told, "back, not credited yet"])
            self._credit_pieces({line: pieces})
            for piece in [p for p in counted.pieces if p[0] == Pieces.BACK] + new:
                piece[1] = False
        return True

    def _step_exchange(self, line, counted, pieces, factor):
        return self._step_take_back(line, counted, pieces, factor, again=True)

    def _step_allowance(self, line, counted, pieces, _factor):
        """Whole prices off for goods that the customer has and keeps."""
        kept = counted.count(Pieces.THERE, True)
        if not kept or counted.count(Pieces.HERE, True):
            return False
        self._credit_pieces({line: min(pieces, kept)})
        counted.allowed = True
        return True

    def _step_correction(self, line, counted, pieces, _factor):
        pieces = min(pieces, counted.count(invoiced=True))
        if pieces:
            self._credit_pieces({line: pieces}, price_unit=line.price_unit / 5)
        return bool(pieces)

    def _step_credit_ahead(self, line, counted, pieces, _factor):
        """Invoiced before it was sent, and credited before it is."""
        pieces = min(pieces, counted.count(Pieces.HERE, True))
        unnoted = line.qty_delivered_method == "manual" and counted.policy == "order"
        if not pieces or counted.allowed or unnoted:
            return False
        self._credit_pieces({line: pieces})
        counted.uninvoice(pieces)
        return True

    def _step_price(self, line, counted, _pieces, factor):
        line.price_unit *= factor
        return True
