from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class ExportCrmCreditInstalmentMixin(models.AbstractModel):
    """What promises and disputes share: they are about one instalment."""

    _name = "export.crm.credit.instalment.mixin"
    _description = "About an Instalment"
    _rec_names_search = ["move_id", "partner_id"]

    move_line_id = fields.Many2one(
        "account.move.line",
        string="Instalment",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('display_type', '=', 'payment_term'),"
        " ('account_type', '=', 'asset_receivable'),"
        " ('parent_state', '=', 'posted'), ('balance', '>', 0),"
        " ('move_id.move_type', 'in', ('out_invoice', 'out_receipt'))]",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
        help="In whose books the instalment is: the root company's of its branch.",
    )
    move_id = fields.Many2one(
        related="move_line_id.move_id", string="Invoice", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="move_line_id.partner_id.commercial_partner_id",
        string="Customer",
        store=True,
        index=True,
    )
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    salesperson_id = fields.Many2one(
        related="move_line_id.move_id.invoice_user_id",
        string="Salesperson",
        store=True,
    )

    @api.constrains("move_line_id")
    def _check_is_instalment(self):
        for record in self:
            # Sudo: who may see the promise may not see every field of the line.
            line = record.move_line_id.sudo()
            if not (
                line.display_type == "payment_term"
                and line.account_type == "asset_receivable"
                and line.move_id.move_type in ("out_invoice", "out_receipt")
                and line.balance > 0
            ):
                raise ValidationError(
                    self.env._("This is not an instalment of a customer invoice.")
                )

    @api.depends("move_line_id.company_id")
    def _compute_company_id(self):
        for record in self:
            # sudo: as the other fields of the line that are shown here
            record.company_id = record.move_line_id.sudo().company_id._export_root()

    @api.depends("move_line_id")
    def _compute_display_name(self):
        for record in self:
            # Sudo: a name in a list must not need the rights to the invoice.
            move = record.move_line_id.sudo().move_id
            record.display_name = move.name or self.env._("New")

    @api.model
    def _default_today(self):
        return self.env.company._export_today()

    def _today(self):
        """Return today's date where the instalment's company is."""
        self.ensure_one()
        # Sudo: the time zone is the company partner's.
        return (self.company_id or self.env.company).sudo()._export_today()

    def _check_controller(self):
        if not self.env.user.has_group("export_crm.export_crm_group_credit_controller"):
            raise AccessError(self.env._("Only a Credit Controller decides on this."))
        self.check_access("write")

    def _tell_invoice(self, text):
        """Leave a copy in the invoice's chatter, and have the customer judged again.

        The record itself is the proof; the chatter is where people look.
        """
        self.ensure_one()
        self.env["export.crm.dirty"]._mark(self.partner_id, self.company_id)
        # Sudo: a salesperson may read the invoice, not write on it.
        self.move_id.sudo().message_post(
            body=text, author_id=self.env.user.partner_id.id
        )
