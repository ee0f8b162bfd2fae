from odoo import Command

from . import script
from .teller import Teller


class Orders(Teller):
    def _make_orders(self, customers):
        """Create and confirm all orders at once.

        :return: list of ``(order, customer, deal)``, the oldest first
        """
        deals = sorted(
            ((customer, deal) for customer in customers for deal in customer.deals),
            key=lambda pair: -pair[1].ago,
        )
        orders = self.env["sale.order"].create(
            [self._order_vals(customer, deal) for customer, deal in deals]
        )
        orders.action_confirm()
        ago = {order: deal.ago for order, (_c, deal) in zip(orders, deals, strict=True)}
        for order in orders:
            moment = self._moment(ago[order])
            order.write({"date_order": moment, "export_confirmed_at": moment})
        self._backdate(
            "sale.order",
            {"create_date": {o.id: self._moment(ago[o] + 6) for o in orders}},
        )
        return [(order, *deal) for order, deal in zip(orders, deals, strict=True)]

    def _make_drafts(self, customers):
        drafts = [(c, draft) for c in customers for draft in c.drafts]
        orders = self.env["sale.order"].create(
            [
                {**self._order_vals(customer, draft), "state": draft.state}
                for customer, draft in drafts
            ]
        )
        dates = {
            order.id: self._moment(draft.ago)
            for order, (_c, draft) in zip(orders, drafts, strict=True)
        }
        self._backdate("sale.order", {"create_date": dates})
        for order in orders.filtered("export_sent_at"):
            order.export_sent_at = dates[order.id]

    def _order_vals(self, customer, deal):
        partner = self._customer(customer.key)
        pricelist = self._ref(f"pricelist_{customer.currency.lower()}")
        return {
            "partner_id": partner.id,
            "company_id": self.env.company.id,
            "date_order": self._moment(deal.ago),
            "pricelist_id": pricelist.id,
            "payment_term_id": self._ref(f"payment_term_{customer.terms}").id,
            "incoterm": self._ref(f"account.incoterm_{customer.incoterm}").id,
            "incoterm_location": partner.city if customer.incoterm != "FOB" else False,
            "user_id": partner.user_id.id,
            "export_kind": deal.kind,
            "order_line": [
                Command.create(vals) for vals in self._line_vals(customer, deal)
            ],
        }

    def _line_vals(self, customer, deal):
        """Return order lines that come to the amount of the deal, about."""
        unit = script.RATES[customer.currency][0]
        for name, share in script.MIXES[customer.mix].items():
            product = self._ref(f"product_{name}")
            price = round(product.list_price * unit, 2)
            quantity = max(1, round(deal.amount * share / price))
            if quantity > 200:
                quantity = round(quantity, -1)
            free = deal.kind == "sample"
            yield {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "price_unit": 0.0 if free else price,
            }

    def _deliver(self, booked):
        """Ship what is old enough; the deliveries are dated back."""
        dates = {
            order: self._moment(deal.ago - script.SHIPPED_AFTER)
            for order, _customer, deal in booked
            if deal.ago >= script.SHIPPED_AFTER
        }
        orders = self.env["sale.order"].concat(*dates)
        moves = orders.picking_ids.move_ids
        for move in moves:
            move.quantity = move.product_uom_qty
        moves.picked = True
        orders.picking_ids._action_done()
        for order, moment in dates.items():
            order.picking_ids.write({"scheduled_date": moment, "date_done": moment})
            order.picking_ids.move_ids.date = moment
