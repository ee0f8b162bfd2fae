"""Proposing next best actions and measuring what came of them."""

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.health import best_action, early_warning, uplift
from .export_crm_action_rule import OUTCOME_DAYS


class ExportCrmAction(models.Model):
    _inherit = "export.crm.action"

    @api.model
    def _step_actions(self, company, partner_ids, as_of):
        """Propose the actions of the customers of a batch; measure old ones.

        One action a customer, and none that a hold, a late payment or an open claim
        puts out of place. One query per rule, whatever the number of customers.
        Nothing is proposed before the go-live date.

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
        """Propose the best action of each customer, and take the others back."""
        period = early_warning.period(as_of)
        batch = Domain("company_id", "=", company.id) & Domain(
            "partner_id", "in", partner_ids
        )
        open_ones = self.search(batch & Domain("state", "=", "proposed"))
        old = open_ones.filtered(lambda action: action.period != period)
        old._expire()
        standing = self._standings(company, partner_ids)
        known = {}
        for action in self.search(batch & self._standing(period, as_of)):
            known.setdefault(action.account_id.id, []).append(action)
        new, kept = [], set()
        for account, rules in self._applying(company, partner_ids).items():
            is_so = standing.get(account.partner_id.id, ())
            ours = known.get(account.id, [])
            chosen = self._chosen(account, rules, is_so, ours)
            if not chosen:
                continue
            kept.add((account.id, chosen.id))
            values = self._proposal(account, chosen, period, as_of)
            same = [action for action in ours if action.rule_id == chosen]
            if not same:
                new.append(values)
            elif same[0].state == "expired":
                same[0].with_context(tracking_disable=True).write(values)
        # What no longer applies, or is not the best, is not asked for any more.
        past = (open_ones - old).filtered(
            lambda action: (action.account_id.id, action.rule_id.id) not in kept
        )
        past._expire()
        # The record says itself when and why: no message beside it.
        self.with_context(tracking_disable=True).create(new)

    @api.model
    def _applying(self, company, partner_ids):
        """Return ``{account: rules that apply}``; one query per rule."""
        accounts = self.env["export.crm.account"]
        # Nobody works on a customer that is archived.
        there = (
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", partner_ids)
            & Domain("partner_id.active", "=", True)
        )
        warned = list(self.env["export.crm.warning"]._serious(company, partner_ids))
        rules = self.env["export.crm.action.rule"].search(
            [("company_id", "in", (company.id, False))]
        )
        found = {}
        for rule in rules:
            whose = rule._domain()
            if rule.when_warned:
                whose |= Domain("id", "in", warned)
            for account in accounts.search(there & whose):
                found.setdefault(account, rules.browse())
                found[account] |= rule
        return found

    @api.model
    def _chosen(self, account, rules, standing, ours):
        """Return the rule whose action stands for a customer, none if none does.

        What somebody is at, what was done in this quarter and what the control group
        is compared by exclude every other: a customer gets one at a time. What is
        proposed stays while it is in place, so that it doesn't change every night.

        :param standing: see :meth:`_standings`
        :param list ours: actions that are not proposed once more
        """
        nothing = rules.browse()
        if any(action.state in ("accepted", "done", "control") for action in ours):
            return nothing
        choices = {rule.id: rule._choice(account) for rule in rules}
        for action in sorted(ours, key=lambda action: -(action.priority or 0.0)):
            choice = choices.get(action.rule_id.id)
            if action.state == "proposed":
                if choice and choice.fits(standing):
                    return action.rule_id
            elif action.state == "dismissed":
                choices.pop(action.rule_id.id, None)
        chosen = best_action.best(choices.values(), standing)
        return rules.browse(chosen.rule_id) if chosen else nothing

    @api.model
    def _standings(self, company, partner_ids):
        """Return ``{partner id: set}`` of what is to be minded about a customer.

        On hold, late or claiming, see ``tools/health/best_action.py``.
        """
        # sudo: what may be advised depends on no reader
        accounts = self.env["export.crm.account"].sudo()
        holds = self.env["export.crm.credit.hold"].sudo()
        followups = self.env["export.crm.followup"].sudo()
        partners = self.env["res.partner"].browse(partner_ids)
        root = company._export_root().id
        held = holds._blocking_ids([(partner.id, root) for partner in partners])
        claiming = followups._partners_with_open_claim(company, partners)
        found = {}
        for name, ids in (
            (best_action.LATE, accounts._held_or_late(company, partner_ids)),
            (best_action.HELD, [partner_id for partner_id, _company in held]),
            (best_action.CLAIMING, claiming.ids),
        ):
            for partner_id in ids:
                found.setdefault(partner_id, set()).add(name)
        return found

    @api.model
    def _step_offers(self, company, partner_ids, _as_of):
        """Take back, within a minute, what a hold, a debt or a claim puts out of place.

        :param res.company company: whose customers
        :param list partner_ids: commercial customers
        """
        proposed = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "proposed"),
            ]
        )
        proposed._not_to_be_made()._expire()

    def _not_to_be_made(self):
        """Return those of these actions that are out of place by now."""
        out = self.browse()
        for company, actions in self.grouped("company_id").items():
            standings = self._standings(company, actions.partner_id.ids)
            out += actions.filtered(
                lambda action, standings=standings: not action.rule_id.sudo()
                ._choice(action.account_id.sudo())
                .fits(standings.get(action.partner_id.id, ()))
            )
        return out

    @api.model
    def _standing(self, period, as_of):
        """Return the domain of the actions that decide whether another is proposed.

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
