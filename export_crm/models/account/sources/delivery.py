"""Goods delivered and returned, services rendered, by the orders they belong to."""

from odoo.tools import SQL

from .services import services_sql
from .source import Source


def _delivery_sql(scope):
    """Deliveries to and returns from the customer on its purchase orders; services.

    A delivery is a transfer with at least one done move into a customer location.
    Quantities are in each product's own unit (a move's ``product_qty`` is its demand
    in that unit; done/demanded is the same in any unit). Moves without an order line
    are not the customer's business here.
    """
    return SQL(
        """
        SELECT COALESCE(goods.partner_id, served.partner_id) AS partner_id,
               goods.delivery_count, goods.delivery_count_365d,
               goods.last_delivery_date, goods.delivered_qty_365d,
               goods.returned_qty_365d, served.service_count
          FROM (
               SELECT partner_id,
                      COUNT(DISTINCT picking_id) FILTER (WHERE outgoing)
                          AS delivery_count,
                      COUNT(DISTINCT picking_id) FILTER (WHERE outgoing AND %(year)s)
                          AS delivery_count_365d,
                      MAX(day) FILTER (WHERE outgoing) AS last_delivery_date,
                      COALESCE(SUM(quantity) FILTER (WHERE outgoing AND %(year)s), 0)
                          AS delivered_qty_365d,
                      COALESCE(SUM(quantity)
                               FILTER (WHERE NOT outgoing AND %(year)s), 0)
                          AS returned_qty_365d
                 FROM (
                      SELECT o.partner_id, m.picking_id, %(day)s AS day,
                             target.usage = 'customer' AS outgoing,
                             (CASE WHEN m.product_uom_qty <> 0
                                   THEN m.quantity / m.product_uom_qty * m.product_qty
                                   ELSE m.quantity END)::float8 AS quantity
                        FROM export_fact_order o
                        JOIN sale_order_line sl ON sl.order_id = o.order_id
                        JOIN stock_move m ON m.sale_line_id = sl.id
                        JOIN stock_location origin ON origin.id = m.location_id
                        JOIN stock_location target ON target.id = m.location_dest_id
                       WHERE o.purchase
                         AND m.state = 'done'
                         AND m.date < %(until)s
                         AND (origin.usage = 'customer') <> (target.usage = 'customer')
                      ) move
                GROUP BY partner_id
               ) goods
          FULL JOIN (%(services)s) served ON served.partner_id = goods.partner_id
        """,
        services=services_sql(scope),
        day=scope.day(SQL("m.date")),
        until=scope.until,
        year=scope.within(SQL("day"), 365),
    )


DELIVERY = Source(
    "delivery",
    _delivery_sql,
    zero=(
        "delivery_count",
        "delivery_count_365d",
        "delivered_qty_365d",
        "returned_qty_365d",
        "service_count",
    ),
    unknown=("last_delivery_date",),
)
