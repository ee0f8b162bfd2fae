from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount

from .export_crm_credit_rule import ORDER_KINDS
from .refusal import OrderRefused


class Blocker(NamedTuple):
    """Why one customer keeps an order from being confirmed.

    ``partner`` the commercial customer, ``kind`` one of the rule kinds, ``hold`` the
    blocking hold (may be empty: exposure, terms and a fresh run are judged live),
    ``rule`` the rule that was broken, ``text`` what the salesperson reads (empty: what
    the hold says of itself), ``evidence`` the values of its instalments.
    """

    partner: models.Model
    kind: str
    hold: models.Model
    rule: models.Model
    text: str = ""
    evidence: tuple = ()

    def said(self, amounts=False):
        """Return what the salesperson reads; orders that pass need it not.

        :param bool amounts: the reader may see amounts, and nobody else reads it
        """
        return self.text or self.hold._explanation(amounts)


class SaleOrder(models.Model):
    """The guard: no order of a held customer becomes or stays confirmed unseen.

    Where the customer accepts by signing or paying it must not raise: Odoo would roll
    back a payment's post-processing and give up after four days. Signature and payment
    are kept, the order waits, and confirms by itself on release.
    """

    _inherit = "sale.order"

    export_credit_waiting = fields.Boolean(
        string="Accepted while on hold",
        readonly=True,
        copy=False,
        help="The customer signed or paid while on credit hold; the order confirms by "
        "itself when released. Says nothing about confirmed and cancelled orders.",
        prefetch="export_crm",
        groups="base.group_user",
    )
    export_accepted_total = fields.Monetary(
        readonly=True,
        copy=False,
        help="What the customer signed or paid for while on hold.",
        prefetch="export_crm",
        groups="base.group_user",
    )

    # === CONSTRAINT === #

    @api.constrains(
        "state",
        "company_id",
        "partner_id",
        "partner_invoice_id",
        "payment_term_id",
        "currency_id",
    )
    def _check_export_credit(self):
        """Refuse every road into a confirmed order while its customer is on hold.

        A constraint and not ``action_confirm``, because orders are also confirmed
        by ``write``, ``create``, imports, the portal and wizards; and because a
        confirmed order may be given to another customer, payer or terms.
        """
        self.filtered(lambda order: order.state == "sale")._export_credit_guard()

    def _export_credit_guard(self):
        """Raise if any of these confirmed orders may not stand; note used releases.

        :raise OrderRefused: one message that names all refused orders
        """
        if not self:
            return
        blockers, used = self._export_credit_verdicts()
        if blockers:
            orders = self.browse().concat(*blockers)
            raise OrderRefused(
                self._export_refused_parts(blockers),
                orders,
                self._export_hold_to_open(blockers),
            )
        # Sorted, as the gates are: nobody waits for somebody who waits.
        for order, release in sorted(used, key=lambda pair: pair[1].id or 0):
            if release:
                release._use(order)
            else:
                # sudo: what let it pass is the system's to note
                order.sudo().export_credit_covered = True

    # === VERDICT === #

    def _export_credit_verdicts(self, lock=True, together=None):
        """Judge these orders by what stands in the database at this moment.

        Writes nothing but the gates: a refusal would roll it back.

        :param bool lock: take the gates, so that no hold is opened and no limit
            drawn upon unseen before this transaction ends; False for showing only
        :param bool together: what one order draws on a release is gone for the next;
            by default where they are confirmed, not where each is shown by itself
        :return: ``({order: [Blocker]}, [(order, release)])``: orders that must wait,
            and the releases that others pass by, none where it is their deposit
        """
        # sudo: a hold counts, whatever the person who confirms may see
        orders = self.sudo().filtered(lambda order: order.partner_id)
        keys = {key for order in orders for key in order._export_credit_keys()}
        limited = orders._export_credit_limited()
        gates = self.env["export.crm.credit.gate"].sudo()
        if lock:
            gate_states = gates._pass(keys, limited)
        else:
            gate_states = gates._look(keys)
        holds = self.env["export.crm.credit.hold"].sudo()
        hold_by_key = {
            key: holds.browse(state.hold) for key, state in gate_states.items()
        }
        fresh = orders._export_credit_fresh_runs(
            [
                key
                for key, state in gate_states.items()
                if state.dirty and not state.hold
            ]
        )
        amounts = orders._export_credit_amounts(limited)
        drawn = {} if (lock if together is None else together) else None
        blockers, used = {}, []
        for order in orders:
            found = [
                *order._export_blocked_by_hold(hold_by_key),
                *order._export_blocked_by_run(fresh),
                *order._export_blocked_by_limit(amounts, hold_by_key),
                *order._export_blocked_by_terms(hold_by_key),
            ]
            left = []
            for blocker in found:
                release = order._export_credit_release(blocker, drawn)
                if release:
                    used.append((order, release))
                elif order._export_covered(blocker):
                    used.append((order, release))
                else:
                    left.append(blocker)
            if left:
                blockers[order.with_env(self.env)] = left
        return blockers, used

    def _export_credit_keys(self):
        """Return the ``(commercial partner id, root company id)`` judged for this
        order: who orders and who pays."""
        self.ensure_one()
        partners = (self.partner_id | self.partner_invoice_id).commercial_partner_id
        company = self.company_id._export_root()
        return {(partner.id, company.id) for partner in partners}

    def _export_payer_key(self):
        payer = (self.partner_invoice_id or self.partner_id).commercial_partner_id
        return (payer.id, self.company_id._export_root().id)

    def _export_credit_limited(self):
        """Return the payers' keys whose credit limit is to be kept.

        Odoo's own ``credit_limit`` with its company default; where the company
        doesn't use limits, or nobody has set one, the rule is silent.
        """
        keys = set()
        for order in self:
            company = order.company_id._export_root()
            if not company.account_use_credit_limit:
                continue
            if not self._export_credit_rules(company, "exposure"):
                continue
            key = order._export_payer_key()
            if self._export_credit_limit(*key) > 0:
                keys.add(key)
        return keys

    @api.model
    def _export_credit_limit(self, partner_id, company_id):
        partner = self.env["res.partner"].sudo().browse(partner_id)
        # sudo: limits are for accountants; the guard only compares
        return partner.with_company(company_id).credit_limit

    @api.model
    def _export_credit_rules(self, company, *kinds):
        # sudo: rules hold for everybody, whoever confirms
        return self.env["export.crm.credit.rule"].sudo()._of_company(company, *kinds)

    def _export_credit_fresh_runs(self, keys):
        """Judge the ledger now for customers whose documents changed just before.

        :param keys: ``(partner id, company id)`` marked as changed and not held
        :return: ``{key: (rule, [evidence values])}``
        """
        found = {}
        holds = self.env["export.crm.credit.hold"].sudo()
        for company in self.company_id._export_root():
            partner_ids = [key[0] for key in keys if key[1] == company.id]
            if not partner_ids:
                continue
            self.env.flush_all()
            findings = holds._ledger_findings(
                company, partner_ids, company._export_today()
            )
            for rule, evidence in findings.items():
                for partner_id, rows in evidence.items():
                    found.setdefault((partner_id, company.id), (rule, rows))
        return found

    def _export_credit_amounts(self, limited):
        """Return ``{key: (limit, exposure)}`` of the payers with a limit; where the
        limit is far, an upper bound of the exposure.

        The orders judged are confirmed already when the guard looks, so the
        exposure has them all; of two that fit one by one but not together neither
        passes in one call.
        """
        amounts = {}
        accounts = self.env["export.crm.account"].sudo()
        for company in self.company_id._export_root():
            limits = {
                key[0]: self._export_credit_limit(*key)
                for key in limited
                if key[1] == company.id
            }
            if not limits:
                continue
            sold = self.filtered(
                lambda order, company=company, limits=limits: order.state == "sale"
                and order.company_id._export_root() == company
                and order._export_payer_key()[0] in limits
            )
            known = accounts._exposure_bound(company, list(limits), sold)
            asked = self._export_asked(company)
            near = [
                partner_id
                for partner_id, limit in limits.items()
                if known[partner_id] + asked.get(partner_id, 0.0) > limit
            ]
            if near:
                known |= accounts._live_exposure(company, near)
                for order in sold:
                    payer = order._export_payer_key()[0]
                    if payer in near:
                        known[payer] += order._export_rate_moved()
            for partner_id, limit in limits.items():
                amounts[partner_id, company.id] = (limit, known[partner_id])
        return amounts

    def _export_amount_today(self, amount):
        """Return an amount in this order's currency, in its company's at today's rate.

        Whoever confirms by the button dates the order anew, and Odoo takes today's
        rate; on other roads the order keeps that of the day it was quoted. The day is
        that of Odoo's rate on the order, in UTC.
        """
        self.ensure_one()
        company = self.company_id
        if self.currency_id == company.currency_id:
            return amount
        today = fields.Datetime.now().date()
        if self.date_order and self.date_order.date() == today:
            return amount / (self.currency_rate or 1.0)  # no further question
        return self.currency_id._convert(
            amount, company.currency_id, company, today, round=False
        )

    def _export_rate_moved(self):
        """Return by how much what is left to invoice is worth more today than at the
        rate of this order, at which the books count it."""
        if self.currency_id == self.company_id.currency_id:
            return 0.0
        # sudo: what is open counts, whatever the person who confirms may see
        left = self.env["export.crm.account"].sudo()._open_of_order(self)
        return self._export_amount_today(left) - left / (self.currency_rate or 1.0)

    def _export_pending_elsewhere(self, names):
        """Tell whether other orders have changes that the database doesn't know yet.

        :param names: the fields that matter
        """
        for field in (self._fields[name] for name in names):
            if set(self.env._field_dirty.get(field, ())).difference(self._ids):
                return True
            if self.env.records_to_compute(field) - self:
                return True
        return False

    def _export_asked(self, company):
        """Return the largest quotation judged here, per payer: what it would add."""
        asked = {}
        for order in self:
            if order.company_id._export_root() == company and order.state != "sale":
                payer = order._export_payer_key()[0]
                amount = order._export_amount_today(order.amount_total)
                asked[payer] = max(asked.get(payer, 0.0), amount)
        return asked

    # === ONE ORDER === #

    def _export_blocked_by_hold(self, hold_by_key):
        for key in sorted(self._export_credit_keys()):
            hold = hold_by_key.get(key)
            if hold:
                yield Blocker(hold.partner_id, hold.kind, hold, hold.rule_id)

    def _export_blocked_by_run(self, fresh):
        evidence = self.env["export.crm.credit.evidence"].sudo()
        for key in sorted(self._export_credit_keys() & set(fresh)):
            rule, rows = fresh[key]
            partner = self.env["res.partner"].sudo().browse(key[0])
            lines = evidence.concat(*map(evidence.new, rows))._told()
            head = self.env._(
                "%(customer)s: %(rule)s.", customer=partner.name, rule=rule.name
            )
            text = self._export_explain(head, lines)
            hold = self.env["export.crm.credit.hold"].sudo()
            yield Blocker(partner, rule.kind, hold, rule, text, tuple(rows))

    def _export_blocked_by_limit(self, amounts, hold_by_key):
        key = self._export_payer_key()
        if key not in amounts:
            return
        limit, exposure = amounts[key]
        currency = self.company_id.currency_id
        if self.state != "sale":
            # A quotation, judged for showing: what if it were confirmed now?
            exposure += self._export_amount_today(self.amount_total)
        if currency.compare_amounts(exposure, limit) <= 0:
            return
        partner = self.env["res.partner"].sudo().browse(key[0])
        rule = self._export_credit_rules(self.company_id._export_root(), "exposure")[0]
        head = self.env._(
            "%(customer)s would owe more than its credit limit.", customer=partner.name
        )
        lines = []
        if self.env.user.has_groups(
            "account.group_account_invoice,account.group_account_readonly"
        ):
            lines.append(
                self.env._(
                    "limit %(limit)s, exposure with this order %(exposure)s",
                    limit=format_amount(self.env, limit, currency),
                    exposure=format_amount(self.env, exposure, currency),
                )
            )
        hold = hold_by_key.get(key, self.env["export.crm.credit.hold"])
        yield Blocker(
            partner, "exposure", hold, rule, self._export_explain(head, lines)
        )

    def _export_blocked_by_terms(self, hold_by_key):
        company = self.company_id._export_root()
        for rule in self._export_credit_rules(company, "terms"):
            partner = self.partner_id.commercial_partner_id
            tier = self.env["export.crm.tier"]
            if rule.tier_ids:
                holds = self.env["export.crm.credit.hold"]
                tiers = holds._tiers_of(company, partner.ids)
                tier = tiers.get(partner.id, tier)
            if self.payment_term_id in rule.payment_term_ids:
                continue
            if not rule._concerns(partner, tier):
                continue
            head = self.env._(
                "The payment terms of %(order)s are not allowed for %(customer)s "
                "(%(rule)s).",
                order=self.name if self._origin else self.env._("this quotation"),
                customer=partner.name,
                rule=rule.name,
            )
            allowed = rule.payment_term_ids.mapped("name")
            lines = [self.env._("allowed: %s", ", ".join(allowed))] if allowed else []
            key = (partner.id, company.id)
            hold = hold_by_key.get(key, self.env["export.crm.credit.hold"])
            text = self._export_explain(head, lines)
            yield Blocker(partner, "terms", hold, rule, text)

    def _export_explain(self, head, lines):
        """Return the text of a live blocker: reason, lines, whom to ask."""
        holds = self.env["export.crm.credit.hold"].sudo()
        # sudo: who is responsible is no secret
        company = self.company_id._export_root()
        who = holds.new({"company_id": company.id})._whom_to_ask()
        return "\n".join([head, *(f"• {line}" for line in lines), who])

    def _export_credit_release(self, blocker, drawn=None):
        """Return the release by which this order passes ``blocker``, or none.

        :param dict drawn: ``{release: {order: amount}}`` of the orders judged
            before it in the same call, to which this one is added
        """
        self.ensure_one()
        releases = self.env["export.crm.credit.release"].sudo()
        # sudo: a release counts for whoever confirms
        candidates = blocker.hold.release_ids
        if blocker.kind in ORDER_KINDS and self._origin:
            # Let pass by itself, or together with a hold that stopped it, too.
            candidates |= releases.search(
                [
                    ("line_ids.order_id", "=", self._origin.id),
                    ("scope", "in", ("order", "unconditional", "void")),
                ]
            )
        for release in candidates:
            by_order = {} if drawn is None else drawn.setdefault(release, {})
            others = sum(by_order[order] for order in by_order if order != self)
            if release._covers(self, others):
                if release.scope == "amount":
                    by_order[self] = release._draws(self)
                return release
        return releases

    @api.model
    def _export_said_once(self, blockers, asked=False, amounts=False):
        """Return the texts of one order's blockers, no line of them twice: a hold and
        the limit say alike whom to ask.

        :param bool asked: leave out whom to ask, which every text ends with
        :param bool amounts: see :meth:`Blocker.said`
        """
        said, texts = set(), []
        for blocker in blockers:
            lines = []
            for line in blocker.said(amounts).splitlines()[: -1 if asked else None]:
                sentence = line.removeprefix("• ")
                if sentence not in said:
                    said.add(sentence)
                    lines.append(line)
            if lines:
                texts.append("\n".join(lines))
        return texts

    @api.model
    def _export_hold_to_open(self, blockers):
        """Return the hold that stands in the way, if its reader may open it."""
        holds = self.env["export.crm.credit.hold"].union(
            *(
                blocker.hold.sudo(False).with_user(self.env.user)
                for found in blockers.values()
                for blocker in found
                if blocker.hold
            )
        )
        if self.env.user.share or not holds.has_access("read"):
            return holds.browse()
        return holds._filtered_access("read")[:1]

    def _export_refused_parts(self, blockers):
        """Return ``{explanation: [numbers of orders]}`` for all refused orders."""
        names_by_text = {}
        for order, found in blockers.items():
            texts = [*order._export_refused_before(), *self._export_said_once(found)]
            text = "\n\n".join(texts)
            names_by_text.setdefault(text, []).append(order.name)
        return names_by_text

    # === ACCEPTED BY THE CUSTOMER === #

    def _validate_order(self):
        held = self._export_hold_back()
        passing = self - held
        if passing:
            return super(SaleOrder, passing)._validate_order()
        return None

    def _export_hold_back(self):
        """Mark the orders that may not be confirmed now as waiting; return them."""
        blockers, _used = self._export_credit_verdicts()
        held = self.browse()
        for order, found in blockers.items():
            held += order
            # sudo: customers come through the portal; the decision stays with the
            # Credit Controller
            order_sudo = order.sudo()
            requests = self.env["export.crm.credit.request"].sudo()
            requests._ask(order_sudo, found, customer=order_sudo.partner_id)
            if not order_sudo.export_credit_waiting:
                order_sudo._export_wait()
        return held

    def _export_wait(self):
        """Let an order that its customer accepted wait for its release; say so."""
        self.ensure_one()
        # No draft any longer: a shop would offer it to the customer as the cart.
        self.write(
            {
                "export_credit_waiting": True,
                "export_accepted_total": self.amount_total,
                "state": "sent",
            }
        )
        self._message_log(
            body=self.env._(
                "Accepted by the customer while on credit hold: it confirms by itself "
                "when released."
            )
        )
        self._send_order_notification_mail(
            self.env.ref(
                "export_crm.mail_template_order_under_review", raise_if_not_found=False
            )
        )

    def action_draft(self):
        """What is written anew has to be accepted anew: Odoo drops the signature."""
        # sudo: the mark is the system's
        self.filtered("export_credit_waiting").sudo().export_credit_waiting = False
        return super().action_draft()

    def _export_is_accepted(self):
        """Tell whether the customer has signed this order, or paid for it online.

        The mark that it waits is not taken for that: it only says where to look. A
        shop's order of nothing needs neither.
        """
        self.ensure_one()
        paid = self.transaction_ids.filtered(
            lambda transaction: transaction.state in ("authorized", "done")
        )
        return bool(
            self.signature or paid or self.currency_id.is_zero(self.amount_total)
        )

    def _export_tell_unconfirmed(self, body):
        """Tell the salespeople of these orders why they did not confirm themselves."""
        for order in self:
            order.message_post(body=body, partner_ids=order.user_id.partner_id.ids)

    def _export_confirm_accepted(self):
        """Confirm orders that waited for a release; what can't be is said there.

        :return: the confirmed orders
        """
        unsigned = self.filtered(lambda order: not order._export_is_accepted())
        unsigned._export_tell_unconfirmed(
            self.env._(
                "Released, but not confirmed: the customer has neither signed nor paid."
            )
        )
        changed = (self - unsigned).filtered(
            lambda order: order.export_accepted_total
            and order.currency_id.compare_amounts(
                order.amount_total, order.export_accepted_total
            )
        )
        changed._export_tell_unconfirmed(
            self.env._(
                "Released, but not confirmed: its total is another one than the "
                "customer accepted."
            )
        )
        confirmed = self.browse()
        for order in self - unsigned - changed:
            try:
                with self.env.cr.savepoint():
                    order.with_context(send_email=True).action_confirm()
            except UserError as error:
                order._export_tell_unconfirmed(
                    Markup("<p>%s</p><p>%s</p>")
                    % (self.env._("Released, but not confirmed:"), str(error))
                )
                continue
            order.export_credit_waiting = False
            confirmed += order
        confirmed.transaction_ids.filtered(
            lambda tx: tx.state == "done"
        )._export_invoice_released()
        return confirmed
