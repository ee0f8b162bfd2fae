from odoo import api, models
from odoo.tools import SQL

from .export_crm_credit_rule import LEDGER_KINDS


class ExportCrmCreditHold(models.Model):
    """The payment-delay check: facts of the ledger become holds."""

    _inherit = "export.crm.credit.hold"

    @api.model
    def _step_payment_behaviour(self, company, partner_ids, as_of):
        """Open a hold for the customers that break a rule about the ledger.

        :param res.company company: whose ledger is judged
        :param list partner_ids: commercial customers of this batch
        :param date as_of: today where the company is
        :return: the holds that were opened
        """
        self._hand_over(company, partner_ids)
        opened = self.browse()
        found = self._ledger_findings(company, partner_ids, as_of)
        for rule, evidence in found.items():
            opened += self._open_found(company, rule, evidence, as_of)
        return opened

    @api.model
    def _open_found(self, company, rule, evidence, as_of):
        """Open holds for findings of one rule; see :meth:`_ledger_findings`."""
        for rows in evidence.values():
            for row in rows:
                row["as_of"] = as_of
        return self.with_company(company)._open_for(company, rule, evidence)

    @api.model
    def _ledger_findings(self, company, partner_ids, as_of, history=False):
        """Return ``{rule: {partner id: [evidence values]}}``, all rules of a company.

        A customer who breaks several rules stands under each of them.

        :param bool history: also customers with nothing new since go-live
        """
        rules = self.env["export.crm.credit.rule"].sudo()
        # sudo: rules hold for everybody, whoever confirms an order
        rules = rules._of_company(company, *LEDGER_KINDS)
        if not rules:
            return {}
        rows = self._late_rows(company, partner_ids, as_of)
        by_partner = {}
        for row in rows:
            by_partner.setdefault(row.pop("partner_id"), []).append(row)
        tiers = self._tiers_of(company, by_partner)
        findings = {}
        for rule in rules:
            for partner in self.env["res.partner"].sudo().browse(by_partner):
                tier = tiers.get(partner.id, self.env["export.crm.tier"])
                if not rule._concerns(partner, tier):
                    continue
                broken = rule._broken_by(by_partner[partner.id])
                if broken and (history or any(row["fresh"] for row in broken)):
                    findings.setdefault(rule, {})[partner.id] = [
                        {name: row[name] for name in self._evidence_columns()}
                        for row in broken
                    ]
        return findings

    @api.model
    def _evidence_columns(self):
        return (
            "move_line_id",
            "move_id",
            "invoice_name",
            "due_date",
            "settled_on",
            "days_late",
            "verdict",
            "currency_id",
            "amount_currency",
        )

    @api.model
    def _tiers_of(self, company, partner_ids):
        accounts = self.env["export.crm.account"].sudo()
        # sudo: whether a rule holds doesn't depend on who may see the customer
        found = accounts.search(
            [("company_id", "=", company.id), ("partner_id", "in", list(partner_ids))]
        )
        return {account.partner_id.id: account.tier_id for account in found}

    @api.model
    def _late_rows(self, company, partner_ids, as_of):
        """Return the late or overdue instalments that may be held against somebody.

        Those of the current run, and every overdue one. ``fresh`` says whether
        something in the run happened after go-live: what was settled before,
        however late, and what had been overdue before, is history that a Credit
        Controller looks at, not a surprise on the first night. What has become worse
        since a decision about it, an undone payment say, is fresh.
        """
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, list(partner_ids)
        )
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT late.*, move.name AS invoice_name
                  FROM (SELECT partner_id, move_line_id, move_id, due_date, settled_on,
                               days_late, verdict, currency_id, amount_currency,
                               open_amount, in_run, run,
                               revived OR GREATEST(deadline + 1, settled_on) >= %(live)s
                                   AS fresh
                          FROM (%(lateness)s) instalment
                         WHERE NOT consumed
                           AND (in_run OR verdict = 'overdue')
                       ) late
                  JOIN account_move move ON move.id = late.move_id
              ORDER BY partner_id, due_date DESC, move_line_id DESC
                """,
                lateness=lateness,
                live=company.export_go_live_date,
            )
        )


class ExportCrmCreditRule(models.Model):
    _inherit = "export.crm.credit.rule"

    def _broken_by(self, rows):
        """Return the rows of one customer that break this rule, or an empty list.

        :param list rows: of ``export.crm.credit.hold._late_rows``, one customer's
        """
        self.ensure_one()
        if self.kind == "behaviour":
            run = [row for row in rows if row["in_run"]]
            broken = bool(run) and run[0]["run"] >= self.run_length
        else:
            run = [row for row in rows if row["verdict"] == "overdue"]
            total = sum(row["open_amount"] for row in run)
            oldest = max((row["days_late"] for row in run), default=0)
            broken = bool(self.overdue_amount and total > self.overdue_amount) or bool(
                self.overdue_days and oldest > self.overdue_days
            )
        return run if broken else []
