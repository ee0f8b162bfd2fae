"""Orders of services alone: nothing is delivered, and yet the customer has had it."""

from odoo.tools import SQL


def service_orders_sql(orders):
    """Select the orders that have services and no goods: ``order_id``.

    Down payments, notes and lines that were taken back to 0 are neither.

    :param SQL orders: selects ids of orders as ``order_id``
    """
    return SQL(
        """
        SELECT line.order_id
          FROM (%s) o
          JOIN sale_order_line line ON line.order_id = o.order_id
          JOIN product_product variant ON variant.id = line.product_id
          JOIN product_template product ON product.id = variant.product_tmpl_id
         WHERE line.product_uom_qty > 0 AND line.is_downpayment IS NOT TRUE
         GROUP BY line.order_id
        HAVING BOOL_AND(product.type = 'service')
        """,
        orders,
    )


def services_sql(scope):
    """Purchases of services alone that were due by the as-of day.

    A service is due on the day promised for its order, else on the order's.
    """
    return SQL(
        """
        SELECT o.partner_id, COUNT(*) AS service_count
          FROM export_fact_order o
          JOIN (%s) service ON service.order_id = o.order_id
          JOIN sale_order s ON s.id = o.order_id
         WHERE s.commitment_date IS NULL OR s.commitment_date < %s
         GROUP BY o.partner_id
        """,
        service_orders_sql(SQL("SELECT order_id FROM export_fact_order WHERE kept")),
        scope.until,
    )
