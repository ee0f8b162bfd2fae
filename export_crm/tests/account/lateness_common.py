from datetime import date, timedelta

from odoo import Command

from ..common import ExportCrmCommon


class LatenessCommon(ExportCrmCommon):
    """Documents on fixed days: the judgement takes its day as an argument."""

    DUE = date(2025, 3, 10)  # a Monday

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["export.crm.account"]
        cls.other_currency = cls.setup_other_currency(
            "CHF", rates=[("1900-01-01", 2.0), ("2025-03-20", 4.0)]
        )

    @classmethod
    def _bill(cls, amount=1000.0, due=None, partner=None, **values):
        """Post an invoice of one instalment due on a day (default ``DUE``)."""
        due = due or cls.DUE
        return cls._invoice(
            partner or cls.customer,
            amount,
            **{
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                **values,
            },
        )

    @classmethod
    def _pay_on(cls, move, day, amount=None, **values):
        """Register a payment; all values at once, as the wizard's form sends them."""
        if amount is not None:
            values["amount"] = amount
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": day, **values})
        )
        return wizard._create_payments()

    @classmethod
    def _credit(cls, move, day, amount):
        """Post a credit note of a day and match it with the invoice."""
        note = cls.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": move.partner_id.id,
                "currency_id": move.currency_id.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": amount,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        note.action_post()
        cls._match(move, note)
        return note

    @classmethod
    def _match(cls, *moves):
        lines = cls.env["account.move.line"]
        for move in moves:
            lines += move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
                and line.partner_id
                and not line.reconciled
            )
        lines.reconcile()

    @classmethod
    def _entry(cls, move, day, account, amount, journal=None, **counterpart):
        """Post a miscellaneous entry on the receivable and match it."""
        receivable = move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )[:1]
        entry = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": (journal or cls.company_data["default_journal_misc"]).id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": receivable.partner_id.id,
                            "credit": amount,
                        }
                    ),
                    Command.create(
                        {"account_id": account.id, "debit": amount, **counterpart}
                    ),
                ],
            }
        )
        entry.action_post()
        cls._match(move, entry)
        return entry

    def _rows(self, day, partner=None, company=None):
        return self.account._lateness_rows(
            company or self.company, day, partner or self.customer
        )

    def _row(self, day, move=None):
        """Return the only row, of ``move`` if given, or None."""
        rows = [row for row in self._rows(day) if not move or row["move_id"] == move.id]
        self.assertLessEqual(len(rows), 1)
        return rows[0] if rows else None

    def _verdict(self, day, move=None):
        row = self._row(day, move)
        return row and row["verdict"]

    def _after(self, days):
        return self.DUE + timedelta(days=days)

    def _summary(self, day, partner=None, company=None):
        rows = self.env.execute_query_dict(
            self.account._lateness_summary_sql(
                company or self.company, day, (partner or self.customer).ids
            )
        )
        return rows[0] if rows else None
