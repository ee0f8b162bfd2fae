"""What is bought: breadth, discounts, margin."""

from odoo.tools import SQL

from .source import Source


def _lines_sql(scope):
    """Figures of the lines of purchases of the last 365 days.

    ``product_breadth``: different products bought. ``discount_depth``: discounts
    given as a share of the undiscounted value. ``margin_365d``: subtotal less cost,
    company currency; only where the order line keeps its cost (Odoo's Margins
    app), since today's product cost would rewrite history.
    """
    value = SQL("l.price_unit * l.product_uom_qty / rate.value")
    margin = SQL("NULL::numeric")
    if "purchase_price" in scope.line_columns:
        margin = SQL(
            "SUM(ROUND((l.price_subtotal - l.purchase_price::numeric"
            " * l.product_uom_qty) / rate.value, %s))",
            scope.places,
        )
    goods = SQL("TRUE")
    if "is_delivery" in scope.line_columns:
        goods = SQL("l.is_delivery IS NOT TRUE")
    return SQL(
        """
        SELECT o.partner_id,
               COUNT(DISTINCT l.product_id) AS product_breadth,
               (SUM(%(value)s * l.discount / 100) FILTER (WHERE l.price_unit > 0)
                / NULLIF(SUM(%(value)s) FILTER (WHERE l.price_unit > 0), 0)
               )::float8 AS discount_depth,
               %(margin)s AS margin_365d
          FROM export_fact_order o
          JOIN sale_order_line l ON l.order_id = o.order_id
          CROSS JOIN LATERAL (
               SELECT COALESCE(NULLIF(o.currency_rate, 0), 1) AS value
               ) rate
         WHERE o.kept
           AND %(year)s
           AND l.display_type IS NULL
           AND l.is_downpayment IS NOT TRUE
           AND l.product_uom_qty > 0
           AND %(goods)s
         GROUP BY o.partner_id
        """,
        value=value,
        margin=margin,
        goods=goods,
        year=scope.within(SQL("o.day"), 365),
    )


LINES = Source(
    "lines",
    _lines_sql,
    zero=("product_breadth",),
    unknown=("discount_depth", "margin_365d"),
)
