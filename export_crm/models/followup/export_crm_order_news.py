from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.followup import order_news as calc


class ExportCrmOrderNews(models.Model):
    """What a contact has been told about its orders: the memory of daily mails.

    One row per contact and company. It is also the lock between two runs.
    """

    _name = "export.crm.order.news"
    _rec_names_search = ["contact_id"]
    _inherit = "export.crm.books.mixin"
    _description = "Order News Told"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    contact_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    told = fields.Json(readonly=True, help="Day by kind and document.")
    mailed_at = fields.Datetime(readonly=True)

    _contact_uniq = models.Constraint(
        "UNIQUE(company_id, contact_id)", "There is one memory per contact."
    )

    @api.model
    def _begin(self, contacts):
        """Take what is true now as known: whoever opts in gets no history."""
        self.search([("contact_id", "in", contacts.ids)]).unlink()
        for company in self.env["res.company"].search(
            [("export_go_live_date", "!=", False), ("parent_id", "=", False)]
        ):
            self._begin_in(company, contacts)

    @api.model
    def _begin_in(self, company, contacts):
        facts = self._facts(company, contacts.ids)
        self.create(
            [
                {
                    "company_id": company.id,
                    "contact_id": contact.id,
                    "told": calc.told(facts.get(contact.id, ())),
                }
                for contact in contacts
            ]
        )

    @api.model
    def _facts(self, company, contact_ids):
        """Return ``{contact id: [Fact]}`` of the orders of a year, in one statement.

        Orders that are confirmed and not cancelled; deliveries to the customer; posted
        invoices. Days are those of the company.
        """
        if not contact_ids:
            return {}
        self.env.flush_all()
        found = {}
        for contact_id, *values in self.env.execute_query(
            self._facts_sql(company, contact_ids)
        ):
            found.setdefault(contact_id, []).append(calc.Fact(*values))
        return found

    @api.model
    def _facts_sql(self, company, contact_ids):
        zone = company._export_timezone().zone
        return SQL(
            """
            WITH orders AS (
                SELECT o.id, o.partner_id AS contact_id, o.name,
                       COALESCE(o.export_confirmed_at, o.date_order) AS confirmed_at
                  FROM sale_order o
                 WHERE o.company_id = ANY(%(branches)s) AND o.state = 'sale'
                   AND o.partner_id = ANY(%(contacts)s)
                   AND o.date_order >= %(now)s - interval '1 year'
            ), delivery AS (
                SELECT orders.contact_id, orders.id AS order_id, picking.*
                  FROM orders
                  JOIN stock_picking picking ON picking.sale_id = orders.id
                  JOIN stock_picking_type type ON type.id = picking.picking_type_id
                 WHERE type.code = 'outgoing'
                   AND picking.state NOT IN ('draft', 'cancel')
            ), invoice AS (
                SELECT DISTINCT orders.contact_id, orders.id AS order_id,
                       move.id, move.name, move.invoice_date
                  FROM orders
                  JOIN sale_order_line line ON line.order_id = orders.id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line item ON item.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE move.state = 'posted' AND move.move_type = 'out_invoice'
                   AND move.invoice_date IS NOT NULL
            )
            SELECT contact_id, 'confirmed', id, id, name,
                   (confirmed_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
              FROM orders
             UNION ALL
            SELECT contact_id, 'planned', id, order_id, name,
                   (scheduled_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
              FROM delivery WHERE state <> 'done' AND scheduled_date IS NOT NULL
             UNION ALL
            SELECT contact_id, 'sent', id, order_id, name,
                   (date_done AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
              FROM delivery WHERE state = 'done'
             UNION ALL
            SELECT contact_id, 'eta', id, order_id, name, export_eta
              FROM delivery
             WHERE export_eta IS NOT NULL AND export_received_date IS NULL
             UNION ALL
            SELECT contact_id, 'received', id, order_id, name, export_received_date
              FROM delivery WHERE export_received_date IS NOT NULL
             UNION ALL
            SELECT contact_id, 'invoiced', id, order_id, name, invoice_date
              FROM invoice
            """,
            branches=company._export_tree().ids,
            contacts=list(contact_ids),
            tz=zone,
            now=fields.Datetime.now(),
        )
