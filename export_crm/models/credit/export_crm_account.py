from odoo import api, models
from odoo.tools import SQL

from ..account import sources


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    @api.model
    def _exposure_bound(self, company, partner_ids, judged=()):
        """Return what the exposure of customers is at most, at little cost.

        Open receivables plus the whole of confirmed orders not fully invoiced yet,
        whatever of them is invoiced, plus what was delivered beyond the order and
        deductions that may be invoiced already. Who has a draft entry has no bound,
        since its order passes for invoiced, or what it is matched with for settled.
        Most orders are far below the limit and need no more than this; see
        :meth:`_live_exposure` for the exact amount.

        Documents of the company's branches count.

        :param judged: confirmed orders of these customers that are counted as they
            are in memory, in full: confirming is about to write them once more, and
            would have to write them twice if the database were asked
        :return: ``{partner id: amount in company currency, or infinity}``
        """
        Order = self.env["sale.order"]
        judged = judged or Order
        # Not flushed, since confirming an order is about to write it once more.
        unsure = self.env.records_to_compute(Order._fields["invoice_status"])
        self._flush_for_bound(judged)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, SUM(amount) FROM (
                    SELECT p.commercial_partner_id AS partner_id,
                           s.amount_total / COALESCE(NULLIF(s.currency_rate, 0), 1)
                               AS amount
                      FROM res_partner p
                      JOIN sale_order s ON s.partner_invoice_id = p.id
                     WHERE p.commercial_partner_id = ANY(%(partners)s)
                       AND s.id <> ALL(%(judged)s)
                       AND s.company_id = ANY(%(branches)s) AND s.state = 'sale'
                       AND (s.invoice_status IS DISTINCT FROM 'invoiced'
                            OR s.id = ANY(%(unsure)s))
                    UNION ALL
                    SELECT p.commercial_partner_id, l.amount_residual
                      FROM res_partner p
                      JOIN account_move_line l ON l.partner_id = p.id
                      JOIN account_account a ON a.id = l.account_id
                     WHERE p.commercial_partner_id = ANY(%(partners)s)
                       AND l.company_id = ANY(%(branches)s)
                       AND l.parent_state = 'posted'
                       AND l.reconciled IS NOT TRUE AND l.amount_residual > 0
                       AND a.account_type = 'asset_receivable'
                    UNION ALL
                    SELECT p.commercial_partner_id,
                           CASE WHEN sl.product_uom_qty = 0 THEN 'infinity'::float8
                                ELSE GREATEST(-sl.price_total, sl.price_total
                                    * (sl.qty_delivered / sl.product_uom_qty - 1), 0)
                                END / COALESCE(NULLIF(s.currency_rate, 0), 1)
                      FROM res_partner p
                      JOIN sale_order s ON s.partner_invoice_id = p.id
                      JOIN sale_order_line sl ON sl.order_id = s.id
                     WHERE p.commercial_partner_id = ANY(%(partners)s)
                       AND s.company_id = ANY(%(branches)s) AND s.state = 'sale'
                       AND s.invoice_status IS DISTINCT FROM 'invoiced'
                       AND (sl.price_total < 0
                            OR sl.qty_delivered > sl.product_uom_qty)
                    UNION ALL
                    SELECT m.commercial_partner_id, 'infinity'::float8
                      FROM account_move m
                     WHERE m.commercial_partner_id = ANY(%(partners)s)
                       AND m.company_id = ANY(%(branches)s) AND m.state = 'draft'
                       AND m.move_type NOT IN ('in_invoice', 'in_refund', 'in_receipt')
                ) part GROUP BY partner_id
                """,
                partners=list(partner_ids),
                branches=company._export_tree().ids,
                judged=judged.ids,
                unsure=unsure.ids,
            )
        )
        bound = dict.fromkeys(partner_ids, 0.0) | dict(rows)
        for order in judged:
            payer = order._export_payer_key()[0]
            bound[payer] += order._export_amount_today(order.amount_total)
        return bound

    @api.model
    def _flush_for_bound(self, judged):
        """Write what the bound reads, but for the orders that are ``judged``."""
        Order = self.env["sale.order"]
        names = ("state", "company_id", "partner_invoice_id", "amount_total")
        if judged._export_pending_elsewhere(names):
            Order.flush_model(names)
        Line = self.env["sale.order.line"]
        delivered = Line._fields["qty_delivered"]
        if set(self.env._field_dirty.get(delivered, ())) - set(judged.order_line._ids):
            Line.flush_model(["qty_delivered"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["account.move.line"].flush_model(["amount_residual", "parent_state"])
        self.env["account.move"].flush_model(["state", "commercial_partner_id"])

    @api.model
    def _live_exposure(self, company, partner_ids):
        """Return what customers owe and will owe, as of this moment.

        The very query that fills the nightly fact ``exposure``, run for a few
        customers: open receivables less unapplied payments plus confirmed orders
        that are not invoiced, tax included, in company currency.

        :param res.company company: whose books
        :param partner_ids: commercial customers
        :return: ``{partner id: amount}``, 0.0 for who has nothing open
        """
        self.env.flush_all()
        scope = self._facts_scope(company, company._export_today())
        rows = self.env.execute_query(
            SQL(
                """
                WITH export_fact_contact AS (
                    SELECT id AS contact_id, commercial_partner_id AS partner_id
                      FROM res_partner
                     WHERE commercial_partner_id = ANY(%s)
                )
                SELECT ledger.partner_id, ledger.exposure FROM (%s) ledger
                """,
                list(partner_ids),
                sources.LEDGER.query(scope),
            )
        )
        return dict.fromkeys(partner_ids, 0.0) | {
            partner_id: float(amount) for partner_id, amount in rows
        }

    @api.model
    def _open_of_order(self, order):
        """Return what of one confirmed order is not invoiced, in its own currency.

        Counted as in :meth:`_live_exposure`.
        """
        self.env.flush_all()
        company = order.company_id._export_root()
        scope = self._facts_scope(company, company._export_today())
        this = SQL(
            """
            SELECT id, NULL::int AS partner_id, amount_total, currency_id, currency_rate
              FROM sale_order WHERE id = %s
            """,
            order.id,
        )
        rows = self.env.execute_query(
            SQL("SELECT amount FROM (%s) o", sources.open_orders_sql(scope, this))
        )
        return sum(float(amount) for (amount,) in rows)
