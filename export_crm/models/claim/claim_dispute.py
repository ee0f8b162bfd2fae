from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ...tools.core.readers import ACCOUNT_READERS, CLAIM_READERS


class ExportCrmCreditDispute(models.Model):
    _inherit = "export.crm.credit.dispute"

    claim_id = fields.Many2one(
        "export.crm.claim",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        groups=CLAIM_READERS,
        help="The dispute ends when this claim does.",
    )

    def _take_off(self, amount):
        """Have a part of the disputed amount paid from today on; called as superuser.

        What was disputed until today stays known: an accepted dispute ends, and one
        about what is left goes on from today.
        """
        self.ensure_one()
        left = self.currency_id.round(self.amount - amount)
        goes_on = self.currency_id.compare_amounts(left, 0) > 0
        if self.state == "accepted":
            today = self._today()
            if goes_on:
                self.copy(
                    {
                        "amount": left,
                        "state": "accepted",
                        "accepted_by_id": self.accepted_by_id.id,
                        "accepted_on": today,
                        "opened_on": self.opened_on,
                        "opened_by_id": self.opened_by_id.id,
                    }
                )
            # No longer asked for by the claim, which may ask again.
            self.write({"state": "closed", "closed_on": today, "claim_id": False})
        elif goes_on:
            self.amount = left
        else:
            self.write({"state": "rejected", "accepted_by_id": self.env.uid})
        self._tell_invoice(
            self.env._(
                "The claim is about less: %(amount)s is disputed no more.",
                amount=formatLang(self.env, amount, currency_obj=self.currency_id),
            )
        )


class ExportCrmClaim(models.Model):
    """Money that the customer holds back because of a claim.

    A claim by itself excuses nothing: an amount is out of the payment check only from
    the day on which a Credit Controller accepts it, and while the claim is open.
    """

    _inherit = "export.crm.claim"

    dispute_ids = fields.One2many(
        "export.crm.credit.dispute", "claim_id", groups=ACCOUNT_READERS
    )
    dispute_count = fields.Integer(compute="_compute_dispute_count")

    @api.depends("dispute_ids")
    def _compute_dispute_count(self):
        for claim in self:
            # Sudo: an agent need not be allowed to read disputes.
            claim.dispute_count = len(claim.sudo().dispute_ids)

    def action_dispute(self):
        """Ask the Credit Controller to take the claimed amount out of the invoice.

        Spread over the unpaid instalments of the invoice, the next one due first; the
        dispute is open until somebody accepts it. Asked again, only what has been
        added since.

        :raise UserError: no invoice, or nothing left to dispute
        """
        self.ensure_one()
        self.check_access("write")
        if not self.invoice_id:
            raise UserError(self.env._("Name the invoice that is disputed."))
        if not self.is_open:
            raise UserError(self.env._("This claim is not open any more."))
        # Sudo: an agent reads no ledger; what may be disputed is computed from it.
        lines = self.sudo().invoice_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
            and line.amount_residual_currency > 0
        )
        asked = self.sudo().dispute_ids.filtered(  # as above
            lambda d: d.move_id == self.invoice_id and d.state != "rejected"
        )
        left = self._amount_in(self.invoice_id.currency_id)
        left -= sum(asked.mapped("amount"))
        vals_list = []
        for line in lines.sorted(lambda line: (line.date_maturity, line.id)):
            free = line.amount_residual_currency - self._disputed(line)
            amount = min(left, free)
            if line.currency_id.compare_amounts(amount, 0) > 0:
                vals_list.append(self._dispute_vals(line, amount))
                left -= amount
        if not vals_list:
            raise UserError(
                self.env._("Nothing is left to dispute: no amount claimed, or no debt.")
            )
        # Sudo: the agent asks, a Credit Controller decides.
        disputes = self.env["export.crm.credit.dispute"].sudo().create(vals_list)
        self._tell_controller(disputes)
        return disputes.ids

    def _dispute_vals(self, line, amount):
        return {
            "move_line_id": line.id,
            "amount": line.currency_id.round(amount),
            "reason": f"{self.name}: {self.title}",
            "claim_id": self.id,
            "opened_by_id": self.env.user.id,
        }

    def _disputed(self, line):
        """Return what of an instalment is disputed already."""
        disputes = self.env["export.crm.credit.dispute"].sudo()  # of all claims
        return sum(
            disputes.search(
                [("move_line_id", "=", line.id), ("state", "in", ("open", "accepted"))]
            ).mapped("amount")
        )

    def _amount_in(self, currency, invoice=None, without=()):
        """Return the amount claimed of an invoice, in its currency.

        :param invoice: default: the claim's
        :param without: lines that count no more
        """
        invoice = invoice or self.invoice_id
        total = 0.0
        for line in self.line_ids.filtered(
            lambda line: not line.rejected and line._is_of(invoice)
        ):
            if line not in without:
                total += line.currency_id._convert(
                    line.amount, currency, self.company_id, invoice.invoice_date
                )
        return total

    def _trim_disputes(self, without=()):
        """Dispute no more than is still claimed: the rest has to be paid from today.

        A line was rejected, or is about less: its money is back in the credit check
        at once. The instalment that is due last is taken first.

        :param without: lines that are deleted
        """
        for claim in self:
            # Sudo: what is disputed follows what is claimed, whoever says so.
            running = claim.sudo().dispute_ids.filtered(
                lambda d: d.state in ("open", "accepted")
            )
            for invoice, disputes in running.grouped("move_id").items():
                claimed = claim.sudo()._amount_in(invoice.currency_id, invoice, without)
                excess = sum(disputes.mapped("amount")) - claimed
                due_last = disputes.sorted(
                    lambda d: (d.move_line_id.date_maturity or d.opened_on, d.id)
                )[::-1]
                for dispute in due_last:
                    if invoice.currency_id.compare_amounts(excess, 0) <= 0:
                        break
                    taken = min(excess, dispute.amount)
                    dispute._take_off(taken)
                    excess -= taken

    def _tell_controller(self, disputes):
        controller = self.company_id.sudo().export_credit_user_id  # a setting
        self.sudo().activity_schedule(  # the agent need not see the Controller's tasks
            "mail.mail_activity_data_todo",
            summary=self.env._("Decide about a disputed amount"),
            user_id=controller.id or self.env.uid,
            automated=True,
        )
        self._message_log(
            body=self.env._(
                "Dispute of %(invoice)s asked for; a Credit Controller decides.",
                invoice=disputes.move_id.name,
            )
        )

    def _close_disputes(self):
        """The claim is over: what is disputed has to be paid from today on."""
        disputes = self.sudo().dispute_ids  # whoever closes the claim
        now = self.company_id.sudo()._export_today()
        accepted = disputes.filtered(lambda d: d.state == "accepted")
        accepted.write({"state": "closed", "closed_on": now})
        opened = disputes.filtered(lambda d: d.state == "open")
        opened.write({"state": "rejected", "accepted_by_id": self.env.uid})
        for dispute in disputes:
            self.env["export.crm.dirty"]._mark(dispute.partner_id, dispute.company_id)

    def action_view_disputes(self):
        """Open the disputes of this claim."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_credit_dispute_action"
        )
        action["domain"] = [("claim_id", "in", self.ids)]
        return action
