from odoo import api, models
from odoo.tools import SQL


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    @api.model
    def _step_payment_behaviour(self, company, partner_ids, as_of):
        """Open a hold for customers with too many late instalments in a row.

        :param res.company company: whose ledger is judged
        :param list partner_ids: commercial customers of this batch
        :param date as_of: today where the company is
        :return: the holds that were opened
        """
        rule = self.env["export.crm.credit.rule"]._of_company(company, "behaviour")
        if not rule:
            return self.browse()
        evidence = self._behaviour_evidence(company, partner_ids, as_of, rule)
        return self.with_company(company)._open_for(company, rule, evidence)

    @api.model
    def _behaviour_evidence(self, company, partner_ids, as_of, rule):
        """Return ``{partner id: [evidence values]}`` of the customers to hold.

        A run counts from go-live on: what was settled, however late, before that
        day is history. Debt still open then counts as overdue from that day.
        """
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, partner_ids
        )
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH run AS (
                    SELECT instalment.*,
                           COUNT(DISTINCT run_bucket) OVER customer AS run_length,
                           MAX(settled_on) OVER customer AS last_settled,
                           BOOL_OR(verdict = 'overdue') OVER customer AS any_overdue
                      FROM (%(lateness)s) instalment
                     WHERE in_run
                )
                SELECT 1
                """,
                lateness=lateness,
            )
        )
        return rows
