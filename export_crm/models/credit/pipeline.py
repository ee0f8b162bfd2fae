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
        evidence = {}
        for row in self._behaviour_rows(company, partner_ids, as_of, rule.run_length):
            row["as_of"] = as_of
            evidence.setdefault(row.pop("partner_id"), []).append(row)
        return self.with_company(company)._open_for(company, rule, evidence)

    @api.model
    def _behaviour_rows(self, company, partner_ids, as_of, run_length):
        """Return the instalments of every run of at least ``run_length``, as dicts.

        A run opens a hold only if something in it happened after go-live: what was
        settled before, however late, and what had been overdue before, is history
        that a Credit Controller looks at, not a surprise on the first night.
        """
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, list(partner_ids)
        )
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT partner_id, move_line_id, move_id, due_date, settled_on,
                       days_late, verdict, currency_id, amount_currency, invoice_name
                  FROM (SELECT instalment.*, move.name AS invoice_name,
                               BOOL_OR(GREATEST(instalment.deadline + 1,
                                                instalment.settled_on) >= %(live)s)
                                   OVER (PARTITION BY instalment.partner_id) AS fresh
                          FROM (%(lateness)s) instalment
                          JOIN account_move move ON move.id = instalment.move_id
                         WHERE instalment.in_run AND instalment.run >= %(length)s
                       ) run
                 WHERE fresh
              ORDER BY partner_id, due_date DESC, move_line_id DESC
                """,
                lateness=lateness,
                live=company.export_go_live_date,
                length=run_length,
            )
        )
