from . import script
from .teller import Teller


class Check(Teller):
    def _check_story(self):
        """Compare what the story tells with what the figures say.

        For the end of the demo data and for ``./dev test``; reads only.

        :return: list of sentences, empty if the story came out right
        """
        return [
            *self._check_tiers(),
            *self._check_holds(),
            *self._check_quotations(),
            *self._check_settled(),
            *self._check_mails(),
        ]

    def _check_tiers(self):
        accounts = self.env["export.crm.account"]
        for (key, company), expected in script.EXPECTED.tiers.items():
            account = accounts.search(
                [
                    ("partner_id", "=", self._customer(key).id),
                    ("company_id", "=", self._company(company).id),
                ]
            )
            found = account.tier_id.code or None
            if not account or found != expected:
                yield (
                    f"{key} in {company} is {found or 'unrated'},"
                    f" not {expected or 'unrated'}"
                )

    def _check_holds(self):
        for key, company in script.EXPECTED.held | script.EXPECTED.free:
            expected = (key, company) in script.EXPECTED.held
            found = self.env["export.crm.credit.hold"].search_count(
                [
                    ("partner_id", "=", self._customer(key).id),
                    ("company_id", "=", self._company(company).id),
                    ("blocking", "=", True),
                ]
            )
            if bool(found) != expected:
                yield f"{key} in {company} should {'' if expected else 'not '}be held"

    def _check_quotations(self):
        """The held customers' quotations wait, those of the others don't."""
        for customer in script.CUSTOMERS:
            key = (customer.key, customer.company)
            quotations = self.env["sale.order"].search(
                [
                    ("partner_id", "=", self._customer(customer.key).id),
                    ("company_id", "=", self._company(customer.company).id),
                    ("state", "in", ("draft", "sent")),
                ]
            )
            refused = any(quotations.mapped("export_credit_reason"))
            if refused != (key in script.EXPECTED.refused):
                yield f"{key}: a quotation is {'' if refused else 'not '}refused"

    def _check_settled(self):
        for key, company in script.EXPECTED.settled:
            account = self.env["export.crm.account"].search(
                [
                    ("partner_id", "=", self._customer(key).id),
                    ("company_id", "=", self._company(company).id),
                ]
            )
            if account.overdue_amount:
                yield f"{key} in {company}: {account.overdue_amount} overdue"

    def _check_mails(self):
        """Nobody of the story, customer or colleague, has a mail under way."""
        data = self.env["ir.model.data"].search_fetch(
            [
                ("module", "=", "export_crm"),
                ("model", "in", ("res.partner", "res.users")),
            ],
            ["model", "res_id"],
        )
        people = self.env["res.partner"]
        for record in data:
            found = self.env[record.model].browse(record.res_id)
            people |= found if record.model == "res.partner" else found.partner_id
        waiting = self.env["mail.mail"].search_count(
            [
                ("state", "in", ("outgoing", "exception")),
                ("recipient_ids", "in", people.ids),
            ]
        )
        if waiting:
            yield f"{waiting} mails are waiting to be sent"
