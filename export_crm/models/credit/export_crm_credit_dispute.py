from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import formatLang


class ExportCrmCreditDispute(models.Model):
    """An amount of an instalment that the customer does not want to pay.

    What the customer says changes nothing; from the day a Credit Controller accepts
    it, the amount is taken out of what has to be paid, and only that amount, until
    the dispute is closed (a credit note issued, or the matter settled).
    """

    _name = "export.crm.credit.dispute"
    _description = "Disputed Amount"
    _inherit = ["export.crm.credit.instalment.mixin", "mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    amount = fields.Monetary(
        string="Disputed amount",
        required=True,
        tracking=True,
        help="In the invoice's currency.",
    )
    reason = fields.Text(required=True)
    opened_by_id = fields.Many2one(
        "res.users",
        string="Opened by",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
    )
    opened_on = fields.Date(
        required=True, default=lambda self: self._default_today(), readonly=True
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("closed", "Closed"),
        ],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
    )
    accepted_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )
    accepted_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The disputed amount is more than zero."
    )
    _accepted_check = models.Constraint(
        "CHECK(state <> 'accepted'"
        " OR (accepted_by_id IS NOT NULL AND accepted_on IS NOT NULL))",
        "An accepted dispute has an author and a day.",
    )
    _line_idx = models.Index(
        "(move_line_id, accepted_on) WHERE accepted_on IS NOT NULL"
    )

    @api.constrains("amount", "move_line_id")
    def _check_amount(self):
        for dispute in self:
            # Sudo: the amounts of the line, whoever may see the dispute.
            line = dispute.move_line_id.sudo()
            if (
                line.currency_id.compare_amounts(dispute.amount, line.amount_currency)
                > 0
            ):
                raise ValidationError(
                    self.env._(
                        "No more than the instalment, %(amount)s, can be disputed.",
                        amount=formatLang(
                            self.env,
                            line.amount_currency,
                            currency_obj=line.currency_id,
                        ),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in map(self._add_missing_default_values, vals_list):
            if not self.env.su and (
                vals.get("state") != "open"
                or any(
                    vals.get(name)
                    for name in ("accepted_by_id", "accepted_on", "closed_on")
                )
            ):
                raise AccessError(
                    self.env._("A dispute begins open: accepting it is a decision.")
                )
        return super().create(vals_list)

    def write(self, vals):
        """Let an open dispute be edited; decisions come by the buttons only."""
        if not self.env.su and self._decision_fields() & vals.keys():
            raise AccessError(self.env._("A dispute is decided by its buttons only."))
        if (
            not self.env.su
            and {"move_line_id", "amount", "reason"} & vals.keys()
            and any(d.state != "open" for d in self)
        ):
            raise UserError(
                self.env._("A dispute that was decided on can't be changed any more.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(dispute.state != "open" for dispute in self):
            raise UserError(self.env._("A dispute that was decided on is kept."))

    @api.model
    def _decision_fields(self):
        return {
            "state",
            "accepted_by_id",
            "accepted_on",
            "closed_on",
            "opened_by_id",
            "opened_on",
        }

    # === ACTION METHODS === #

    def action_accept(self):
        """Accept: the amount is taken out of the instalment from today on.

        :raise AccessError: not a Credit Controller, or the invoice's salesperson
        :raise UserError: decided already
        """
        for dispute in self:
            dispute._check_decides("open")
            # Sudo: the state may change here only, see ``write``.
            dispute.sudo().write(
                {
                    "state": "accepted",
                    "accepted_by_id": self.env.user.id,
                    "accepted_on": dispute._today(),
                }
            )
            amount = formatLang(
                self.env, dispute.amount, currency_obj=dispute.currency_id
            )
            dispute._tell_invoice(
                self.env._(
                    "Dispute of %(amount)s accepted: %(reason)s",
                    amount=amount,
                    reason=dispute.reason,
                )
            )

    def action_reject(self):
        """Reject: everything has to be paid. Raises as :meth:`action_accept` does."""
        for dispute in self:
            dispute._check_decides("open")
            # Sudo: the state may change here only, see ``write``.
            dispute.sudo().write(
                {"state": "rejected", "accepted_by_id": self.env.user.id}
            )
            dispute._tell_invoice(self.env._("Dispute rejected"))

    def action_close(self):
        """Close an accepted dispute: what is left has to be paid from today on."""
        for dispute in self:
            dispute._check_decides("accepted")
            # Sudo: the state may change here only, see ``write``.
            dispute.sudo().write({"state": "closed", "closed_on": dispute._today()})
            dispute._tell_invoice(self.env._("Dispute closed"))

    def _check_decides(self, state):
        self._check_controller()
        if self.salesperson_id == self.env.user:
            raise AccessError(
                self.env._("Somebody else decides on a dispute of your own invoice.")
            )
        if self.state != state:
            raise UserError(self.env._("This dispute was decided on already."))
