from collections import namedtuple

from odoo import models
from odoo.tools import float_round
from odoo.tools.misc import format_date

# So many names of goods tell one order from another.
NAMED = 2


class ClaimRow(namedtuple("ClaimRow", "name line move quantity unit")):
    """A row of the portal's form: goods that can be claimed about.

    ``quantity`` of ``unit``: how many there are; ``move``: of which delivery, if the
    row is about one.
    """

    def values(self, quantity):
        """Return the values of a claim line about so many of these goods."""
        values = {"quantity": quantity, "amount": self._worth(quantity)}
        if self.move:
            return {**values, "move_id": self.move.id}
        return {**values, "sale_line_id": self.line.id}

    def _worth(self, quantity):
        """Return what the goods cost by the order, as far as it can be claimed.

        Rounded down: claimed one by one, the goods are never worth more than together.
        """
        line = self.line
        if not line.product_uom_qty:
            return 0.0
        sold = self.unit._compute_quantity(quantity, line.product_uom_id, round=False)
        worth = float_round(
            line.price_total * sold / line.product_uom_qty,
            precision_rounding=line.currency_id.rounding,
            rounding_method="DOWN",
        )
        left = line.env["export.crm.claim.line"]._money_left(line)
        return max(min(worth, left), 0.0)


class SaleOrder(models.Model):
    """What the portal's form shows of an order; called as superuser."""

    _inherit = "sale.order"

    def _export_claim_label(self):
        """Return what a customer knows an order by: number, date, goods."""
        self.ensure_one()
        names = [
            line.product_id.name or (line.name or "").split("\n")[0]
            for line in self._export_claim_lines()
        ]
        goods = ", ".join(names[:NAMED])
        if len(names) > NAMED:
            goods = f"{goods} +{len(names) - NAMED}"
        number = self.name
        if self.client_order_ref:
            number = f"{number} ({self.client_order_ref})"
        day = format_date(self.env, self.date_order)
        return " · ".join(filter(None, [number, day, goods]))

    def _export_claim_lines(self):
        return self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )

    def _export_claim_rows(self, category, picking, everything=False):
        """Return the goods of an order that the form asks about.

        :param category: about goods that were delivered, or that are late or missing
        :param picking: the delivery that the claim is about, if it is about one
        :param bool everything: what may be posted, not only what is shown
        :rtype: list[ClaimRow]
        """
        if not self:
            return []
        lines = self._export_claim_lines()
        if category.goods == "missing":
            return self._missing_rows(lines, picking, everything)
        if picking and not everything:
            lines = (lines & picking.move_ids.sale_line_id) or lines
        return [
            ClaimRow(
                f"quantity_{line.id}",
                line,
                self.env["stock.move"],
                line.qty_delivered,
                line.product_uom_id,
            )
            for line in lines
        ]

    def _missing_rows(self, lines, picking, everything):
        """Return what has not been delivered yet, and what is said to have been."""
        rows = []
        for line in lines if everything or not picking else ():
            waited_for = max(line.product_uom_qty - line.qty_delivered, 0.0)
            if waited_for or everything:
                rows.append(
                    ClaimRow(
                        f"quantity_{line.id}",
                        line,
                        self.env["stock.move"],
                        waited_for,
                        line.product_uom_id,
                    )
                )
        pickings = self.picking_ids if everything else picking or self.picking_ids
        moves = pickings.move_ids.filtered(
            lambda move: move.state == "done"
            and move.sale_line_id in lines
            and move.location_dest_usage == "customer"
        )
        for move in moves.sorted(lambda one: (one.date, one.id)):
            rows.append(
                ClaimRow(
                    f"quantity_move_{move.id}",
                    move.sale_line_id,
                    move,
                    move.quantity,
                    move.product_uom,
                )
            )
        return rows
