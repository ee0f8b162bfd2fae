from datetime import timedelta

from odoo import Command

from .teller import Teller


class Invoices(Teller):
    def _invoice(self, booked):
        """Invoice what has shipped (cash in advance: what was ordered), and post.

        :return: list of ``(invoice, deal)``
        """
        today = self._day(0)
        due = {}
        for order, customer, deal in booked:
            day = self._day(deal.ago - customer.invoiced_after)
            if deal.kind == "order" and day <= today:
                due[order] = (day, deal)
        due = dict(sorted(due.items(), key=lambda item: item[1][0]))
        invoices = self.env["account.move"].create(
            [self._invoice_vals(order, day) for order, (day, _deal) in due.items()]
        )
        invoices.action_post()
        deals = (deal for _day, deal in due.values())
        return list(zip(invoices, deals, strict=True))

    def _invoice_vals(self, order, day):
        """Return what ``_create_invoices`` would create, with its date at once."""
        lines = [line._prepare_invoice_line() for line in order.order_line]
        return {
            **order._prepare_invoice(),
            "invoice_date": day,
            "date": day,
            "delivery_date": day,
            "invoice_line_ids": [Command.create(vals) for vals in lines],
        }

    def _credit_notes(self, invoices):
        """Credit the damaged share of a delivery, three weeks later."""
        for invoice, deal in invoices:
            if not deal.credited:
                continue
            day = invoice.invoice_date + timedelta(days=21)
            note = invoice._reverse_moves(
                [
                    {
                        "date": day,
                        "invoice_date": day,
                        "ref": self.env._("Diffusers broken in transit"),
                    }
                ]
            )
            for line in note.invoice_line_ids:
                line.quantity = max(1, round(line.quantity * deal.credited))
            note.action_post()
            self._receivables(invoice + note).reconcile()

    def _receivables(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _pay(self, invoices):
        """Register what customers have paid up to today, the oldest first."""
        parts = []
        for invoice, deal in invoices:
            lines = self._receivables(invoice).sorted("date_maturity")
            for index, line in enumerate(lines):
                paid = deal.paid[min(index, len(deal.paid) - 1)]
                parts += [(line, *part) for part in self._parts(line, paid)]
        parts.sort(key=lambda part: part[1])
        payments = self.env["account.payment"].create(
            [self._payment_vals(line, day, amount) for line, day, amount in parts]
        )
        payments.action_post()
        plan = []
        for payment, (line, _day, _amount) in zip(payments, parts, strict=True):
            plan.append(line + self._receivables(payment.move_id))
        self.env["account.move.line"]._reconcile_plan(self._by_instalment(plan))

    def _by_instalment(self, plan):
        """Join what settles the same instalment: one reconciliation each."""
        joined = {}
        for lines in plan:
            joined[lines[0]] = joined.get(lines[0], lines[:0]) | lines
        return list(joined.values())

    def _parts(self, line, paid):
        """Yield ``(day, amount)`` of the payments of an instalment up to today."""
        if paid is None:
            return
        for days, share, *charges in paid if isinstance(paid, list) else [(paid, 1.0)]:
            day = line.date_maturity + timedelta(days=days)
            if day <= self._day(0):
                amount = line.amount_residual_currency * share - sum(charges)
                yield day, line.currency_id.round(amount)

    def _payment_vals(self, line, day, amount):
        journal = self.env["account.journal"].search(
            [
                ("type", "=", "bank"),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": line.partner_id.id,
            "company_id": self.env.company.id,
            "journal_id": journal.id,
            "date": day,
            "amount": amount,
            "currency_id": line.currency_id.id,
            "memo": line.move_id.name,
            "invoice_ids": [Command.link(line.move_id.id)],
        }
