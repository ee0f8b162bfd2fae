-- Customers, contacts, orders. One row of bench_document per order; everything
-- later is derived from it, so that two databases get the very same documents.
CREATE UNLOGGED TABLE bench_customer AS
SELECT i, %(partner)s + i - %(first)s + 1 AS partner_id,
       i %% 20 = 0 AS is_bad, i %% 5 = 0 AS in_two,
       CASE WHEN i %% 10 < 7 THEN %(currency)s::int
            WHEN i %% 10 < 9 THEN %(eur)s::int ELSE %(gbp)s::int END AS currency_id,
       CASE WHEN i %% 10 < 7 THEN 1.0
            WHEN i %% 10 < 9 THEN 0.9 ELSE 0.8 END AS rate,
       CASE WHEN i %% 100 = 0 THEN 20 WHEN i %% 10 = 1 THEN 5 ELSE 1 END AS size,
       CASE WHEN i %% 5 = 0 THEN %(term_two)s::int ELSE %(term_one)s::int END AS term_id
  FROM generate_series(%(first)s, %(last)s) i;

INSERT INTO res_partner (id, name, complete_name, commercial_company_name,
       commercial_partner_id, type, active, is_company, partner_share, country_id,
       email, email_normalized, lang, customer_rank, supplier_rank, autopost_bills,
       color, create_uid, write_uid, create_date, write_date)
SELECT partner_id, 'Customer ' || i, 'Customer ' || i, 'Customer ' || i, partner_id,
       'contact', TRUE, TRUE, TRUE, (%(countries)s::int[])[1 + i %% %(country_count)s],
       'c' || i || '@example.com', 'c' || i || '@example.com', 'en_US', 1, 0, 'ask',
       0, %(uid)s, %(uid)s, %(as_of)s::timestamp - interval '3 years', now()
  FROM bench_customer;

-- Every fourth customer orders through a contact now and then.
INSERT INTO res_partner (id, name, complete_name, commercial_company_name, parent_id,
       commercial_partner_id, type, active, is_company, partner_share, country_id,
       email, email_normalized, lang, customer_rank, supplier_rank, autopost_bills,
       color, create_uid, write_uid, create_date, write_date)
SELECT %(contact)s + i, 'Contact ' || i, 'Customer ' || i || ', Contact ' || i,
       'Customer ' || i, partner_id, partner_id, 'contact', TRUE, FALSE, TRUE,
       (%(countries)s::int[])[1 + i %% %(country_count)s],
       'p' || i || '@example.com', 'p' || i || '@example.com', 'en_US', 0, 0, 'ask',
       0, %(uid)s, %(uid)s, %(as_of)s::timestamp - interval '3 years', now()
  FROM bench_customer WHERE i %% 4 = 0;

CREATE UNLOGGED TABLE bench_document AS
SELECT d.*,
       CASE WHEN d.state = 'sale' AND d.day + 7 <= %(as_of)s AND (i * 3 + j) %% 19 <> 0
            THEN day + 7 END AS invoice_date,
       (i * 7 + j) %% 50 AS refund_kind,
       ROUND(qty * price, 2) AS amount,
       ROUND(ROUND(qty * price, 2) / rate, 2) AS balance
  FROM (
       SELECT c.*, j,
              (c.i - %(first)s) * (%(documents)s + 1)::bigint + j + 1 AS n,
              CASE WHEN c.i %% 4 = 0 AND j %% 2 = 0
                   THEN %(contact)s + c.i ELSE c.partner_id END AS buyer_id,
              -- Document 0 is the quotation that the benchmark confirms.
              CASE WHEN j = 0 THEN 'draft'
                   WHEN (c.i + j) %% 33 = 0 THEN 'cancel' ELSE 'sale' END AS state,
              CASE WHEN j = 0 THEN %(as_of)s::date ELSE
              %(as_of)s::date - (%(documents)s - j) * %(slot)s
                  - (c.i * 37 + j * 11) %% %(slot)s END AS day,
              (%(products)s::int[])[1 + (c.i + j) %% %(product_count)s] AS product_id,
              (1 + (c.i + j * 3) %% 40) * c.size AS qty,
              10 + (c.i * 13 + j * 7) %% 490 + 0.5 AS price
         FROM bench_customer c CROSS JOIN generate_series(0, %(documents)s) j
       ) d;

INSERT INTO sale_order (id, name, company_id, partner_id, partner_invoice_id,
       partner_shipping_id, payment_term_id, pricelist_id, currency_id, currency_rate,
       user_id, team_id, state, invoice_status, locked, require_signature, require_payment,
       prepayment_percent, amount_untaxed, amount_tax, amount_total, date_order,
       warehouse_id, picking_policy, incoterm, medium_id, create_uid, write_uid,
       create_date, write_date)
SELECT %(sale_order)s + n, 'B' || LPAD((%(sale_order)s + n)::text, 8, '0'),
       %(company)s, buyer_id, partner_id, buyer_id, term_id,
       CASE currency_id WHEN %(eur)s THEN %(list_eur)s::int
                        WHEN %(gbp)s THEN %(list_gbp)s::int END,
       currency_id, rate, %(user)s, %(team)s, state,
       CASE WHEN invoice_date IS NOT NULL THEN 'invoiced'
            WHEN state = 'sale' THEN 'to invoice' ELSE 'no' END,
       FALSE, TRUE, FALSE, 1, amount, 0, amount, day + time '10:00', %(warehouse)s,
       'direct', %(incoterm)s, NULL, %(uid)s, %(uid)s,
       day - (j %% 9) + time '09:00', now()
  FROM bench_document;

INSERT INTO sale_order_line (id, order_id, sequence, company_id, currency_id,
       order_partner_id, salesman_id, product_id, product_uom_id, state,
       qty_delivered_method, invoice_status, name, product_uom_qty, price_unit,
       technical_price_unit, discount, price_subtotal, price_total, price_tax,
       price_reduce_taxexcl, price_reduce_taxinc, qty_delivered, qty_invoiced,
       qty_to_invoice, untaxed_amount_invoiced, untaxed_amount_to_invoice,
       is_downpayment, is_expense, customer_lead, warehouse_id, create_uid, write_uid,
       create_date, write_date)
SELECT %(sale_order_line)s + n, %(sale_order)s + n, 10, %(company)s, currency_id,
       buyer_id, %(user)s, product_id, %(uom)s, state, 'stock_move',
       CASE WHEN invoice_date IS NOT NULL THEN 'invoiced'
            WHEN state = 'sale' THEN 'to invoice' ELSE 'no' END,
       'Goods', qty, price, price, 0, amount, amount, 0, price, price, 0,
       CASE WHEN invoice_date IS NOT NULL THEN qty ELSE 0 END,
       CASE WHEN invoice_date IS NULL AND state = 'sale' THEN qty ELSE 0 END,
       CASE WHEN invoice_date IS NOT NULL THEN amount ELSE 0 END,
       CASE WHEN invoice_date IS NULL AND state = 'sale' THEN amount ELSE 0 END,
       FALSE, FALSE, 0, %(warehouse)s, %(uid)s, %(uid)s, now(), now()
  FROM bench_document;
