from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount

from ...tools.core.readers import FIGURES
from ..account import sources
from ..account.sources.ledger import residuals_sql

AMOUNTS = (
    "open_today",
    "overdue_today",
    "unapplied_payments",
    "unapplied_credits",
    "exposure_today",
)
COUNTS = ("promise_count", "dispute_count")
TODAY = (*AMOUNTS, *COUNTS, "limit_today", "unapplied_hint", "worst_days_now")


def _figure(string, text=None, counted=False):
    """Return a field of today's figures."""
    kind = fields.Integer if counted else fields.Monetary
    return kind(
        string=string,
        compute="_compute_figures_today",
        compute_sudo=True,
        groups=FIGURES,
        aggregator=None,
        **({"help": text} if text else {}),
    )


class ExportCrmCreditHold(models.Model):
    """The customer's figures today, beside those that the hold was opened with."""

    _inherit = "export.crm.credit.hold"

    open_today = _figure("Open today", "Receivables that are not paid, due or not.")
    overdue_today = _figure("Overdue today", "Unpaid past due date and grace.")
    unapplied_payments = _figure(
        "Unapplied payments", "Received, and matched with no invoice yet."
    )
    unapplied_credits = _figure(
        "Unapplied credit notes", "Issued, and matched with no invoice yet."
    )
    exposure_today = _figure(
        "Exposure today",
        "Open receivables less unapplied payments plus confirmed not invoiced.",
    )
    limit_today = _figure("Credit limit", "Empty: the company keeps no limits.")
    promise_count = _figure(
        "Promises to pay", "Approved, and not over yet.", counted=True
    )
    dispute_count = _figure("Disputes", "Accepted, and not closed yet.", counted=True)
    unapplied_hint = fields.Char(
        compute="_compute_unapplied_hint", compute_sudo=True, groups=FIGURES
    )
    worst_days_now = fields.Integer(
        string="Days late now",
        compute="_compute_worst_days_now",
        compute_sudo=True,
        aggregator=None,
        help="The longest delay among the instalments, as of today.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_figures_today(self):
        by_key = {}
        for company, holds in self.grouped("company_id").items():
            partner_ids = holds.partner_id._origin.ids
            if partner_ids and company:
                rows = self._figures_today(company._origin, partner_ids)
                by_key |= {(row["partner_id"], company.id): row for row in rows}
        for hold in self:
            row = by_key.get((hold.partner_id._origin.id, hold.company_id.id), {})
            for name in AMOUNTS:
                hold[name] = float(row.get(name) or 0.0)
            for name in COUNTS:
                hold[name] = row.get(name) or 0
            company = hold.company_id
            partner = hold.partner_id.with_company(company)
            limited = company.account_use_credit_limit
            hold.limit_today = partner.credit_limit if limited else 0.0

    @api.model
    def _figures_today(self, company, partner_ids):
        """Return the figures of customers, one dictionary each, by one query."""
        self.env.flush_all()
        accounts = self.env["export.crm.account"]
        today = company._export_today()
        scope = accounts._facts_scope(company, today)
        return self.env.execute_query_dict(
            SQL(
                """
                WITH export_fact_contact AS (
                    SELECT id AS contact_id, commercial_partner_id AS partner_id
                      FROM res_partner
                     WHERE commercial_partner_id = ANY(%(partners)s)
                ), residual AS (
                    SELECT r.partner_id,
                           SUM(r.amount) FILTER (WHERE r.amount > 0) AS open_today,
                           -SUM(r.amount) FILTER (
                               WHERE r.amount < 0 AND m.move_type <> 'out_refund')
                               AS unapplied_payments,
                           -SUM(r.amount) FILTER (
                               WHERE r.amount < 0 AND m.move_type = 'out_refund')
                               AS unapplied_credits
                      FROM (%(residuals)s) r
                      JOIN account_move_line l ON l.id = r.id
                      JOIN account_move m ON m.id = l.move_id
                  GROUP BY r.partner_id
                ), promise AS (
                    SELECT partner_id, COUNT(*) AS promise_count
                      FROM export_crm_credit_promise
                     WHERE partner_id = ANY(%(partners)s)
                       AND company_id = %(company)s
                       AND state = 'approved' AND promised_date >= %(today)s
                  GROUP BY partner_id
                ), dispute AS (
                    SELECT partner_id, COUNT(*) AS dispute_count
                      FROM export_crm_credit_dispute
                     WHERE partner_id = ANY(%(partners)s)
                       AND company_id = %(company)s AND state = 'accepted'
                  GROUP BY partner_id
                )
                SELECT customer.id AS partner_id, residual.open_today,
                       residual.unapplied_payments, residual.unapplied_credits,
                       late.overdue_amount AS overdue_today,
                       ledger.exposure AS exposure_today,
                       promise.promise_count, dispute.dispute_count
                  FROM res_partner customer
             LEFT JOIN residual ON residual.partner_id = customer.id
             LEFT JOIN (%(late)s) late ON late.partner_id = customer.id
             LEFT JOIN (%(ledger)s) ledger ON ledger.partner_id = customer.id
             LEFT JOIN promise ON promise.partner_id = customer.id
             LEFT JOIN dispute ON dispute.partner_id = customer.id
                 WHERE customer.id = ANY(%(partners)s)
                """,
                partners=list(partner_ids),
                residuals=residuals_sql(scope),
                late=accounts._lateness_summary_sql(company, today, partner_ids),
                ledger=sources.LEDGER.query(scope),
                company=company.id,
                today=today,
            )
        )

    @api.depends("evidence_ids")
    def _compute_worst_days_now(self):
        for hold in self:
            hold.worst_days_now = max(
                (
                    line.days_late_now
                    for line in hold.evidence_ids
                    if line.status_now in ("overdue", "late")
                ),
                default=0,
            )

    @api.depends("evidence_ids", "blocking")
    def _compute_unapplied_hint(self):
        for hold in self:
            hold.unapplied_hint = hold.blocking and hold._unapplied_sentence() or False

    def _unapplied_sentence(self):
        """Return what money on account would pay, or nothing."""
        self.ensure_one()
        currency = self.currency_id
        unapplied = self.unapplied_payments + self.unapplied_credits
        unpaid = self.evidence_ids.filtered(lambda line: line.status_now == "overdue")
        owed = sum(unpaid.mapped("open_now")) or self.overdue_today
        if currency.compare_amounts(min(unapplied, owed), 0.0) <= 0:
            return ""
        amount = format_amount(self.env, unapplied, currency)
        if currency.compare_amounts(unapplied, owed) >= 0:
            return self.env._("%s unapplied would pay this.", amount)
        return self.env._("%s unapplied would pay a part of this.", amount)

    @api.model
    def _forget_today(self):
        """Drop what was read of today: the ledger has changed in this transaction."""
        self.invalidate_model(TODAY, flush=False)

    def action_view_promises(self):
        """Open the promises of this customer."""
        return self._of_customer("export_crm.export_crm_credit_promise_action")

    def action_view_disputes(self):
        """Open the disputes of this customer."""
        return self._of_customer("export_crm.export_crm_credit_dispute_action")

    def _of_customer(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return action
