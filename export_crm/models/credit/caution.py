from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

#: How long a hold is remembered after it has ended: no offers meanwhile.
CAUTION_DAYS = 91


class ExportCrmAccount(models.Model):
    """Who is offered nothing: an upgrade or longer terms would reward paying late."""

    _inherit = "export.crm.account"

    @api.model
    def _held_or_late(self, company, partner_ids):
        """Return the ids of customers that are on hold or paid late lately.

        Lately: an instalment is overdue, the last one that was paid came late, or a
        hold has ended within :data:`CAUTION_DAYS`. One opened by mistake counts not.

        :param res.company company: whose customers; a branch's are its root's
        :param partner_ids: commercial customers
        :rtype: set
        """
        if not partner_ids:
            return set()
        self.flush_model(["late_run", "overdue_amount"])
        self.env["export.crm.credit.hold"].flush_model()
        company = company._export_root()
        since = company._export_today() - timedelta(days=CAUTION_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id FROM export_crm_account
                 WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s)
                   AND (late_run > 0 OR overdue_amount > 0)
                 UNION
                SELECT partner_id FROM export_crm_credit_hold
                 WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s)
                   AND (blocking
                        OR (closed_on >= %(since)s
                            AND close_reason NOT IN ('void', 'merged')))
                """,
                company=company.id,
                partners=list(partner_ids),
                since=since,
            )
        )
        return {partner_id for [partner_id] in rows}


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    def _let_pass(self, order):
        """Tell whether ``order`` was confirmed by a release of this hold, or may be."""
        return any(
            order in release.line_ids.order_id or release._covers(order)
            for release in self.release_ids
        )

    def _mark_customers(self):
        """Have what depends on the hold, such as texts of activities, made anew."""
        for company, holds in self.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(holds.partner_id, company)
