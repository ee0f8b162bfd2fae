from odoo import api, fields, models
from odoo.tools import format_date


class ExportCrmCreditEvidence(models.Model):
    """One instalment as it stood when it was held against the customer.

    The figures are a copy on purpose: a decision must stay readable after the
    ledger moved on. What became of it since: see ``evidence_today.py``.
    """

    _name = "export.crm.credit.evidence"
    _description = "Credit Evidence"
    _order = "due_date desc, id desc"
    _check_company_auto = True
    _rec_name = "invoice_name"

    hold_id = fields.Many2one(
        "export.crm.credit.hold", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="hold_id.company_id", store=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Instalment", index=True, ondelete="set null"
    )
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="set null")
    invoice_name = fields.Char(string="Invoice number", required=True)
    due_date = fields.Date(required=True)
    settled_on = fields.Date(string="Paid on")
    days_late = fields.Integer(help="Calendar days after the due date.")
    verdict = fields.Selection(
        [("late", "Paid late"), ("overdue", "Overdue")], required=True
    )
    as_of = fields.Date(string="Judged on", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    amount_currency = fields.Monetary(
        string="Amount",
        currency_field="currency_id",
        groups="export_crm.export_crm_group_credit_controller,"
        "account.group_account_invoice,account.group_account_readonly",
        help="The instalment in the invoice's currency.",
    )
    consumed = fields.Boolean(
        help="A Credit Controller has decided on this instalment as it was: it opens "
        "no other hold, unless it becomes worse.",
    )

    _hold_line_uniq = models.UniqueIndex(
        "(hold_id, move_line_id) WHERE move_line_id IS NOT NULL",
        "This instalment is already evidence of the hold.",
    )

    @api.depends("invoice_name", "due_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for evidence in self:
            due = format_date(self.env, evidence.due_date)
            evidence.display_name = f"{evidence.invoice_name} ({due})"

    def action_view_invoice(self):
        """Open the invoice of this instalment."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
