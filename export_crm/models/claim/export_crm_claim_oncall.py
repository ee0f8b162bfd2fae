from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExportCrmClaimOncall(models.Model):
    """Who answers for critical claims out of hours, and when."""

    _name = "export.crm.claim.oncall"
    _inherit = "export.crm.books.mixin"
    _description = "On-call Duty"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users", required=True, domain="[('share', '=', False)]"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    department_id = fields.Many2one(
        "export.crm.claim.department", help="Empty: for all departments."
    )
    date_from = fields.Datetime(string="From", required=True)
    date_to = fields.Datetime(string="Until", required=True)
    phone = fields.Char(related="user_id.phone")

    _now_idx = models.Index("(company_id, date_to)")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(duty.date_to <= duty.date_from for duty in self):
            raise ValidationError(self.env._("A duty ends after it begins."))

    @api.model
    def _find(self, company, department, moment):
        """Return the active person on call (of the department first), or nobody."""
        duties = self.search(
            [
                ("company_id", "=", company.id),
                ("department_id", "in", [department.id, False]),
                ("date_from", "<=", moment),
                ("date_to", ">", moment),
                ("user_id.active", "=", True),
            ]
        )
        return duties.sorted(lambda duty: not duty.department_id)[:1].user_id
