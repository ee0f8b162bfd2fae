-- Journal entries: invoices, payments, credit notes.
INSERT INTO account_move (id, name, sequence_prefix, sequence_number, journal_id,
       company_id, partner_id, commercial_partner_id, partner_shipping_id, currency_id,
       invoice_currency_rate, invoice_user_id, team_id, invoice_payment_term_id,
       state, move_type, auto_post, payment_state, invoice_partner_display_name,
       invoice_origin, payment_reference, date, invoice_date, invoice_date_due,
       amount_untaxed, amount_tax, amount_total, amount_residual,
       amount_untaxed_signed, amount_untaxed_in_currency_signed, amount_tax_signed,
       amount_total_signed, amount_total_in_currency_signed, amount_residual_signed,
       always_tax_exigible, checked, posted_before, is_manually_modified,
       made_sequence_gap, is_move_sent, create_uid, write_uid, create_date, write_date)
SELECT %(account_move)s + b.v,
       'INV/' || LPAD((%(account_move)s + b.v)::text, 8, '0'), 'INV/',
       %(account_move)s + b.v, %(sale_journal)s, %(company)s, b.partner_id,
       b.partner_id, b.buyer_id, b.currency_id, b.rate, %(user)s, %(team)s, b.term_id,
       'posted', 'out_invoice', 'no',
       CASE WHEN s.open_amount = 0 THEN 'paid'
            WHEN s.open_amount = b.amount THEN 'not_paid' ELSE 'partial' END,
       'Customer ' || b.i, 'B' || LPAD((%(sale_order)s + b.n)::text, 8, '0'),
       'INV/' || LPAD((%(account_move)s + b.v)::text, 8, '0'), b.invoice_date,
       b.invoice_date, s.due, b.amount, 0, b.amount, s.open_amount, b.balance,
       b.amount, 0, b.balance, b.amount, s.open_balance, FALSE, TRUE, TRUE, FALSE,
       FALSE, FALSE, %(uid)s, %(uid)s, b.invoice_date + time '10:00', now()
  FROM bench_invoice b
  JOIN (SELECT v, MAX(due) AS due, SUM(open_amount) AS open_amount,
               SUM(open_balance) AS open_balance
          FROM bench_instalment GROUP BY v) s USING (v);

INSERT INTO account_payment (id, name, move_id, journal_id, company_id,
       payment_method_line_id, payment_method_id, currency_id, partner_id,
       outstanding_account_id, destination_account_id, state, payment_type,
       partner_type, date, amount, amount_company_currency_signed, is_reconciled,
       is_matched, is_sent, create_uid, write_uid, create_date, write_date)
SELECT %(account_payment)s + p, 'BNK1/' || LPAD((%(account_payment)s + p)::text, 8, '0'),
       top.id + p, %(bank_journal)s, %(company)s, %(method_line)s, %(method)s,
       currency_id, partner_id, %(bank_account)s, %(receivable)s, 'paid', 'inbound',
       'customer', paid_on, pay_amount, pay_balance, TRUE, TRUE, FALSE, %(uid)s,
       %(uid)s, paid_on + time '10:00', now()
  FROM bench_instalment
 CROSS JOIN (SELECT %(account_move)s + MAX(v) AS id FROM bench_invoice) top
 WHERE p IS NOT NULL;

INSERT INTO account_move (id, name, sequence_prefix, sequence_number, journal_id,
       company_id, partner_id, commercial_partner_id, currency_id,
       invoice_currency_rate, origin_payment_id, state, move_type, auto_post,
       payment_state, date, invoice_date_due, amount_untaxed, amount_tax, amount_total,
       amount_residual, amount_untaxed_signed, amount_tax_signed, amount_total_signed,
       amount_total_in_currency_signed, amount_residual_signed, always_tax_exigible,
       checked, posted_before, is_manually_modified, made_sequence_gap, is_move_sent,
       create_uid, write_uid, create_date, write_date)
SELECT pay.move_id, pay.name, 'BNK1/', pay.id, pay.journal_id, %(company)s,
       pay.partner_id, pay.partner_id, pay.currency_id, 1, pay.id, 'posted', 'entry',
       'no', 'not_paid', pay.date, pay.date, 0, 0, pay.amount, 0, 0, 0,
       pay.amount_company_currency_signed, pay.amount, 0, TRUE, TRUE, TRUE, FALSE,
       FALSE, FALSE, %(uid)s, %(uid)s, pay.create_date, now()
  FROM account_payment pay
 WHERE pay.id > %(account_payment)s;

INSERT INTO account_move__account_payment (invoice_id, payment_id)
SELECT %(account_move)s + v, %(account_payment)s + p
  FROM bench_instalment WHERE p IS NOT NULL;

INSERT INTO account_move (id, name, sequence_prefix, sequence_number, journal_id,
       company_id, partner_id, commercial_partner_id, currency_id,
       invoice_currency_rate, invoice_user_id, team_id, reversed_entry_id, state,
       move_type, auto_post, payment_state, invoice_partner_display_name, date,
       invoice_date, invoice_date_due, amount_untaxed, amount_tax, amount_total,
       amount_residual, amount_untaxed_signed, amount_untaxed_in_currency_signed,
       amount_tax_signed, amount_total_signed, amount_total_in_currency_signed,
       amount_residual_signed, always_tax_exigible, checked, posted_before,
       is_manually_modified, made_sequence_gap, is_move_sent, create_uid, write_uid,
       create_date, write_date)
SELECT refund_id, 'RINV/' || LPAD(refund_id::text, 8, '0'), 'RINV/', refund_id,
       %(sale_journal)s, %(company)s, partner_id, partner_id, currency_id, rate,
       %(user)s, %(team)s, %(account_move)s + v, 'posted', 'out_refund', 'no',
       CASE WHEN refund_kind = 0 THEN 'paid' ELSE 'not_paid' END, 'Customer ' || i,
       refund_date, refund_date, refund_date, amount_credit, 0, amount_credit,
       CASE WHEN refund_kind = 0 THEN 0 ELSE amount_credit END, -balance_credit,
       -amount_credit, 0, -balance_credit, -amount_credit,
       CASE WHEN refund_kind = 0 THEN 0 ELSE -balance_credit END, FALSE, TRUE, TRUE,
       FALSE, FALSE, FALSE, %(uid)s, %(uid)s, refund_date + time '10:00', now()
  FROM bench_refund;
