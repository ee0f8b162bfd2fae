"""Finding warnings: the pipeline's step and what follows from it."""

from odoo import api, models
from odoo.fields import Domain

from ...tools import early_warning
from .export_crm_warning import OPEN_STATES

WARNING_INPUTS = (
    "as_of",
    "tier_id",
    "order_count",
    "orders_182d",
    "orders_prev_182d",
    "order_average_182d",
    "order_average_prev_182d",
    "interval_mean",
    "gap_open",
    "silence_chance",
    "churn_risk",
    "last_order_date",
    "last_inquiry_date",
    "last_quotation_date",
    "last_inbound_date",
    "claims_182d",
    "claims_prev_182d",
    "satisfaction",
    "satisfaction_before",
    "forecast_revenue_12m",
)


class ExportCrmWarning(models.Model):
    _inherit = "export.crm.warning"

    @api.model
    def _step_warnings(self, company, partner_ids, as_of):
        """Find the warnings of the customers of a batch, and those that passed.

        Constant number of queries; only what is new is written. Nothing is warned
        of before the go-live date, and what was so on the first day is only listed.

        :param res.company company: whose customers
        :param list partner_ids: commercial customers
        :param date as_of: the day of the facts
        """
        live = company.export_go_live_date
        if live and as_of < live:
            return
        if not company.export_warnings_since:
            company.export_warnings_since = as_of
        first = as_of <= company.export_warnings_since
        rules = self.env["export.crm.warning.rule"]._of_company(company)
        found = self._findings(company, partner_ids, rules)
        ids = list(found)
        kept = self._kept(ids, as_of)
        new = []
        for account_id, (findings, value) in found.items():
            new += self._new_values(
                company, account_id, findings, value, kept, rules, as_of, first
            )
        # The record says itself since when and why; a message beside it made a night
        # with 1,900 new warnings take two minutes, and nobody had more to read.
        self.with_context(tracking_disable=True).create(new)
        self._pass(ids, found, as_of)

    @api.model
    def _findings(self, company, partner_ids, rules):
        """Return ``{account id: (findings, value at stake)}``."""
        accounts = self.env["export.crm.account"]
        accounts.flush_model()
        tiers = {tier.id: tier.code for tier in self.env["export.crm.tier"].search([])}
        rules = [rule._as_rule() for rule in rules]
        found = {}
        for row in accounts._score_inputs(company, partner_ids, WARNING_INPUTS):
            facts = {**row, "tier": tiers.get(row["tier_id"], "")}
            for name in ("interval_mean", "satisfaction", "satisfaction_before"):
                facts[name] = None if row[name] is None else float(row[name])
            findings = early_warning.judge(facts, rules)
            found[row["id"]] = (findings, row["forecast_revenue_12m"])
        return found

    @api.model
    def _kept(self, account_ids, as_of):
        """Return ``{(account id, cause): warning}``: open ones, or of this period."""
        domain = Domain("account_id", "in", account_ids) & (
            Domain("state", "in", OPEN_STATES)
            | Domain("period", "=", early_warning.period(as_of))
        )
        return {(w.account_id.id, w.code): w for w in self.search(domain, order="date")}

    @api.model
    def _new_values(
        self, company, account_id, findings, value, kept, rules, as_of, first
    ):
        """Return the values of the warnings to be made; raise the level of others."""
        contact = {rule.code for rule in rules if rule.wants_contact}
        new = []
        for finding in findings:
            known = kept.get((account_id, finding.code))
            if known:
                known._follow(finding)
                continue
            new.append(
                {
                    "account_id": account_id,
                    "company_id": company.id,
                    "code": finding.code,
                    "level": finding.level,
                    "period": early_warning.period(as_of),
                    "date": as_of,
                    "evidence": finding.evidence,
                    "value_at_stake": value,
                    "wants_contact": finding.code in contact
                    and finding.level != "info",
                    "state": "known" if first else "open",
                }
            )
        return new

    def _follow(self, finding):
        """Raise the level of an open warning that has become more serious."""
        levels = early_warning.LEVELS
        if self.state in OPEN_STATES and levels.index(finding.level) > levels.index(
            self.level
        ):
            self._message_log(
                body=self.env._("Before: %(evidence)s", evidence=self.summary)
            )
            self.write({"level": finding.level, "evidence": finding.evidence})

    @api.model
    def _pass(self, account_ids, found, as_of):
        """Close the open warnings whose cause is gone."""
        still = {
            (account_id, finding.code)
            for account_id, (findings, _value) in found.items()
            for finding in findings
        }
        open_ones = self.search(
            [("account_id", "in", account_ids), ("state", "in", OPEN_STATES)]
        )
        gone = open_ones.filtered(lambda w: (w.account_id.id, w.code) not in still)
        if gone:
            # The record has the day; a tracking message for each of thousands has not
            # been read by anybody and takes seconds.
            gone.with_context(tracking_disable=True).write(
                {"state": "passed", "passed_date": as_of}
            )

    @api.model
    def _warnings_wanting_contact(self, company):
        """Return the open warnings that ask for a contact, the most serious first.

        For whatever plans contacts: one customer with several of them wants one
        contact. When it is planned or made, call :meth:`action_done`.
        """
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("wants_contact", "=", True),
            ]
        )
