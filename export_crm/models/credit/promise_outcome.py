from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date


class ExportCrmCreditPromise(models.Model):
    """What became of an approved promise: kept, or broken, which somebody is told."""

    _inherit = "export.crm.credit.promise"

    outcome = fields.Selection(
        [("kept", "Kept as promised"), ("broken", "Broken")],
        readonly=True,
        copy=False,
        tracking=True,
        help="Kept: paid by the promised day, grace included. Broken: not paid then.",
    )

    @api.model
    def _step_promises(self, company, partner_ids, as_of):
        """Judge the promises whose day is over; make one activity for a broken one.

        By the ledger's own verdict: what is late or overdue under the promised day
        breaks the promise, what was paid in time keeps it.

        :param res.company company: whose ledger
        :param list partner_ids: commercial customers of this batch
        :param date as_of: today where the company is
        """
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "approved"),
                ("outcome", "=", False),
                ("promised_date", "<", as_of),
            ]
        )
        if not waiting:
            return
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, waiting.partner_id.ids
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move_line_id, verdict, due_date FROM (%s) late
                 WHERE move_line_id = ANY(%s)
                """,
                lateness,
                waiting.move_line_id.ids,
            )
        )
        judged = {row[0]: row[1:] for row in rows}
        for promise in waiting:
            verdict, due = judged.get(promise.move_line_id.id, (None, None))
            if due and due != promise.promised_date:
                continue  # another promise counts
            if verdict in ("late", "overdue"):
                promise._note_broken()
            elif verdict == "on_time":
                promise.outcome = "kept"

    def _note_broken(self):
        """Note it, tell the salesperson, and ask whoever decides, once."""
        self.ensure_one()
        self.outcome = "broken"
        text = self.env._(
            "Promise broken: %(invoice)s was to be paid by %(date)s.",
            invoice=self.move_id.name,
            date=format_date(self.env, self.promised_date),
        )
        self._tell_invoice(text)
        self.message_post(body=text, partner_ids=self.salesperson_id.partner_id.ids)
        holds = self.env["export.crm.credit.hold"]
        holds._ask_about_customer(
            self.partner_id,
            self.company_id,
            text,
            Markup("<p>%s</p>") % self._get_html_link(title=self.move_id.name),
        )


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    @api.model
    def _ask_about_customer(self, partner, company, summary, note):
        """Make one activity on a customer for whoever decides about credit.

        :param res.partner partner: the commercial customer
        :param res.company company: the root company
        :param str summary: what happened
        :param Markup note: the document that it is about
        """
        user = self._responsible_in(company)
        if user:
            partner.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=company._export_today(),
                summary=summary,
                note=note,
                user_id=user.id,
            )
