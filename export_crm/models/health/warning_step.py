"""Finding warnings: the pipeline's step and what follows from it."""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.health import early_warning
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
            # sudo: the system's, whoever lets the step run
            company.sudo().export_warnings_since = as_of
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
        self.env.flush_all()
        tiers = {tier.id: tier.code for tier in self.env["export.crm.tier"].search([])}
        rules = [rule._as_rule() for rule in rules]
        found = {}
        for row in self.env.execute_query_dict(self._inputs_sql(company, partner_ids)):
            facts = {**row, "tier": tiers.get(row["tier_id"], "")}
            for name in ("interval_mean", "satisfaction", "satisfaction_before"):
                facts[name] = None if row[name] is None else float(row[name])
            findings = early_warning.judge(facts, rules) if row["kept_up"] else []
            found[row["id"]] = (findings, row["forecast_revenue_12m"])
        return found

    @api.model
    def _inputs_sql(self, company, partner_ids):
        """Return the query of the facts that rules look at.

        ``kept_up``: somebody still wants to keep the customer. Nobody is warned of
        one that is archived, or that is recorded as lost and not being won back.
        """
        return SQL(
            """
            SELECT account.id, %(names)s,
                   partner.active AND lost.account_id IS NULL AS kept_up
              FROM export_crm_account account
              JOIN res_partner partner ON partner.id = account.partner_id
              LEFT JOIN (SELECT DISTINCT account_id FROM export_crm_loss
                          WHERE company_id = %(company)s
                            AND state IN ('lost', 'given_up')) lost
                     ON lost.account_id = account.id
             WHERE account.company_id = %(company)s
               AND account.partner_id = ANY(%(partners)s)
            """,
            names=SQL(", ").join(
                SQL.identifier("account", name) for name in WARNING_INPUTS
            ),
            company=company.id,
            partners=list(partner_ids),
        )

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
            asks = finding.code in contact and finding.level != "info"
            known = kept.get((account_id, finding.code))
            if known:
                known._follow(finding, asks)
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
                    "wants_contact": asks,
                    "state": "known" if first else "open",
                }
            )
        return new

    def _follow(self, finding, wants_contact):
        """Raise the level of a warning that has become more serious.

        That is news: it opens what was only known at the start, or had passed within
        the period. What a person has closed stays closed.
        """
        levels = early_warning.LEVELS
        if self.state in (*OPEN_STATES, "passed") and (
            levels.index(finding.level) > levels.index(self.level)
        ):
            self._message_log(
                body=self.env._("Before: %(evidence)s", evidence=self.summary)
            )
            self.write(
                {
                    "level": finding.level,
                    "evidence": finding.evidence,
                    "wants_contact": wants_contact,
                    "state": "open",
                    "passed_date": False,
                }
            )

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
    def _serious(self, company, partner_ids):
        """Return ``{account id: causes}`` of the warnings and alarms that are open.

        One statement, whatever the number of customers.
        """
        groups = self._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "in", OPEN_STATES),
                ("level", "!=", "info"),
            ],
            ["account_id", "code"],
        )
        found = {}
        for account, code in groups:
            found.setdefault(account.id, []).append(code)
        return found

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
