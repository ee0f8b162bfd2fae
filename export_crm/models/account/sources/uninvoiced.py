"""What is confirmed but not invoiced: order lines, counted by quantities.

The rules are those of ``tools/account/open_order.py``, step by step.
"""

from odoo.tools import SQL

# A line may be invoiced in dozens: thirds of them leave a rest that is none.
_PLACES = 5


def _outside(location):
    """SQL: the location ``location`` is the customer's, as ``_is_outgoing`` says."""
    name = SQL.identifier(location)
    return SQL(
        "(%s.usage = 'customer' OR %s.usage = 'transit' AND %s.company_id IS NULL)",
        name,
        name,
        name,
    )


def candidates_sql(scope):
    """Select confirmed orders that may not be fully invoiced at the as-of day.

    An order counts for whoever is to be invoiced. Odoo calls an order invoiced as
    soon as a draft invoice exists; what is in a draft, or in an invoice dated after
    the as-of day, isn't invoiced yet, so such orders are looked at again.
    """
    return SQL(
        """
        SELECT s.id, c.partner_id, s.amount_total, s.currency_id, s.currency_rate
          FROM export_fact_contact c
          JOIN sale_order s ON s.partner_invoice_id = c.contact_id
         WHERE s.company_id = ANY(%(branches)s)
           AND s.state = 'sale'
           AND s.date_order < %(until)s
           AND s.invoice_status IN ('no', 'to invoice')
         UNION
        SELECT s.id, c.partner_id, s.amount_total, s.currency_id, s.currency_rate
          FROM export_fact_contact c
          JOIN account_move m ON m.partner_id = c.contact_id
          JOIN account_move_line l ON l.move_id = m.id
          JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
          JOIN sale_order_line sl ON sl.id = r.order_line_id
          JOIN sale_order s ON s.id = sl.order_id
          JOIN export_fact_contact o
            ON o.contact_id = s.partner_invoice_id AND o.partner_id = c.partner_id
         WHERE m.company_id = ANY(%(branches)s)
           AND m.move_type = 'out_invoice'
           AND (m.state = 'draft' OR m.state = 'posted' AND m.invoice_date > %(as_of)s)
           AND s.company_id = ANY(%(branches)s)
           AND s.state = 'sale'
           AND s.date_order < %(until)s
        """,
        branches=scope.branches,
        until=scope.until,
        as_of=scope.as_of,
    )


def _lines_sql():
    """Select the lines of these orders: pieces, unit price, how they are invoiced.

    ``side`` is -1 for a line of negative quantity, whose pieces are counted as
    positive ones. A line of which nothing was ordered (an expense, goods added to a
    transfer) has no total to take the price from; its taxes are taken as far as they
    are percentages.
    """
    return SQL(
        """
        SELECT sl.id, sl.order_id, sl.price_total, sl.is_downpayment,
               side.value AS side,
               ABS(sl.product_uom_qty) AS ordered,
               GREATEST(sl.qty_delivered * side.value, 0) AS delivered,
               sl.qty_delivered_method = 'stock_move' AS moved,
               t.invoice_policy = 'delivery' AS by_delivery,
               COALESCE(
                   sl.price_total / NULLIF(sl.product_uom_qty, 0),
                   (sl.price_unit * (1 - COALESCE(sl.discount, 0) / 100))::numeric
                   * (1 + COALESCE(tax.percent, 0) / 100)
               ) AS price,
               COALESCE(u.factor, 1) AS unit, sl.product_id
          FROM export_fact_uninvoiced o
          JOIN sale_order_line sl ON sl.order_id = o.id
          CROSS JOIN LATERAL (
               SELECT CASE WHEN sl.product_uom_qty < 0
                             OR sl.product_uom_qty = 0 AND sl.qty_delivered < 0
                           THEN -1 ELSE 1 END AS value
               ) side
          LEFT JOIN uom_uom u ON u.id = sl.product_uom_id
          LEFT JOIN product_product p ON p.id = sl.product_id
          LEFT JOIN product_template t ON t.id = p.product_tmpl_id
          LEFT JOIN (
               SELECT zero.id, SUM(at.amount)::numeric AS percent
                 FROM export_fact_uninvoiced o
                 JOIN sale_order_line zero
                   ON zero.order_id = o.id AND zero.product_uom_qty = 0
                 JOIN account_tax_sale_order_line_rel r
                   ON r.sale_order_line_id = zero.id
                 JOIN account_tax at ON at.id = r.account_tax_id
                 JOIN res_company co ON co.id = at.company_id
                WHERE at.amount_type = 'percent'
                  AND COALESCE(at.price_include_override, co.account_price_include, '')
                      <> 'tax_included'
                GROUP BY zero.id
               ) tax ON tax.id = sl.id
         WHERE sl.display_type IS NULL
        """,
    )


def _invoiced_sql(scope):
    """Select per line the pieces invoiced, credited and drafted, and the amount.

    A credit note counts pieces where its price is at least half of what they were
    invoiced at on average; else it corrects a price. ``credited_on`` is the day of the
    last one, ``invoiced_then`` what was invoiced by then. ``amount`` is invoices less
    credit notes in the order's currency: what is left of a down payment.
    """
    return SQL(
        """
        WITH part AS (
             SELECT x.id, back.value * x.side * l.quantity
                        * COALESCE(u.factor, 1) / x.unit AS qty,
                    m.state = 'posted' AND m.invoice_date <= %(as_of)s AS posted,
                    m.invoice_date AS day,
                    back.value * l.price_total
                        * CASE WHEN m.currency_id = o.currency_id THEN 1
                               ELSE o.currency_rate / rate.value END AS amount,
                    ABS(l.price_total) / rate.value AS value
               FROM export_fact_uninvoiced_line x
               JOIN export_fact_uninvoiced o ON o.id = x.order_id
               JOIN sale_order_line_invoice_rel r ON r.order_line_id = x.id
               JOIN account_move_line l ON l.id = r.invoice_line_id
               JOIN account_move m ON m.id = l.move_id
               LEFT JOIN uom_uom u ON u.id = l.product_uom_id
               CROSS JOIN LATERAL (
                    SELECT CASE WHEN m.move_type = 'out_refund' THEN -1 ELSE 1 END
                           AS value
                    ) back
               CROSS JOIN LATERAL (
                    SELECT COALESCE(NULLIF(m.invoice_currency_rate, 0), 1) AS value
                    ) rate
              WHERE m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                AND m.state IN ('draft', 'posted')
             ),
             priced AS (
             SELECT *, SUM(value) FILTER (WHERE qty > 0 AND posted) OVER line
                       / SUM(qty) FILTER (WHERE qty > 0 AND posted) OVER line AS usual
               FROM part WINDOW line AS (PARTITION BY id)
             ),
             judged AS (
             SELECT *, qty < 0 AND posted AND 2 * value >= usual * -qty AS credits
               FROM priced
             ),
             dated AS (
             SELECT *, MAX(day) FILTER (WHERE credits) OVER (PARTITION BY id)
                       AS credited_on
               FROM judged
             )
        SELECT id,
               SUM(qty) FILTER (WHERE qty > 0 AND posted) AS invoiced,
               SUM(-qty) FILTER (WHERE credits) AS credited,
               SUM(qty) FILTER (WHERE qty > 0 AND NOT posted) AS drafted,
               SUM(amount) FILTER (WHERE posted) AS amount,
               MAX(credited_on) AS credited_on,
               SUM(qty) FILTER (WHERE qty > 0 AND posted AND day <= credited_on)
                   AS invoiced_then
          FROM dated
         GROUP BY id
        """,
        as_of=scope.as_of,
    )


def _moved_sql(scope):
    """Select per line that Odoo counts by its transfers what is still to be sent, what
    came back, and what had been sent by the day of the last credit note.

    Of a kit the parts move: whatever part of them came back, came back of the kit,
    and as long as one is to be sent, all that is missing is.
    """
    return SQL(
        """
        SELECT id,
               CASE WHEN own THEN sent_out
                    WHEN sent_out > 0 THEN ordered ELSE 0 END AS coming,
               CASE WHEN own THEN back
                    WHEN gone > back THEN delivered * back / (gone - back)
                    ELSE LEAST(back, ordered) END AS back,
               COALESCE(gone_then / NULLIF(gone, 0), 0) AS part_then
          FROM (
               SELECT x.id, x.ordered, x.delivered,
                      bool_and(sm.product_id = x.product_id) AS own,
                      COALESCE(SUM(sm.product_uom_qty * scale.value)
                          FILTER (WHERE sm.state <> 'done' AND %(out)s), 0)
                          AS sent_out,
                      COALESCE(SUM(sm.quantity * scale.value)
                          FILTER (WHERE sm.state = 'done' AND %(done_out)s), 0)
                          AS gone,
                      COALESCE(SUM(sm.quantity * scale.value)
                          FILTER (WHERE sm.state = 'done' AND %(done_out)s
                                        AND %(day)s <= j.credited_on), 0)
                          AS gone_then,
                      COALESCE(SUM(sm.quantity * scale.value)
                          FILTER (WHERE sm.state = 'done' AND sm.to_refund
                                        AND %(from_out)s), 0) AS back
                 FROM export_fact_uninvoiced_line x
                 JOIN stock_move sm ON sm.sale_line_id = x.id
                 LEFT JOIN export_fact_uninvoiced_invoiced j ON j.id = x.id
                 JOIN stock_location source ON source.id = sm.location_id
                 JOIN stock_location next ON next.id = sm.location_dest_id
                 JOIN stock_location last
                   ON last.id = COALESCE(sm.location_final_id, sm.location_dest_id)
                 LEFT JOIN uom_uom u ON u.id = sm.product_uom
                 CROSS JOIN LATERAL (
                      SELECT COALESCE(u.factor, 1) / x.unit AS value
                      ) scale
                WHERE x.moved AND sm.state <> 'cancel'
                GROUP BY x.id, x.ordered, x.delivered
               ) moves
        """,
        out=SQL("%s AND NOT %s", _outside("last"), _outside("source")),
        done_out=SQL("%s AND NOT %s", _outside("next"), _outside("source")),
        from_out=_outside("source"),
        day=scope.day(SQL("sm.date")),
    )


def _open_lines_sql():
    """Select per line how many pieces are open; see ``tools.account.open_order``."""
    return SQL(
        """
        SELECT x.order_id, x.is_downpayment, x.price_total, x.ordered,
               x.side * x.price AS price, i.amount,
               ROUND(rest.value
                   + LEAST(i.credited - reopened.value,
                           GREATEST(i.drafted - rest.value, 0)),
                   %(places)s) AS quantity
          FROM export_fact_uninvoiced_line x
          LEFT JOIN export_fact_uninvoiced_moved s ON s.id = x.id
          LEFT JOIN export_fact_uninvoiced_invoiced j ON j.id = x.id
          CROSS JOIN LATERAL (
               SELECT COALESCE(j.invoiced, 0) AS invoiced,
                      LEAST(COALESCE(j.credited, 0), COALESCE(j.invoiced, 0))
                          AS credited,
                      COALESCE(j.drafted, 0) AS drafted, j.amount,
                      COALESCE(j.invoiced_then, 0) AS invoiced_then,
                      COALESCE(s.back, 0) AS back,
                      (x.delivered + COALESCE(s.back, 0)) * COALESCE(s.part_then, 0)
                          AS sent_then,
                      GREATEST(x.ordered - x.delivered, 0) AS undelivered
               ) i
          CROSS JOIN LATERAL (
               SELECT CASE
                   WHEN x.moved THEN LEAST(COALESCE(s.coming, 0), i.undelivered)
                   WHEN x.delivered > 0 OR x.by_delivery OR i.credited >= i.invoiced
                   THEN i.undelivered ELSE 0 END AS value
               ) coming
          CROSS JOIN LATERAL (
               SELECT CASE
                   WHEN NOT x.moved
                   THEN LEAST(coming.value, GREATEST(i.invoiced - x.delivered, 0))
                   ELSE GREATEST(LEAST(
                            x.delivered + i.back - i.sent_then + coming.value,
                            i.invoiced_then - i.sent_then), 0) END AS value
               ) ahead
          CROSS JOIN LATERAL (
               SELECT LEAST(i.credited, i.back + ahead.value) AS value
               ) reopened
          CROSS JOIN LATERAL (
               SELECT CASE
                   WHEN x.moved AND x.by_delivery AND x.delivered + i.back > 0
                   THEN x.delivered + coming.value
                   WHEN x.moved
                   THEN x.ordered - LEAST(i.back, GREATEST(
                            x.ordered - x.delivered - coming.value, 0))
                   WHEN x.by_delivery THEN GREATEST(x.ordered, x.delivered)
                   ELSE x.ordered END AS value
               ) wanted
          CROSS JOIN LATERAL (
               SELECT GREATEST(wanted.value - i.invoiced + reopened.value, 0) AS value
               ) rest
        """,
        places=_PLACES,
    )


def open_orders_sql(scope, orders):
    """Select what is open of each of some orders, in the order's own currency.

    Tax included and never below 0: columns ``id``, ``partner_id``, ``amount`` and
    ``currency_rate``. What was invoiced as a down payment and not deducted again
    is taken off. An order of which nothing is invoiced is worth its total, which may
    differ by a cent from the sum of its lines.

    :param SQL orders: see :func:`candidates_sql`
    """
    return SQL(
        """
        WITH export_fact_uninvoiced AS MATERIALIZED (%(orders)s),
             export_fact_uninvoiced_line AS MATERIALIZED (%(lines)s),
             export_fact_uninvoiced_invoiced AS MATERIALIZED (%(invoiced)s),
             export_fact_uninvoiced_moved AS MATERIALIZED (%(moved)s),
             export_fact_open_line AS (%(open)s)
        SELECT o.id, o.partner_id, o.currency_rate,
               GREATEST(l.amount
                   + CASE WHEN l.whole THEN o.amount_total - l.total ELSE 0 END, 0)
                   AS amount
          FROM export_fact_uninvoiced o
          JOIN (
               SELECT order_id,
                      SUM(CASE WHEN is_downpayment
                               THEN -GREATEST(COALESCE(amount, 0), 0)
                               ELSE quantity * price END) AS amount,
                      COALESCE(bool_and(quantity = ordered)
                          FILTER (WHERE is_downpayment IS NOT TRUE), FALSE) AS whole,
                      SUM(price_total) AS total
                 FROM export_fact_open_line
                GROUP BY order_id
               ) l ON l.order_id = o.id
        """,
        orders=orders,
        lines=_lines_sql(),
        invoiced=_invoiced_sql(scope),
        moved=_moved_sql(scope),
        open=_open_lines_sql(),
    )


def to_invoice_sql(scope):
    """Select per customer the confirmed amount that no posted invoice covers, in
    company currency at the orders' own rates."""
    return SQL(
        """
        SELECT o.partner_id, SUM(%(amount)s) AS amount
          FROM (%(orders)s) o
         GROUP BY o.partner_id
        """,
        amount=scope.money(SQL("o.amount"), SQL("o.currency_rate")),
        orders=open_orders_sql(scope, candidates_sql(scope)),
    )
