from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def _export_longer(self, days):
        """Return the terms that are like these with ``days`` more, made if missing.

        The latest instalment gets the days; deposits stay where they are.
        """
        self.ensure_one()
        wanted = self._export_shape(days)
        # sudo: proposed terms are the policy's, and a salesperson may not make terms
        terms = self.sudo()
        company = self.company_id
        for candidate in terms.search([("company_id", "in", (False, company.id))]):
            if candidate._export_shape() == wanted:
                return candidate.with_env(self.env)
        lines, _discount = wanted
        keys = ("nb_days", "delay_type", "value", "value_amount", "days_next_month")
        return terms.create(
            {
                "name": self.env._(
                    "%(terms)s + %(days)s days", terms=self.name, days=days
                ),
                "company_id": company.id,
                "early_discount": self.early_discount,
                "discount_percentage": self.discount_percentage,
                "discount_days": self.discount_days,
                "line_ids": [
                    fields.Command.create(dict(zip(keys, line, strict=True)))
                    for line in lines
                ],
            }
        ).with_env(self.env)

    def _export_shape(self, more=0):
        """Return what makes terms the same: their instalments and discount."""
        lines = sorted(
            (
                line.nb_days,
                line.delay_type,
                line.value,
                line.value_amount,
                line.days_next_month,
            )
            for line in self.line_ids
        )
        if lines and more:
            last = lines.pop()
            lines.append((last[0] + more, *last[1:]))
        discount = self.early_discount and (
            self.discount_percentage,
            self.discount_days,
        )
        return lines, discount
