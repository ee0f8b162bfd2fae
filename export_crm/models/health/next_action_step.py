"""Proposing next best actions and measuring what came of them."""

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.health import early_warning, uplift
from .export_crm_action_rule import OUTCOME_DAYS


class ExportCrmAction(models.Model):
    _inherit = "export.crm.action"

    @api.model
    def _step_actions(self, company, partner_ids, as_of):
        """Propose the actions of the customers of a batch; measure old ones.

        One query per rule, whatever the number of customers. Nothing is proposed
        before the go-live date, and no offer to who is on hold or paid late lately.

        :param res.company company: whose customers
        :param list partner_ids: commercial customers
        :param date as_of: the day of the facts
        """
        self.env["export.crm.loss"]._note_won_back(company, partner_ids)
        live = company.export_go_live_date
        if not live or as_of >= live:
            self._propose(company, partner_ids, as_of)
        self._measure(company, partner_ids, as_of)

    @api.model
    def _propose(self, company, partner_ids, as_of):
        period = early_warning.period(as_of)
        batch = Domain("company_id", "=", company.id) & Domain(
            "partner_id", "in", partner_ids
        )
        rules = self.env["export.crm.action.rule"].search(
            [("company_id", "in", (company.id, False))]
        )
        open_ones = self.search(batch & Domain("state", "=", "proposed"))
        old = open_ones.filtered(lambda action: action.period != period)
        old._expire()
        known = {
            (action.account_id.id, action.rule_id.id)
            for action in self.search(batch & self._standing(period, as_of))
        }
        no_offer = self.env["export.crm.account"]._held_or_late(company, partner_ids)
        new, met = [], set()
        # Nobody works on a customer that is archived.
        there = batch & Domain("partner_id.active", "=", True)
        for rule in rules:
            accounts = self.env["export.crm.account"].search(there & rule._domain())
            if rule.is_offer:
                accounts = accounts.filtered(lambda a: a.partner_id.id not in no_offer)
            met |= {(account.id, rule.id) for account in accounts}
            for account in accounts:
                if (account.id, rule.id) not in known:
                    new.append(self._proposal(account, rule, period, as_of))
        # The record says itself when and why: no message beside it.
        self.with_context(tracking_disable=True).create(new)
        # What no longer applies is not asked for any more.
        past = (open_ones - old).filtered(
            lambda action: (action.account_id.id, action.rule_id.id) not in met
        )
        past._expire()

    @api.model
    def _step_offers(self, company, partner_ids, _as_of):
        """Take back, within a minute, offers to who is on hold or paid late lately.

        :param res.company company: whose customers
        :param list partner_ids: commercial customers
        """
        offers = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "proposed"),
                ("rule_id.is_offer", "=", True),
            ]
        )
        offers._not_to_be_made()._expire()

    def _not_to_be_made(self):
        """Return the offers among these whose customer is on hold or paid late."""
        accounts = self.env["export.crm.account"].sudo()
        # sudo: whether a customer may be offered something depends on no reader
        late = {
            (partner_id, company)
            for company, actions in self.grouped("company_id").items()
            for partner_id in accounts._held_or_late(company, actions.partner_id.ids)
        }
        return self.filtered(
            lambda action: action.rule_id.sudo().is_offer
            and (action.partner_id.id, action.company_id) in late
        )

    @api.model
    def _standing(self, period, as_of):
        """Return the domain of the actions that are not proposed once more.

        Those of this quarter, those that somebody is at, and those of the control
        group while what they are compared by is not measured: contacted within these
        days, they would be no control.
        """
        running = Domain("date", ">", as_of - timedelta(days=OUTCOME_DAYS))
        return (
            Domain("period", "=", period)
            | Domain("state", "=", "accepted")
            | (Domain("state", "=", "control") & running)
        )

    def _expire(self):
        """Take actions back that nobody decided about.

        Untracked: on the first night of a quarter it is all of them, and the record
        has its period and state.
        """
        if self:
            self.with_context(tracking_disable=True).write({"state": "expired"})

    @api.model
    def _proposal(self, account, rule, period, as_of):
        value = account[rule.value_field]
        names = {
            leaf.field_expr.split(".")[0] for leaf in rule._domain().iter_conditions()
        }
        company = account.company_id
        key = f"{account.id}/{rule.id}/{period}"
        control = uplift.in_control(key, company.export_action_control)
        return {
            "account_id": account.id,
            "company_id": company.id,
            "rule_id": rule.id,
            "period": period,
            "date": as_of,
            "value_at_stake": value,
            "priority": None if value is None else value * rule.effect,
            "p_buy": account.p_buy,
            "figures": {name: account._figure(name) for name in sorted(names)},
            "state": "control" if control else "proposed",
        }

    @api.model
    def _measure(self, company, partner_ids, as_of):
        """Note who bought within 91 days after an action; one statement.

        Contacted or not: the others are what the contacted are compared with.
        """
        self.flush_model()
        self.env["sale.order"].flush_model()
        scope = self.env["export.crm.account"]._facts_scope(company, as_of)
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_action action
                   SET measured_date = %(as_of)s,
                       bought_after = COALESCE(o.amount, 0) > 0,
                       revenue_after = COALESCE(o.amount, 0)
                  FROM export_crm_action same
                  LEFT JOIN (
                       SELECT a.id, SUM(GREATEST(%(money)s, 0)) AS amount
                         FROM export_crm_action a
                         JOIN res_partner p ON p.commercial_partner_id = a.partner_id
                         JOIN sale_order s
                           ON s.partner_id = p.id AND s.company_id = ANY(%(branches)s)
                        WHERE a.company_id = %(company)s
                          AND a.partner_id = ANY(%(partners)s)
                          AND a.measured_date IS NULL AND a.date <= %(before)s
                          AND s.state = 'sale' AND s.export_kind = 'order'
                          AND %(day)s > a.date AND %(day)s <= a.date + %(days)s
                        GROUP BY a.id
                       ) o ON o.id = same.id
                 WHERE same.company_id = %(company)s
                   AND same.partner_id = ANY(%(partners)s)
                   AND same.measured_date IS NULL AND same.date <= %(before)s
                   AND action.id = same.id
                """,
                as_of=as_of,
                before=as_of - timedelta(days=OUTCOME_DAYS),
                days=OUTCOME_DAYS,
                branches=scope.branches,
                money=scope.money(SQL("s.amount_untaxed"), SQL("s.currency_rate")),
                day=scope.day(SQL("s.date_order")),
                company=company.id,
                partners=list(partner_ids),
            )
        )
        self.invalidate_model(["measured_date", "bought_after", "revenue_after"])


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    def _figure(self, name):
        """Return a figure as it can be kept in JSON and read by people."""
        value = self[name]
        if isinstance(value, models.BaseModel):
            return value.display_name or None
        if value is None or isinstance(value, bool | int | str):
            return value
        return round(value, 4) if isinstance(value, float) else str(value)
