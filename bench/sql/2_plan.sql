-- What happens to each invoice, with all ids given out: one row per invoice, one per
-- instalment with its credit note's and its payment's part.
CREATE UNLOGGED TABLE bench_invoice AS
SELECT d.*, ROW_NUMBER() OVER (ORDER BY n) AS v,
       CASE WHEN refund_kind IN (0, 1) THEN
            ROW_NUMBER() OVER (PARTITION BY refund_kind IN (0, 1) ORDER BY n) END AS r
  FROM bench_document d WHERE invoice_date IS NOT NULL;
ANALYZE bench_invoice;

CREATE UNLOGGED TABLE bench_instalment AS
WITH part AS (
     SELECT b.*, k,
            CASE WHEN NOT in_two THEN amount
                 WHEN k = 1 THEN ROUND(amount * 0.3, 2)
                 ELSE amount - ROUND(amount * 0.3, 2) END AS due_amount,
            CASE WHEN NOT in_two THEN balance
                 WHEN k = 1 THEN ROUND(balance * 0.3, 2)
                 ELSE balance - ROUND(balance * 0.3, 2) END AS due_balance,
            invoice_date + CASE WHEN NOT in_two THEN 30
                                WHEN k = 1 THEN 0 ELSE 60 END AS due,
            -- Days after the due date until the payment; NULL: never.
            CASE WHEN NOT is_bad THEN
                 CASE WHEN (i + j * 7) %% 40 = 0 THEN 12 ELSE (i * j) %% 8 - 5 END
                 WHEN (i + j) %% 5 = 0 AND j > %(documents)s - 3 THEN NULL
                 WHEN (i + j) %% 5 < 3 THEN 15 + (i * j) %% 26
                 ELSE (i * j) %% 4 END AS delay
       FROM bench_invoice b
       JOIN generate_series(1, 2) k ON k = 1 OR b.in_two
     ),
     credited AS (
     SELECT part.*,
            CASE WHEN refund_kind = 0 AND k = 1 THEN ROUND(due_amount * 0.1, 2)
                 ELSE 0 END AS refund_amount,
            CASE WHEN refund_kind = 0 AND k = 1 THEN ROUND(due_balance * 0.1, 2)
                 ELSE 0 END AS refund_balance,
            CASE WHEN due + delay <= %(as_of)s THEN due + delay END AS paid_on,
            is_bad AND (i + j) %% 5 = 1 AND j >= %(documents)s - 1 AS in_part
       FROM part
     ),
     paid AS (
     SELECT c.*, LEAST(invoice_date + 10, %(as_of)s::date) AS refund_date,
            CASE WHEN paid_on IS NULL THEN 0 WHEN in_part THEN ROUND(due_amount / 2, 2)
                 ELSE due_amount - refund_amount END AS pay_amount,
            CASE WHEN paid_on IS NULL THEN 0 WHEN in_part THEN ROUND(due_balance / 2, 2)
                 ELSE due_balance - refund_balance END AS pay_balance
       FROM credited c
     )
SELECT p.*, ROW_NUMBER() OVER (ORDER BY v, k) AS t,
       CASE WHEN paid_on IS NOT NULL THEN
            ROW_NUMBER() OVER (PARTITION BY paid_on IS NULL ORDER BY v, k) END AS p,
       due_amount - refund_amount - pay_amount AS open_amount,
       due_balance - refund_balance - pay_balance AS open_balance
  FROM paid p;
ALTER TABLE bench_instalment
  ADD COLUMN f bigint, ADD COLUMN line_id bigint, ADD COLUMN pay_line_id bigint;
UPDATE bench_instalment
   SET line_id = %(account_move_line)s + (SELECT COUNT(*) FROM bench_invoice) + t,
       f = CASE WHEN open_amount = 0 THEN %(account_full_reconcile)s + t END;
ANALYZE bench_instalment;
UPDATE bench_instalment
   SET pay_line_id = top.id + 2 * p
  FROM (SELECT MAX(line_id) AS id FROM bench_instalment) top
 WHERE p IS NOT NULL;

-- Credit notes: of kind 0 applied to the first instalment, of kind 1 left open.
CREATE UNLOGGED TABLE bench_refund AS
SELECT i.*, top.move_id + i.r AS refund_id, top.line_id + 2 * i.r AS refund_line_id,
       CASE WHEN refund_kind = 0 THEN refund_amount
            ELSE ROUND(due_amount * 0.1, 2) END AS amount_credit,
       CASE WHEN refund_kind = 0 THEN refund_balance
            ELSE ROUND(due_balance * 0.1, 2) END AS balance_credit
  FROM bench_instalment i
 CROSS JOIN (SELECT GREATEST(MAX(line_id), MAX(pay_line_id)) + 1 AS line_id,
                    %(account_move)s + MAX(v) + COALESCE(MAX(p), 0) AS move_id
               FROM bench_instalment) top
 WHERE i.r IS NOT NULL AND i.k = 1;
ANALYZE bench_refund;
