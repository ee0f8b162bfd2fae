-- Journal items and their reconciliation.
CREATE UNLOGGED TABLE bench_line AS
-- Income of the invoice.
SELECT %(account_move_line)s + v AS id, %(account_move)s + v AS move_id,
       'product' AS display_type, %(income)s::int AS account_id, partner_id,
       currency_id, -balance AS balance, -amount AS amount_currency,
       0::numeric AS residual, 0::numeric AS residual_currency, invoice_date AS date,
       NULL::date AS due, NULL::bigint AS full_id, product_id, qty AS quantity,
       price, amount AS total, FALSE AS is_open
  FROM bench_invoice
 UNION ALL -- Instalments.
SELECT line_id, %(account_move)s + v, 'payment_term', %(receivable)s, partner_id,
       currency_id, due_balance, due_amount, open_balance, open_amount, invoice_date,
       due, f, NULL, 0, 0, 0, open_amount <> 0
  FROM bench_instalment
 UNION ALL -- Money in the bank.
SELECT pay_line_id, pay.move_id, 'product', %(bank_account)s, i.partner_id,
       i.currency_id, pay_balance, pay_amount, pay_balance, pay_amount, paid_on, NULL, NULL, NULL, 0, 0,
       0, FALSE
  FROM bench_instalment i
  JOIN account_payment pay ON pay.id = %(account_payment)s + i.p
 UNION ALL -- The customer's side of it.
SELECT pay_line_id + 1, pay.move_id, 'payment_term', %(receivable)s, i.partner_id,
       i.currency_id, -pay_balance, -pay_amount, 0, 0, paid_on, paid_on, f, NULL, 0, 0,
       0, FALSE
  FROM bench_instalment i
  JOIN account_payment pay ON pay.id = %(account_payment)s + i.p
 UNION ALL -- Credit notes: income given back.
SELECT refund_line_id, refund_id, 'product', %(income)s, partner_id, currency_id,
       balance_credit, amount_credit, 0, 0, refund_date, NULL, NULL, product_id, 1,
       amount_credit, amount_credit, FALSE
  FROM bench_refund
 UNION ALL -- And the customer's side.
SELECT refund_line_id + 1, refund_id, 'payment_term', %(receivable)s, partner_id,
       currency_id, -balance_credit, -amount_credit,
       CASE WHEN refund_kind = 0 THEN 0 ELSE -balance_credit END,
       CASE WHEN refund_kind = 0 THEN 0 ELSE -amount_credit END, refund_date,
       refund_date, CASE WHEN refund_kind = 0 THEN f END, NULL, 0, 0, 0,
       refund_kind <> 0
  FROM bench_refund;
ANALYZE bench_line;

INSERT INTO account_full_reconcile (id, create_uid, write_uid, create_date, write_date)
SELECT f, %(uid)s, %(uid)s, now(), now() FROM bench_instalment WHERE f IS NOT NULL;

INSERT INTO account_move_line (id, move_id, journal_id, company_id,
       company_currency_id, sequence, account_id, currency_id, partner_id, payment_id,
       full_reconcile_id, matching_number, product_id, product_uom_id, move_name,
       parent_state, name, display_type, date, invoice_date, date_maturity, debit,
       credit, balance, amount_currency, tax_base_amount, amount_residual,
       amount_residual_currency, quantity, price_unit, price_subtotal, price_total,
       discount, reconciled, deductible_amount, create_uid, write_uid, create_date,
       write_date)
SELECT l.id, l.move_id, m.journal_id, %(company)s, %(currency)s,
       CASE WHEN l.display_type = 'product' THEN 10 ELSE 100 END, l.account_id,
       l.currency_id, l.partner_id, m.origin_payment_id, l.full_id, l.full_id::text,
       l.product_id, CASE WHEN l.product_id IS NOT NULL THEN %(uom)s END, m.name,
       'posted', CASE WHEN l.product_id IS NOT NULL THEN 'Goods' ELSE m.name END,
       CASE WHEN m.move_type = 'entry' THEN 'product' ELSE l.display_type END,
       l.date, m.invoice_date, l.due, GREATEST(l.balance, 0), GREATEST(-l.balance, 0),
       l.balance, l.amount_currency, 0, l.residual, l.residual_currency, l.quantity,
       l.price, l.total, l.total, 0,
       l.account_id = %(receivable)s AND NOT l.is_open, 100, %(uid)s, %(uid)s, now(),
       now()
  FROM bench_line l
  JOIN account_move m ON m.id = l.move_id
 ORDER BY l.id;

INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
SELECT %(account_move_line)s + v, %(sale_order_line)s + n FROM bench_invoice;

INSERT INTO account_partial_reconcile (id, debit_move_id, credit_move_id,
       full_reconcile_id, debit_currency_id, credit_currency_id, company_id, max_date,
       amount, debit_amount_currency, credit_amount_currency, create_uid, write_uid,
       create_date, write_date)
SELECT %(account_partial_reconcile)s + ROW_NUMBER() OVER (ORDER BY day, debit, credit),
       debit, credit, f, currency_id, currency_id, %(company)s, day, balance, amount,
       amount, %(uid)s, %(uid)s, now(), now()
  FROM (
       SELECT line_id AS debit, pay_line_id + 1 AS credit, f, currency_id,
              GREATEST(paid_on, invoice_date) AS day, pay_balance AS balance,
              pay_amount AS amount
         FROM bench_instalment WHERE p IS NOT NULL
        UNION ALL
       SELECT line_id, refund_line_id + 1, f, currency_id, refund_date,
              refund_balance, refund_amount
         FROM bench_refund WHERE refund_kind = 0
       ) partial;

UPDATE account_move_line l
   SET matching_number = 'P' || p.id
  FROM account_partial_reconcile p
 WHERE p.id > %(account_partial_reconcile)s AND p.full_reconcile_id IS NULL
   AND l.id IN (p.debit_move_id, p.credit_move_id);
