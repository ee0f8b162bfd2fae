from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.followup import followup as calc


class ExportCrmFollowup(models.Model):
    """Deliveries: what left, what came back, and when the customer has it."""

    _inherit = "export.crm.followup"

    @api.model
    def _events_deliveries(self, company, partner_ids, as_of):
        """Return the events (``tools/followup``) of deliveries since go-live.

        One per transfer, one per order (on its last delivery that was not returned),
        one per dispatch. What came back is no delivery; a new delivery is one. That
        goods have left is told until they have arrived.

        :param date as_of: today where the company is
        """
        rows = self.env.execute_query_dict(self._delivery_sql(company, partner_ids))
        transit = self.env["export.crm.transit"]._resolver(company)
        routes = self._order_routes({row["order_id"] for row in rows})
        zone, now = company._export_timezone(), fields.Datetime.now()
        last, found = {}, []
        for row in rows:
            dead = self._delivery_dead(row)
            day, source = calc.anchor_day(
                row["received"],
                row["eta"],
                row["day"],
                transit(
                    routes.get(row["order_id"], ()), row["incoterm"], row["country_id"]
                ),
            )
            arrived = calc.has_arrived(day, source, row["day"], as_of)
            evening = min(calc.window(day, zone)[1], now) if arrived else None
            found += self._picking_events(row, day, dead, evening)
            if row["kind"] == "order":
                last.setdefault(row["order_id"], []).append((day, dead, row))
        for deliveries in last.values():
            alive = [item for item in deliveries if not item[1]]
            day, dead, row = max(alive or deliveries, key=lambda item: item[0])
            found.append(self._order_delivered_event(row, day, dead))
        return found

    @api.model
    def _delivery_dead(self, row):
        """Return why a delivery calls for nothing, or None."""
        if row["state"] != "sale":
            return "order_cancelled"
        if row["net"] <= 0 or row["order_net"] <= 0:
            return "returned"
        return None

    @api.model
    def _picking_events(self, row, day, dead, arrived):
        """Yield the events of a transfer.

        :param day: on which the customer has, or will have, the goods
        :param arrived: evening (naive UTC) of the day when they were there, or None
        """
        common = {
            "model": "stock.picking",
            "record_id": row["picking_id"],
            "partner_id": row["partner_id"],
            "contact_id": row["contact_id"],
            "order_id": row["order_id"],
            "dead": dead,
        }
        if row["kind"] == "sample":
            yield calc.Event("sample_sent", day=day, **common)
            return
        yield calc.Event("delivery_received", day=day, per="delivery", **common)
        yield calc.Event(
            "shipped",
            day=row["day"],
            moment=row["date_done"],
            answered=arrived,
            **common,
        )

    @api.model
    def _order_delivered_event(self, row, day, dead):
        return calc.Event(
            "delivery_received",
            "sale.order",
            row["order_id"],
            row["partner_id"],
            row["contact_id"],
            day,
            order_id=row["order_id"],
            dead=dead,
            per="order",
        )

    @api.model
    def _order_routes(self, order_ids):
        """Return ``{order id: route ids}`` where the lines name routes."""
        field = self.env["sale.order.line"]._fields["route_ids"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.order_id, ARRAY_AGG(DISTINCT route.%(route)s)
                  FROM %(relation)s route
                  JOIN sale_order_line line ON line.id = route.%(line)s
                 WHERE line.order_id = ANY(%(orders)s)
                 GROUP BY line.order_id
                """,
                relation=SQL.identifier(field.relation),
                route=SQL.identifier(field.column2),
                line=SQL.identifier(field.column1),
                orders=list(order_ids),
            )
        )
        return {order_id: tuple(route_ids) for order_id, route_ids in rows}

    @api.model
    def _live_instant(self, company):
        """Return midnight of the go-live day, naive UTC."""
        day = company.export_go_live_date
        midnight = self.env["export.crm.account"]._facts_scope(company, day)
        return midnight.instant(day)

    @api.model
    def _delivery_sql(self, company, partner_ids):
        """Return a row per transfer to a customer that is done since go-live.

        ``net``: delivered less returned of this very transfer (moves that return
        one of its moves); ``order_net``: of the whole order. Quantities are in the
        product's unit, see ``account/sources/delivery.py``.
        """
        return SQL(
            """
            WITH purchase AS (
                SELECT o.id, o.state, o.export_kind AS kind, o.incoterm,
                       contact.id AS contact_id,
                       contact.commercial_partner_id AS partner_id,
                       ship.country_id
                  FROM sale_order o
                  JOIN res_partner contact ON contact.id = o.partner_id
             LEFT JOIN res_partner ship ON ship.id = o.partner_shipping_id
                 WHERE o.company_id = ANY(%(branches)s)
                   AND contact.commercial_partner_id = ANY(%(partners)s)
            ), moved AS (
                SELECT m.id, m.picking_id, line.order_id, m.origin_returned_move_id,
                       target.usage = 'customer' AS outgoing,
                       CASE WHEN m.product_uom_qty <> 0
                            THEN m.quantity / m.product_uom_qty * m.product_qty
                            ELSE m.quantity END AS quantity
                  FROM purchase
                  JOIN sale_order_line line ON line.order_id = purchase.id
                  JOIN stock_move m ON m.sale_line_id = line.id
                  JOIN stock_location origin ON origin.id = m.location_id
                  JOIN stock_location target ON target.id = m.location_dest_id
                 WHERE m.state = 'done'
                   AND (origin.usage = 'customer') <> (target.usage = 'customer')
            ), returned AS (
                SELECT origin_returned_move_id AS id, SUM(quantity) AS quantity
                  FROM moved
                 WHERE NOT outgoing AND origin_returned_move_id IS NOT NULL
                 GROUP BY origin_returned_move_id
            ), balance AS (
                SELECT order_id,
                       SUM(CASE WHEN outgoing THEN quantity ELSE -quantity END) AS net
                  FROM moved
                 GROUP BY order_id
            ), delivery AS (
                SELECT moved.picking_id, moved.order_id,
                       SUM(moved.quantity - COALESCE(returned.quantity, 0)) AS net
                  FROM moved
             LEFT JOIN returned ON returned.id = moved.id
                 WHERE moved.outgoing
                 GROUP BY moved.picking_id, moved.order_id
            )
            SELECT picking.id AS picking_id, purchase.id AS order_id, purchase.state,
                   purchase.kind, purchase.incoterm, purchase.partner_id,
                   purchase.contact_id, purchase.country_id,
                   picking.date_done,
                   (picking.date_done AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                       AS day,
                   picking.export_received_date AS received,
                   picking.export_eta AS eta,
                   delivery.net::float8 AS net, balance.net::float8 AS order_net
              FROM delivery
              JOIN stock_picking picking ON picking.id = delivery.picking_id
              JOIN purchase ON purchase.id = delivery.order_id
              JOIN balance ON balance.order_id = delivery.order_id
             WHERE picking.date_done >= %(live)s
             ORDER BY picking.date_done, picking.id
            """,
            branches=company._export_tree().ids,
            partners=list(partner_ids),
            tz=company._export_timezone().zone,
            live=self._live_instant(company),
        )
