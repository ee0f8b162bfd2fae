from odoo import api, models
from odoo.tools import SQL

from ...tools.followup import followup as calc
from ..account.sources import service_orders_sql

#: Triggers whose events are quotations and orders.
ORDER_TRIGGERS = frozenset(
    ("quotation_sent", "order_confirmed", "sample_ordered", "service_rendered")
)


class ExportCrmFollowup(models.Model):
    """Quotations, orders, inquiries and invoices that call for a contact."""

    _inherit = "export.crm.followup"

    @api.model
    def _events_orders(self, company, partner_ids):
        """Return the events of quotations sent, orders confirmed, services rendered."""
        rows = self.env.execute_query_dict(self._order_sql(company, partner_ids))
        found = []
        for row in rows:
            common = {
                "model": "sale.order",
                "record_id": row["id"],
                "order_id": row["id"],
                "partner_id": row["partner_id"],
                "contact_id": row["contact_id"],
            }
            # Draft again: it was sent or confirmed before it was cancelled.
            off = "order_cancelled" if row["state"] in ("cancel", "draft") else None
            if row["sent_at"]:
                found.append(
                    calc.Event(
                        "quotation_sent",
                        day=row["sent_day"],
                        moment=row["sent_at"],
                        answered=row["date_order"] if row["state"] == "sale" else None,
                        dead=off,
                        **common,
                    )
                )
            if row["confirmed_at"]:
                found += self._confirmed_events(row, off, common)
        return found

    @api.model
    def _confirmed_events(self, row, off, common):
        """Yield what a confirmed order calls for.

        Its schedule, or its sample, until the goods have left; nothing of the kind
        after everything came back, and for services, which call for a contact of
        their own.
        """
        sample = row["kind"] == "sample"
        over, net = row["all_done"], row["sent_net"]
        returned = over and net is not None and net <= 0
        yield calc.Event(
            "sample_ordered" if sample else "order_confirmed",
            day=row["order_day"],
            moment=row["confirmed_at"],
            answered=row["shipped_at"] if sample or (over and net) else None,
            dead=off
            or (row["service"] and "services")
            or (returned and "returned")
            or None,
            **common,
        )
        if row["service"] and not sample:
            yield calc.Event(
                "service_rendered", day=row["service_day"], dead=off, **common
            )

    @api.model
    def _order_sql(self, company, partner_ids):
        """Return a row per order that was sent or confirmed since go-live.

        The day of an order that was confirmed and cancelled later is still known by
        ``export_confirmed_at``; ``shipped_at``: its first transfer to the customer, of
        an order of goods the last one; ``all_done``: nothing is left to send;
        ``sent_net``: sent less returned, NULL before anything was sent; ``service``:
        it has services and no goods; ``service_day``: the day promised for them, or
        that of the order.
        """
        return SQL(
            """
            WITH orders AS (
                SELECT o.id, o.state, o.export_kind AS kind, o.date_order,
                       o.commitment_date,
                       o.export_sent_at AS sent_at,
                       o.export_confirmed_at AS confirmed_at,
                       contact.id AS contact_id,
                       contact.commercial_partner_id AS partner_id
                  FROM sale_order o
                  JOIN res_partner contact ON contact.id = o.partner_id
                 WHERE o.company_id = ANY(%(branches)s)
                   AND contact.commercial_partner_id = ANY(%(partners)s)
                   AND GREATEST(o.export_sent_at, o.export_confirmed_at) >= %(live)s
            ), moved AS (
                SELECT line.order_id, m.state, m.quantity, picking.date_done,
                       origin.usage = 'customer' AS back,
                       target.usage = 'customer' AS outgoing
                  FROM orders
                  JOIN sale_order_line line ON line.order_id = orders.id
                  JOIN stock_move m ON m.sale_line_id = line.id
                   AND m.state <> 'cancel'
                  JOIN stock_location origin ON origin.id = m.location_id
                  JOIN stock_location target ON target.id = m.location_dest_id
             LEFT JOIN stock_picking picking ON picking.id = m.picking_id
            ), sent AS (
                SELECT order_id,
                       MIN(date_done) FILTER (WHERE done AND outgoing) AS first_at,
                       MAX(date_done) FILTER (WHERE done AND outgoing) AS last_at,
                       -- What still comes back is nothing to send.
                       BOOL_AND(done OR back) AS all_done,
                       CASE WHEN BOOL_OR(done AND outgoing)
                            THEN SUM(CASE WHEN NOT done OR back = outgoing THEN 0
                                          WHEN outgoing THEN quantity
                                          ELSE -quantity END)::float8 END AS net
                  FROM (SELECT *, state = 'done' AS done FROM moved) moved
                 GROUP BY order_id
            )
            SELECT orders.*, sent.net AS sent_net,
                   CASE WHEN orders.kind = 'sample' THEN sent.first_at
                        ELSE sent.last_at END AS shipped_at,
                   COALESCE(sent.all_done, FALSE) AS all_done,
                   service.order_id IS NOT NULL AS service,
                   (COALESCE(orders.commitment_date, confirmed_at)
                       AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS service_day,
                   (sent_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS sent_day,
                   (confirmed_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                       AS order_day
              FROM orders
         LEFT JOIN sent ON sent.order_id = orders.id
         LEFT JOIN (%(services)s) service ON service.order_id = orders.id
            """,
            branches=company._export_tree().ids,
            partners=list(partner_ids),
            tz=company._export_timezone().zone,
            live=self._live_instant(company),
            services=service_orders_sql(SQL("SELECT id AS order_id FROM orders")),
        )

    @api.model
    def _events_inquiries(self, company, partner_ids=None, lead_ids=None):
        """Return the events of inquiries since go-live.

        :param partner_ids: of these customers; None: those of no customer
        :param lead_ids: only these
        """
        whose = (
            SQL("lead.partner_id IS NULL")
            if partner_ids is None
            else SQL("contact.commercial_partner_id = ANY(%s)", list(partner_ids))
        )
        if lead_ids:
            whose = SQL("lead.id = ANY(%s)", list(lead_ids))
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT lead.id, lead.active, lead.create_date AS at,
                       LEAST(lead.export_first_reply_at, offer.at) AS reply,
                       contact.id AS contact_id,
                       contact.commercial_partner_id AS partner_id,
                       (lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                           AS day
                  FROM crm_lead lead
             LEFT JOIN res_partner contact ON contact.id = lead.partner_id
             LEFT JOIN res_users salesperson ON salesperson.id = lead.user_id
             LEFT JOIN res_users author ON author.id = lead.create_uid
             -- A quotation that is sent answers what was asked.
             LEFT JOIN LATERAL (
                       SELECT MIN(LEAST(export_sent_at, export_confirmed_at)) AS at
                         FROM sale_order
                        WHERE opportunity_id = lead.id
                          AND LEAST(export_sent_at, export_confirmed_at)
                              >= lead.create_date
                       ) offer ON TRUE
                 WHERE COALESCE(lead.company_id, salesperson.company_id,
                                author.company_id) = ANY(%(branches)s)
                   AND lead.create_date >= %(live)s
                   AND %(whose)s
                """,
                tz=company._export_timezone().zone,
                branches=company._export_tree().ids,
                live=self._live_instant(company),
                whose=whose,
            )
        )
        return [
            calc.Event(
                "inquiry_received",
                "crm.lead",
                row["id"],
                row["partner_id"],
                row["contact_id"],
                row["day"],
                moment=row["at"],
                answered=row["reply"],
                dead=None if row["active"] else "lost",
            )
            for row in rows
        ]

    @api.model
    def _events_invoices(self, company, partner_ids):
        """Return the events of posted invoices that fall due."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT move.id, move.partner_id AS contact_id,
                       move.commercial_partner_id AS partner_id,
                       move.invoice_date_due AS day, move.payment_state,
                       move.state
                  FROM account_move move
                 WHERE move.company_id = ANY(%(branches)s)
                   AND move.commercial_partner_id = ANY(%(partners)s)
                   AND move.move_type = 'out_invoice'
                   AND move.state IN ('posted', 'cancel')
                   AND move.invoice_date_due >= %(live)s
                """,
                branches=company._export_tree().ids,
                partners=list(partner_ids),
                live=company.export_go_live_date,
            )
        )
        settled = ("paid", "in_payment", "reversed")
        return [
            calc.Event(
                "invoice_due",
                "account.move",
                row["id"],
                row["partner_id"],
                row["contact_id"],
                row["day"],
                dead="paid"
                if row["payment_state"] in settled or row["state"] == "cancel"
                else None,
            )
            for row in rows
        ]
