from odoo import api, fields, models

from ...tools.core.readers import FIGURES

NAMES = ("open_today", "overdue_today", "exposure_today")


def _figure(string, text):
    return fields.Monetary(
        string=string,
        compute="_compute_figures_today",
        compute_sudo=True,
        groups=FIGURES,
        aggregator=None,
        help=text,
    )


class ExportCrmCreditRequest(models.Model):
    """What its payer owes today: to decide without opening three other windows."""

    _inherit = "export.crm.credit.request"

    open_today = _figure("Open today", "The payer's receivables, due or not.")
    overdue_today = _figure("Overdue today", "Unpaid past due date and grace.")
    unapplied_today = _figure(
        "Unapplied today", "Payments and credit notes that are matched with no invoice."
    )
    exposure_today = _figure(
        "Exposure today",
        "Open receivables less unapplied payments plus confirmed not invoiced; without "
        "this order.",
    )
    limit_today = _figure("Credit limit", "Empty: the company keeps no limits.")

    @api.depends("payer_id", "company_id")
    def _compute_figures_today(self):
        holds = self.env["export.crm.credit.hold"]
        by_key = {}
        for company, requests in self.grouped("company_id").items():
            for row in holds._figures_today(company, requests.payer_id.ids):
                by_key[row["partner_id"], company] = row
        for request in self:
            company = request.company_id
            row = by_key.get((request.payer_id.id, company), {})
            for name in NAMES:
                request[name] = float(row.get(name) or 0.0)
            request.unapplied_today = float(
                (row.get("unapplied_payments") or 0)
                + (row.get("unapplied_credits") or 0)
            )
            payer = request.payer_id.with_company(company)
            limited = company.account_use_credit_limit
            request.limit_today = payer.credit_limit if limited else 0.0
