"""Purchases by day and revenue, less credit notes."""

from odoo.tools import SQL

from .scope import WINDOWS
from .source import Source

QUARTERS = 8
# A line l of a credit note m that reverses what never stood in an order: the invoice
# has no line of an order, or has this very line without one.
_DIRECT = SQL(
    """
    m.reversed_entry_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel r
                     WHERE r.invoice_line_id = l.id)
    AND (NOT EXISTS (SELECT FROM account_move_line billed
                       JOIN sale_order_line_invoice_rel r
                         ON r.invoice_line_id = billed.id
                       JOIN sale_order_line sl ON sl.id = r.order_line_id
                       JOIN sale_order s ON s.id = sl.order_id
                      WHERE billed.move_id = m.reversed_entry_id
                        AND s.state = 'sale' AND s.export_kind = 'order'
                        AND sl.is_downpayment IS NOT TRUE)
         OR EXISTS (SELECT FROM account_move_line billed
                     WHERE billed.move_id = m.reversed_entry_id
                       AND billed.display_type = 'product'
                       AND billed.product_id IS NOT DISTINCT FROM l.product_id
                       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel r
                                        WHERE r.invoice_line_id = billed.id)))
    """
)


def _credits_sql(scope):
    """Select credit notes by their own date, as negative amounts.

    A posted customer credit note lowers revenue by its untaxed amount in company
    currency at its own rate. Lines that credit what never counted as revenue are
    taken out: lines of cancelled orders, of samples and replacements, of down
    payments, and of orders that a third party pays: those lower the revenue of
    whoever ordered, :func:`_paid_by_others_sql`. So are lines that reverse an invoice
    without an order: what was billed directly is no revenue here.
    """
    return SQL(
        """
        SELECT c.partner_id, m.invoice_date AS day,
               m.amount_untaxed_signed + COALESCE(x.balance, 0) AS amount
          FROM export_fact_contact c
          JOIN account_move m ON m.partner_id = c.contact_id
          LEFT JOIN (
               SELECT l.move_id, SUM(l.balance) AS balance
                 FROM (
                      SELECT DISTINCT l.id, l.move_id, l.balance
                        FROM export_fact_contact c
                        JOIN account_move m ON m.partner_id = c.contact_id
                        JOIN account_move_line l ON l.move_id = m.id
                        JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                        JOIN sale_order_line sl ON sl.id = r.order_line_id
                        JOIN sale_order s ON s.id = sl.order_id
                        JOIN res_partner buyer ON buyer.id = s.partner_id
                        JOIN res_partner payer ON payer.id = s.partner_invoice_id
                       WHERE m.company_id = ANY(%(branches)s)
                         AND m.move_type = 'out_refund'
                         AND m.state = 'posted'
                         AND (s.state <> 'sale' OR s.export_kind <> 'order'
                              OR sl.is_downpayment
                              OR (buyer.commercial_partner_id <> c.partner_id
                                  AND payer.commercial_partner_id
                                      <> buyer.commercial_partner_id))
                       UNION
                      SELECT l.id, l.move_id, l.balance
                        FROM export_fact_contact c
                        JOIN account_move m ON m.partner_id = c.contact_id
                        JOIN account_move_line l ON l.move_id = m.id
                       WHERE m.company_id = ANY(%(branches)s)
                         AND m.move_type = 'out_refund'
                         AND m.state = 'posted'
                         AND l.display_type = 'product'
                         AND %(direct)s
                      ) l
                GROUP BY l.move_id
               ) x ON x.move_id = m.id
         WHERE m.company_id = ANY(%(branches)s)
           AND m.move_type = 'out_refund'
           AND m.state = 'posted'
           AND m.invoice_date <= %(as_of)s
        """,
        branches=scope.branches,
        as_of=scope.as_of,
        direct=_DIRECT,
    )


def _paid_by_others_sql(scope):
    """Select credit notes to a third party for what the customer has ordered.

    Negative amounts, as :func:`_credits_sql`; those lines alone that credit orders of
    the customer which somebody else pays.
    """
    return SQL(
        """
        SELECT partner_id, day, -SUM(balance) AS amount
          FROM (
               SELECT DISTINCT o.partner_id, m.invoice_date AS day, l.id, l.balance
                 FROM export_fact_order o
                 JOIN sale_order s ON s.id = o.order_id
                 JOIN res_partner payer ON payer.id = s.partner_invoice_id
                  AND payer.commercial_partner_id <> o.partner_id
                 JOIN sale_order_line sl ON sl.order_id = s.id
                  AND sl.is_downpayment IS NOT TRUE
                 JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
                 JOIN account_move_line l ON l.id = r.invoice_line_id
                 JOIN account_move m ON m.id = l.move_id
                 JOIN res_partner billed ON billed.id = m.partner_id
                  AND billed.commercial_partner_id <> o.partner_id
                WHERE o.purchase
                  AND m.company_id = ANY(%(branches)s)
                  AND m.move_type = 'out_refund'
                  AND m.state = 'posted'
                  AND m.invoice_date <= %(as_of)s
               ) line
         GROUP BY partner_id, day
        """,
        branches=scope.branches,
        as_of=scope.as_of,
    )


def _days_sql(scope):
    """Select one row per customer and day: revenue, value bought, gap before.

    ``amount``: orders less credit notes; what was never counted as revenue is not
    taken off, so that all of it together is never below 0. ``purchase``: something of
    value was ordered that day and not credited in full; ``bought``: its value;
    ``gap``: days since the purchase day before. All orders of a customer on one day
    are one purchase.
    """
    return SQL(
        """
        SELECT partner_id, day, bought, purchase,
               counted - LAG(counted, 1, 0.0)
                         OVER (PARTITION BY partner_id ORDER BY day) AS amount,
               CASE WHEN purchase THEN
                   day - LAG(day) OVER (PARTITION BY partner_id, purchase ORDER BY day)
               END AS gap
          FROM (
               -- Where all up to a day would be below 0, counting begins anew.
               SELECT *, total - LEAST(0, MIN(total) OVER (PARTITION BY partner_id
                                                           ORDER BY day)) AS counted
                 FROM (
                      SELECT partner_id, day, SUM(bought) AS bought,
                             SUM(bought) > 0 AS purchase,
                             SUM(SUM(amount)) OVER (PARTITION BY partner_id
                                                    ORDER BY day) AS total
                        FROM (
                             SELECT partner_id, day, amount,
                                    CASE WHEN kept THEN GREATEST(amount, 0)
                                         ELSE 0 END AS bought
                               FROM export_fact_order
                              WHERE purchase
                              UNION ALL
                             SELECT partner_id, day, amount, 0 FROM (%s) credit
                              UNION ALL
                             SELECT partner_id, day, amount, 0 FROM (%s) elsewhere
                             ) document
                       GROUP BY partner_id, day
                      ) d
               ) floored
        """,
        _credits_sql(scope),
        _paid_by_others_sql(scope),
    )


def _window_columns(scope):
    """SQL list: orders and revenue of each window and of the one before."""
    day = SQL("day")
    columns = []
    for days in WINDOWS:
        for back, name in ((0, f"{days}d"), (1, f"prev_{days}d")):
            within = scope.within(day, days, back)
            columns += [
                SQL(
                    "COUNT(*) FILTER (WHERE purchase AND %s) AS %s",
                    within,
                    SQL.identifier(f"orders_{name}"),
                ),
                SQL(
                    "COALESCE(SUM(amount) FILTER (WHERE %s), 0) AS %s",
                    within,
                    SQL.identifier(f"revenue_{name}"),
                ),
            ]
    return SQL(", ").join(columns)


def _trade_sql(scope):
    """Purchases, revenue, regularity; see the fields' help for each column."""
    day = SQL("day")
    return SQL(
        """
        SELECT partner_id,
               MIN(day) FILTER (WHERE purchase) AS first_order_date,
               MAX(day) FILTER (WHERE purchase) AS last_order_date,
               COUNT(*) FILTER (WHERE purchase) AS order_count,
               %(windows)s,
               SUM(amount) AS revenue_total,
               COUNT(DISTINCT WIDTH_BUCKET(day, %(quarters)s::date[]))
                   FILTER (WHERE purchase AND day >= %(quarters_start)s)
                   AS quarters_active,
               COUNT(DISTINCT WIDTH_BUCKET(day, %(quarters)s::date[]))
                   FILTER (WHERE purchase AND day >= %(year_start)s)
                   AS quarters_active_4,
               AVG(gap)::float8 AS interval_mean,
               (STDDEV_SAMP(gap) / AVG(gap))::float8 AS interval_cv,
               MAX(gap) AS gap_longest,
               %(as_of)s - MAX(day) FILTER (WHERE purchase) AS gap_open,
               ROUND(AVG(bought) FILTER (WHERE purchase), %(places)s)
                   AS order_average,
               ROUND(AVG(bought) FILTER (WHERE purchase AND %(half)s), %(places)s)
                   AS order_average_182d,
               ROUND(AVG(bought) FILTER (WHERE purchase AND %(before)s), %(places)s)
                   AS order_average_prev_182d
          FROM (%(days)s) day
         GROUP BY partner_id
        """,
        windows=_window_columns(scope),
        quarters=scope.quarters(QUARTERS),
        quarters_start=scope.quarters(QUARTERS)[0],
        year_start=scope.quarters(QUARTERS)[-5],
        as_of=scope.as_of,
        places=scope.places,
        half=scope.within(day, 182),
        before=scope.within(day, 182, 1),
        days=_days_sql(scope),
    )


TRADE = Source(
    "trade",
    _trade_sql,
    zero=(
        "order_count",
        *(
            f"{what}_{name}"
            for days in WINDOWS
            for name in (f"{days}d", f"prev_{days}d")
            for what in ("orders", "revenue")
        ),
        "revenue_total",
        "quarters_active",
        "quarters_active_4",
    ),
    unknown=(
        "first_order_date",
        "last_order_date",
        "interval_mean",
        "interval_cv",
        "gap_longest",
        "gap_open",
        "order_average",
        "order_average_182d",
        "order_average_prev_182d",
    ),
)
