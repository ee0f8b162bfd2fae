from . import script
from .teller import Teller


class Credit(Teller):
    def _load_holds(self):
        """Holds found by the real check on their day, one released, one by hand."""
        for (key, company), ago in script.FOUND.items():
            hold = self._find_hold(key, self._company(company), ago)
            if (key, company) in script.RELEASED:
                self._release(hold, *script.RELEASED[key, company])
        for (key, company), (ago, note) in script.BY_HAND.items():
            self._hold_by_hand(key, self._company(company), ago, note)

    def _load_decisions(self):
        """What people decided lately: a release, a limit, a promise, a dispute."""
        for (key, company), (index, reason) in script.LET_PASS.items():
            self._let_pass(key, self._company(company), index, reason)
        for (key, company), limit in script.LIMITS.items():
            self._set_limit(key, self._company(company), limit)
        for (key, company), (ago, note) in script.ASKED.items():
            self._ask(key, self._company(company), ago, note)
        for (key, company), (days, reason) in script.PROMISES.items():
            self._promise(self._latest_due(key, self._company(company)), days, reason)
        for (key, company), (share, reason) in script.DISPUTES.items():
            self._dispute(self._latest_due(key, self._company(company)), share, reason)

    def _in_company(self, model, company, user=None):
        return self.env[model].with_user(user or self.env.user).with_company(company)

    def _find_hold(self, key, company, ago):
        """Run the payment-delay check as of that day; the hold has its date.

        :return: the hold, none if the check found nothing (``_check_story`` tells)
        """
        day = self._day(ago, company)
        latest = self._latest_message()
        Hold = self._in_company("export.crm.credit.hold", company)
        hold = Hold._step_payment_behaviour(company, self._customer(key).ids, day)
        self._date_hold(hold, day, latest)
        return hold

    def _hold_by_hand(self, key, company, ago, note):
        credit = self._ref("user_credit")
        latest = self._latest_message()
        Hold = self._in_company("export.crm.credit.hold", company, credit)
        hold = Hold.create(
            {
                "partner_id": self._customer(key).id,
                "company_id": company.id,
                "note": note,
            }
        )
        self._date_hold(hold.sudo(), self._day(ago, company), latest)
        hold.action_evaluate()

    def _release(self, hold, ago, reason):
        credit = self._ref("user_credit")
        if not hold:
            return
        latest = self._latest_message()
        Release = self._in_company("export.crm.credit.release", hold.company_id, credit)
        release = Release.create({"hold_id": hold.id, "reason": reason})
        day = self._day(ago, hold.company_id)
        hold._decide({"closed_on": day})
        demo = self.with_company(hold.company_id)
        self._backdate(
            "export.crm.credit.release",
            {"create_date": {release.id: demo._moment(ago)}},
        )
        demo._date_messages(latest, demo._moment(ago))

    def _date_hold(self, hold, opened_on, latest):
        """Have a hold and what it wrote stand on the day on which it was found.

        :param int latest: the last message before the hold
        """
        if not hold:
            return
        hold._decide({"opened_on": opened_on})
        demo = self.with_company(hold.company_id)
        moment = demo._moment((demo._day(0) - opened_on).days, 6)
        self._backdate("export.crm.credit.hold", {"create_date": {hold.id: moment}})
        demo._date_messages(latest, moment)

    def _latest_message(self):
        return self.env["mail.message"].search([], order="id DESC", limit=1).id

    def _date_messages(self, latest, moment):
        """Date back what was written since; on a quotation not before it was made."""
        for message in self.env["mail.message"].search([("id", ">", latest)]):
            made = moment
            if message.model == "sale.order":
                order = self.env["sale.order"].browse(message.res_id)
                made = max(moment, order.create_date)
            message.date = made

    def _let_pass(self, key, company, index, reason):
        """Release one quotation; the hold goes on for all others."""
        partner = self._customer(key)
        hold = self.env["export.crm.credit.hold"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", company.id),
                ("blocking", "=", True),
            ]
        )
        if not hold:
            return
        order = hold.order_ids.sorted("id")[index]
        Release = self._in_company(
            "export.crm.credit.release", company, self._ref("user_credit")
        )
        Release.create(
            {
                "hold_id": hold.id,
                "scope": "order",
                "order_id": order.id,
                "reason": reason,
            }
        )

    def _ask(self, key, company, ago, note):
        """Have the salesperson of a stopped quotation ask for its release."""
        order = self.env["sale.order"].search(
            [
                ("partner_id", "child_of", self._customer(key).ids),
                ("company_id", "=", company.id),
                ("state", "in", ("draft", "sent")),
            ],
            order="id",
            limit=1,
        )
        latest = self._latest_message()
        Order = self._in_company("sale.order", company, order.user_id)
        Order.browse(order.id).action_export_request_release(note)
        moment = self.with_company(company)._moment(ago)
        order.export_credit_request_id.asked_on = moment
        self.with_company(company)._date_messages(latest, moment)

    def _set_limit(self, key, company, limit):
        company.account_use_credit_limit = True
        partner = self._customer(key).with_company(company)
        partner.write({"use_partner_credit_limit": True, "credit_limit": limit})

    def _latest_due(self, key, company):
        """Return the open instalment of the customer that fell due last."""
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", self._customer(key).id),
                ("company_id", "=", company.id),
                ("display_type", "=", "payment_term"),
                ("move_id.move_type", "=", "out_invoice"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date_maturity DESC",
            limit=1,
        )

    def _promise(self, line, days, reason):
        """Asked for by the salesperson, approved by the Credit Controller."""
        company = line.company_id
        model = "export.crm.credit.promise"
        seller = line.move_id.invoice_user_id
        promise = self._in_company(model, company, seller).create(
            {
                "move_line_id": line.id,
                "promised_date": self._day(-days, company),
                "reason": reason,
            }
        )
        promise.with_user(self._ref("user_credit")).action_approve()

    def _dispute(self, line, share, reason):
        """Opened by the salesperson, accepted by the Credit Controller."""
        company = line.company_id
        model = "export.crm.credit.dispute"
        seller = line.move_id.invoice_user_id
        dispute = self._in_company(model, company, seller).create(
            {
                "move_line_id": line.id,
                "amount": line.currency_id.round(line.amount_currency * share),
                "reason": reason,
            }
        )
        dispute.with_user(self._ref("user_credit")).action_accept()
