from odoo import api, fields, models
from odoo.exceptions import ValidationError

COMPONENTS = [
    ("demand", "Demand"),
    ("interaction", "Interaction"),
    ("system", "System use"),
    ("complaints", "Complaints"),
    ("forecast", "Forecast"),
    ("payment", "Payment"),
    ("satisfaction", "Satisfaction"),
]


class ExportCrmHealthComponent(models.Model):
    """A part of the health index and its weight."""

    _name = "export.crm.health.component"
    _inherit = "export.crm.books.mixin"
    _description = "Health Component"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(COMPONENTS, string="Computed From", required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        help="Empty: for every company. One of a company's own goes before it.",
    )
    weight = fields.Float(
        required=True,
        default=10.0,
        aggregator="sum",
        help="How much this part counts beside the others.",
    )
    reference_a = fields.Float(
        string="Usual for A",
        default=6.0,
        help="Interaction and system use: contacts or days in 90 days that are as "
        "good as can be for an A customer.",
    )
    reference_b = fields.Float(
        string="Usual for B", default=3.0, help="The same for a B customer."
    )
    reference_c = fields.Float(
        string="Usual for C and Unrated",
        default=1.0,
        help="The same for C customers and those without a tier.",
    )
    description = fields.Text(
        translate=True, help="How it is computed and when it is missing."
    )

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "There is one record for each component."
    )

    @api.constrains("weight", "reference_a", "reference_b", "reference_c")
    def _check_numbers(self):
        for component in self:
            references = (
                component.reference_a,
                component.reference_b,
                component.reference_c,
            )
            if component.weight < 0 or min(references) <= 0:
                raise ValidationError(
                    self.env._("The weight is 0 or more, the usual contacts above 0.")
                )

    @api.model
    def _of_company(self, company):
        """Return the components that hold in a company, its own before the shared."""
        found = self.search(
            [("company_id", "in", (company.id, False))], order="sequence, id"
        )
        # One that the company archived is left out, the shared one with it.
        own = self.with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        return found.filtered(
            lambda c: c.company_id or c.code not in own.mapped("code")
        )

    def _reference(self, tier):
        """Return what is usual in 90 days for a tier (a letter or nothing)."""
        return {"A": self.reference_a, "B": self.reference_b}.get(
            tier, self.reference_c
        )
