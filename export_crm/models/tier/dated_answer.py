from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class ExportCrmDatedAnswer(models.AbstractModel):
    """Something about a customer that a person has learnt on a day.

    The latest answer up to the as-of day counts; how long it is good for is a
    number of its tier criterion.
    """

    _name = "export.crm.dated.answer"
    _inherit = "export.crm.customer.mixin"
    _description = "Dated Answer about a Customer"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._export_today(),
        help="When this was learnt.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    note = fields.Char(string="Source or reason")
    salesperson_id = fields.Many2one(related="partner_id.user_id")

    @api.constrains("date")
    def _check_date(self):
        for answer in self:
            if answer.date > answer.company_id._export_today():
                raise ValidationError(
                    self.env._("The day on which this was learnt cannot be ahead.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["partner_id"] = self._customer_of(vals.get("partner_id"))
            if not self.env.su:
                vals.pop("user_id", None)  # who tells it is who writes
        answers = super().create(vals_list)
        answers._mark()
        return answers

    def write(self, vals):
        """Correct an answer; who has given it stays.

        :raise AccessError: a client puts it in somebody else's mouth
        """
        if "user_id" in vals and not self.env.su:
            raise AccessError(self.env._("Who has told this is not changed."))
        if "partner_id" in vals:
            vals = {**vals, "partner_id": self._customer_of(vals["partner_id"])}
            self._mark()
        result = super().write(vals)
        self._mark()
        return result

    def unlink(self):
        self._mark()
        return super().unlink()

    @api.model
    def _customer_of(self, partner_id):
        """Return the commercial customer's id: answers are about the company."""
        partner = self.env["res.partner"].browse(partner_id)
        return partner.commercial_partner_id.id

    def _mark(self):
        for company, answers in self.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(answers.partner_id, company)


class ExportCrmWallet(models.Model):
    """What a customer buys a year of the kind of goods that we sell, from anybody."""

    _name = "export.crm.wallet"
    _inherit = "export.crm.dated.answer"
    _description = "Customer's Yearly Purchases"

    amount = fields.Monetary(
        string="Yearly purchases",
        required=True,
        help="What the customer buys a year of such goods from all suppliers.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="At the rate of the day on which it was learnt.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The yearly purchases must be above 0."
    )

    @api.depends("amount", "currency_id", "date", "company_id")
    def _compute_amount_company(self):
        for wallet in self:
            wallet.amount_company = wallet.currency_id._convert(
                wallet.amount,
                wallet.company_id.currency_id,
                wallet.company_id,
                wallet.date or wallet.company_id._export_today(),
            )


class ExportCrmWillingness(models.Model):
    """How willing a customer is to work with us, as its salesperson sees it."""

    _name = "export.crm.willingness"
    _inherit = "export.crm.dated.answer"
    _description = "Willingness to Cooperate"

    value = fields.Selection(
        [
            ("1", "1 · avoids us"),
            ("2", "2 · only if nothing else"),
            ("3", "3 · neutral"),
            ("4", "4 · likes to work with us"),
            ("5", "5 · plans with us"),
        ],
        string="Willingness",
        required=True,
    )
