from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExportCrmCreditRule(models.Model):
    """What opens a credit hold: one record per reason."""

    _name = "export.crm.credit.rule"
    _description = "Credit Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: holds for every company.")
    kind = fields.Selection(
        [("behaviour", "Payment behaviour"), ("manual", "Manual")],
        required=True,
        default="behaviour",
        help="Payment behaviour: so many late or overdue instalments in a row.\n"
        "Manual: a Credit Controller decides, with a reason.",
    )
    run_length = fields.Integer(
        string="Instalments in a row",
        default=2,
        help="So many judged instalments in a row, late or overdue, open a hold.",
    )

    @api.constrains("kind", "run_length")
    def _check_run_length(self):
        for rule in self:
            if rule.kind == "behaviour" and rule.run_length < 1:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: at least one instalment must be late.",
                        rule=rule.name,
                    )
                )

    @api.model
    def _of_company(self, company, kind):
        """Return the first active rule of ``kind`` for ``company``, or none."""
        return self.search(
            [
                ("kind", "=", kind),
                ("company_id", "in", [company.id, False]),
            ],
            limit=1,
        )
