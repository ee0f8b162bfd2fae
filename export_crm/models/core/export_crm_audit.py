from odoo import api, fields, models
from odoo.exceptions import UserError


class ExportCrmAudit(models.Model):
    """What was decided, by whom and when. Rows are added and never change.

    The chatter shows a copy: any client can switch chatter tracking off, and does.
    """

    _name = "export.crm.audit"
    _inherit = "export.crm.books.mixin"
    _description = "Audit Trail"
    _order = "id desc"
    _rec_name = "summary"

    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index=True, ondelete="set null"
    )
    partner_name = fields.Char(
        string="Customer's name", help="As it was then; stays when the partner goes."
    )
    event = fields.Selection(
        [
            ("opened", "Hold opened"),
            ("evidence", "Evidence added"),
            ("requested", "Release requested"),
            ("evaluating", "Evaluation begun"),
            ("kept", "Kept"),
            ("released", "Released"),
            ("closed", "Closed"),
            ("moved", "Moved to another customer"),
        ],
        required=True,
        index=True,
    )
    summary = fields.Char(required=True)
    detail = fields.Text()
    hold_id = fields.Many2one("export.crm.credit.hold", ondelete="restrict")
    order_id = fields.Many2one("sale.order", ondelete="set null")
    user_id = fields.Many2one(
        "res.users", string="By", required=True, default=lambda self: self.env.uid
    )

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The audit trail is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The audit trail is never deleted."))
