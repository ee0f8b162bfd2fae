from collections import defaultdict

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare
from odoo.tools.misc import formatLang

from ..core.wording import number
from .export_crm_claim_line import ANCHORS


class ExportCrmClaimLine(models.Model):
    """How much can be claimed about.

    What was delivered, net of returns. About goods that are late or missing: what had
    not been delivered when the claim was filed, or what a delivery that it names was
    said to bring. Money: what was sold or invoiced, less credit notes.
    """

    _inherit = "export.crm.claim.line"

    @api.constrains("quantity", "amount", "uom_id", "rejected", *ANCHORS)
    def _check_claimable(self):
        """Judge, under lock, that no more is claimed than there is."""
        claimed = self.filtered(
            lambda line: (line.quantity or line.amount) and not line.rejected
        )
        anchors = {
            (line[name]._name, line[name].id): (name, line[name])
            for line in claimed
            for name in ANCHORS
            if line[name]
        }
        self.env["export.crm.claim.gate"]._pass(set(anchors))
        for name, anchor in anchors.values():
            claimed._check_anchor(name, anchor.sudo())

    def _check_anchor(self, name, anchor):
        """Raise unless all claims together stay within what ``anchor`` was.

        These lines are the ones that have changed.
        """
        # Sudo: the limit holds over the claims of everybody.
        lines = self.sudo().search(
            [
                (name, "=", anchor.id),
                ("rejected", "=", False),
                ("claim_id.state", "!=", "cancelled"),
            ]
        )
        if anchor._name == "stock.lot":
            # One lot goes to many customers: each may claim about what it has got.
            for customer, own in lines.grouped("commercial_partner_id").items():
                self._check_quantity(anchor, own, *self._net_lot(anchor, customer))
        elif anchor._name == "sale.order.line":
            waited_for = lines.filtered(lambda line: line._is_waited_for())
            if self & waited_for:
                self._check_waited_for(anchor, waited_for)
            if delivered := lines - waited_for:
                self._check_quantity(anchor, delivered, *self._net_quantity(anchor))
        else:
            self._check_quantity(anchor, lines, *self._net_quantity(anchor))
        self._check_anchor_amount(anchor, lines)

    def _is_waited_for(self):
        """Tell whether this is about goods that have not been delivered, by the
        books: a delivery that it names has left."""
        category = self.claim_id.category_id
        return category.goods == "missing" and not self.move_id and not self.lot_id

    @api.model
    def _check_waited_for(self, anchor, lines):
        """Raise unless these lines are about goods that had not been delivered.

        Each at the time when its claim was filed: what has come since was waited for,
        too. Goods that were still missing later were missing before, so that what is
        claimed about from some day on fits into what was missing on that day.
        """
        unit = anchor.product_uom_id
        asked = 0.0
        for line in lines.sorted(lambda one: (one.claim_id.opened_at, one.id))[::-1]:
            asked += line._quantity_in(unit)
            delivered = self._delivered_by(anchor, line.claim_id.opened_at)
            missing = max(anchor.product_uom_qty - delivered, 0.0)
            if float_compare(asked, missing, precision_rounding=unit.rounding) > 0:
                raise ValidationError(
                    self.env._(
                        "%(what)s: %(net)s %(unit)s had not been delivered; all claims "
                        "together would be about %(asked)s. If goods are missing from "
                        "a delivery, name the delivery.",
                        what=anchor.display_name,
                        net=number(self.env, missing),
                        unit=unit.name,
                        asked=number(self.env, asked),
                    )
                )

    @api.model
    def _delivered_by(self, anchor, moment):
        """Return what of an order line had been delivered at a moment (naive UTC)."""
        if anchor.qty_delivered_method != "stock_move":
            return anchor.qty_delivered
        delivered = 0.0
        for sign, moves in zip(
            (1, -1), anchor._get_outgoing_incoming_moves(), strict=True
        ):
            for move in moves:
                if move.state == "done" and move.date <= moment:
                    delivered += sign * move.product_uom._compute_quantity(
                        move.quantity, anchor.product_uom_id
                    )
        return delivered

    def _quantity_in(self, unit):
        if not self.uom_id:
            return self.quantity
        return self.uom_id._compute_quantity(self.quantity, unit, round=False)

    @api.model
    def _check_quantity(self, anchor, lines, quantity, unit):
        """Raise unless these lines together are about ``quantity`` at most."""
        asked = sum(line._quantity_in(unit) for line in lines)
        if float_compare(asked, quantity, precision_rounding=unit.rounding) > 0:
            raise ValidationError(
                self.env._(
                    "%(what)s: %(net)s %(unit)s were delivered, net of returns; all "
                    "claims together would be about %(asked)s.",
                    what=anchor.display_name,
                    net=number(self.env, quantity),
                    unit=unit.name,
                    asked=number(self.env, asked),
                )
            )

    @api.model
    def _check_anchor_amount(self, anchor, lines):
        limit = self._net_amount(anchor)
        if limit is None or not any(lines.mapped("amount")):
            return
        currency = anchor.currency_id
        asked = sum(
            line.currency_id._convert(
                line.amount, currency, line.company_id, self._anchor_date(anchor)
            )
            for line in lines
        )
        if currency.compare_amounts(asked, limit) > 0:
            raise ValidationError(
                self.env._(
                    "%(what)s: %(net)s was sold or invoiced, less credit notes; all "
                    "claims together would be about %(asked)s.",
                    what=anchor.display_name,
                    net=formatLang(self.env, limit, currency_obj=currency),
                    asked=formatLang(self.env, asked, currency_obj=currency),
                )
            )

    # === WHAT CAN BE CLAIMED === #

    @api.model
    def _net_quantity(self, anchor):
        """Return (quantity, unit) delivered or invoiced, net of what came back."""
        if anchor._name == "sale.order.line":
            quantity = anchor.qty_delivered
            if anchor.product_id.type == "service":
                quantity = max(quantity, anchor.qty_invoiced)
            return quantity, anchor.product_uom_id
        if anchor._name == "stock.move":
            back = anchor.returned_move_ids.filtered(lambda m: m.state == "done")
            returned = sum(
                m.product_uom._compute_quantity(m.quantity, anchor.product_uom)
                for m in back
            )
            done = anchor.quantity if anchor.state == "done" else 0.0
            return done - returned, anchor.product_uom
        credited = sum(self._credit_lines(anchor).mapped("quantity"))
        return anchor.quantity - credited, (
            anchor.product_uom_id or anchor.product_id.uom_id
        )

    @api.model
    def _net_amount(self, anchor):
        """Return what was sold or invoiced of a line, less credits (None: no limit).

        Tax included, in the line's own currency.
        """
        if anchor._name == "sale.order.line":
            posted = anchor.invoice_lines.filtered(lambda m: m.parent_state == "posted")
            total = dict.fromkeys(("out_invoice", "out_refund"), 0.0)
            for line in posted.filtered(lambda m: m.move_id.move_type in total):
                total[line.move_id.move_type] += line.currency_id._convert(
                    line.price_total,
                    anchor.currency_id,
                    line.company_id,
                    line.invoice_date or line.date,
                )
            # Goods that wait for their delivery wait for their invoice, too.
            sold = max(anchor.price_total, total["out_invoice"])
            return sold - total["out_refund"]
        if anchor._name == "account.move.line":
            credited = sum(self._credit_lines(anchor).mapped("price_total"))
            return anchor.price_total - credited
        return None

    @api.model
    def _money_left(self, anchor):
        """Return what can still be claimed of an order line, in its currency."""
        claimed = self.sudo().search(  # the claims of everybody
            [
                ("sale_line_id", "=", anchor.id),
                ("rejected", "=", False),
                ("claim_id.state", "!=", "cancelled"),
            ]
        )
        return self._net_amount(anchor) - sum(claimed.mapped("amount"))

    @api.model
    def _anchor_date(self, anchor):
        if anchor._name == "account.move.line":
            return anchor.invoice_date or anchor.date
        return anchor.order_id.date_order

    @api.model
    def _credit_lines(self, invoice_line):
        credits = invoice_line.move_id.reversal_move_ids.filtered(
            lambda move: move.state == "posted"
        )
        sold = invoice_line.sale_line_ids
        return credits.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
            and (
                # The same product may be there twice, as goods and as samples.
                line.sale_line_ids & sold
                if sold and line.sale_line_ids
                else line.product_id == invoice_line.product_id
            )
        )

    @api.model
    def _lot_moves(self, lot):
        return self.env["stock.move.line"].search(
            [("lot_id", "=", lot.id), ("state", "=", "done")]
        )

    @api.model
    def _net_lot(self, lot, customer):
        """Return (quantity, unit) of a lot that is with a customer."""
        found = defaultdict(float)
        for line in self._lot_moves(lot):
            if line.picking_id.partner_id.commercial_partner_id != customer:
                continue
            if line.location_dest_id.usage == "customer":
                found["out"] += line.quantity_product_uom
            elif line.location_id.usage == "customer":
                found["back"] += line.quantity_product_uom
        return found["out"] - found["back"], lot.product_uom_id
