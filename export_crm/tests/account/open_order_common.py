from datetime import datetime, time

from odoo import Command

from .common import FactsCommon


class OpenOrderCommon(FactsCommon):
    """Orders, transfers, invoices and credit notes as people make them, on day ``on``
    (from today)."""

    on = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = {
            (kind, policy): cls._create_product(
                name=f"{kind} by {policy}",
                type=kind,
                invoice_policy=policy,
                taxes_id=[],
            )
            for kind in ("consu", "service")
            for policy in ("order", "delivery")
        }

    def _goods(self, *lines, kind="consu", policy="order", **values):
        """Confirm an order; ``lines``: dicts of line values, default 10 at 100.00."""
        product = self.products[kind, policy]
        defaults = {
            "product_id": product.id,
            "product_uom_qty": 10,
            "price_unit": 100.0,
        }
        order = self._order(
            self.customer,
            self._day(0),
            lines=[{**defaults, **line} for line in lines or ({},)],
            **values,
        )
        return order

    def _send(self, line, quantity, rest=True):
        """Deliver pieces of a line: by its transfer, or by hand where it has none.

        :param bool rest: a backorder follows
        """
        if line.qty_delivered_method == "manual":
            line.qty_delivered += quantity
            return
        move = line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
            and move.location_dest_id.usage == "customer"
        )[:1]
        move.write({"quantity": quantity, "picked": True})
        move.picking_id.with_context(cancel_backorder=not rest)._action_done()
        move.date = datetime.combine(self._day(self.on), time(12))

    def _take_back(self, line, quantity, again=False):
        """Have the customer return pieces; ``again``: they are to be sent anew."""
        picking = line.move_ids.filtered(
            lambda move: move.state == "done"
            and move.location_dest_id.usage == "customer"
            and move.quantity >= quantity
        )[:1].picking_id
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for returned in wizard.product_return_moves:
            own = returned.move_id.sale_line_id == line
            returned.write({"quantity": quantity if own else 0, "to_refund": True})
        if again:
            action = wizard.action_create_exchanges()
        else:
            action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back._action_done()

    def _bill(self, quantities, post=True, kind="out_invoice", **values):
        """Make one invoice (or credit note) of pieces: ``{order line: pieces}``.

        :param values: of the invoice lines, for another price or unit
        """
        lines = self.env["sale.order.line"].concat(*quantities)
        move = self.env["account.move"].create(
            {
                **lines.order_id[0]._prepare_invoice(),
                "move_type": kind,
                "invoice_date": self._day(self.on),
                "date": self._day(self.on),
                "invoice_line_ids": [
                    Command.create(
                        {**line._prepare_invoice_line(quantity=pieces), **values}
                    )
                    for line, pieces in quantities.items()
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def _credit_pieces(self, quantities, **values):
        return self._bill(quantities, kind="out_refund", **values)

    def _to_invoice(self):
        """Return what is confirmed and not invoiced; the live figure agrees."""
        account = self._facts(self.customer, self._day(0))
        live = self.accounts.sudo()._live_exposure(self.company, self.customer.ids)
        self.assertEqual(live[self.customer.id], account.exposure)
        bound = self.accounts.sudo()._exposure_bound(self.company, self.customer.ids)
        self.assertGreaterEqual(bound[self.customer.id] + 0.01, account.exposure)
        return account.to_invoice_amount


class Pieces:
    """A line counted by hand, piece by piece.

    Each is with us (to be sent), with the customer, or back with us for good; and
    invoiced or not. In order: the first ones are sent and invoiced first.
    """

    HERE, THERE, BACK = "here", "there", "back"

    def __init__(self, ordered, policy):
        self.policy = policy
        self.pieces = [[self.HERE, False] for _number in range(ordered)]
        self.allowed = False  # something was credited that the customer keeps

    def count(self, where=None, invoiced=None):
        return sum(
            where in (None, place) and invoiced in (None, billed)
            for place, billed in self.pieces
        )

    def _turn(self, number, index, value, which, last=False):
        found = [piece for piece in self.pieces if which(piece)]
        for piece in reversed(found) if last else found:
            if number:
                piece[index] = value
                number -= 1
        return number

    def send(self, number):
        left = self._turn(number, 0, self.THERE, lambda p: p[0] == self.HERE)
        self.pieces += [[self.THERE, False] for _more in range(left)]

    def invoice(self, number):
        self._turn(number, 1, True, lambda p: not p[1] and p[0] != self.BACK)

    def uninvoice(self, number):
        """An invoice is no more: its pieces are to be invoiced anew."""
        self._turn(number, 1, False, lambda p: p[1], last=True)

    def take_back(self, number, again):
        """The last pieces sent come back; another one may be sent for each, which the
        same invoice pays for. Return what takes their place."""
        there = [piece for piece in self.pieces if piece[0] == self.THERE]
        new = []
        for piece in there[-number:]:
            piece[0] = self.BACK
            if again:
                new.append([self.HERE, piece[1]])
        self.pieces += new
        return new

    def open(self):
        """Pieces to be invoiced: not invoiced, and not back for good.

        What was invoiced for one that came back, and isn't credited, pays for another.
        """
        left = self.count(self.HERE, False) + self.count(self.THERE, False)
        return max(left - self.count(self.BACK, True), 0)
