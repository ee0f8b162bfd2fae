from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class ExportCrmCreditRelease(models.Model):
    """A Credit Controller's decision to let orders of a held customer pass.

    Creating the record is the release; it is never changed afterwards.
    """

    _name = "export.crm.credit.release"
    _description = "Credit Release"
    _order = "id desc"
    _rec_name = "reason"
    _check_company_auto = True

    hold_id = fields.Many2one(
        "export.crm.credit.hold", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="hold_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="hold_id.partner_id", store=True)
    scope = fields.Selection(
        [("unconditional", "Close the hold"), ("order", "This order only")],
        required=True,
        default="unconditional",
        help="Close the hold: the customer orders as usual again.\n"
        "This order only: the order passes, the hold goes on blocking all others.",
    )
    order_id = fields.Many2one("sale.order", index=True, check_company=True)
    reason = fields.Text(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Decided by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )

    _order_scope = models.Constraint(
        "CHECK((scope = 'order') = (order_id IS NOT NULL))",
        "A release for one order names that order; any other release names none.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["user_id"] = self.env.uid
            if vals.get("scope", "unconditional") != "order":
                vals["order_id"] = False
        releases = super().create(vals_list)
        releases._check_may_decide()
        for release in releases:
            release._apply()
        return releases

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._(
                    "A release is a decision on record: make another one instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A release is a decision on record."))

    def _check_may_decide(self):
        """Only Credit Controllers decide, and never about their own business."""
        user = self.env.user
        if not user.has_group("export_crm.export_crm_group_credit_controller"):
            raise UserError(
                self.env._("Only a Credit Controller can release a credit hold.")
            )
        for release in self:
            release.hold_id._check_blocking()
            if not release.reason.strip():
                raise UserError(self.env._("Say why the hold is released."))
            if user in (release.order_id.user_id, release.hold_id.salesperson_id):
                raise UserError(
                    self.env._(
                        "You are the salesperson of %(customer)s: another Credit "
                        "Controller has to decide.",
                        customer=release.partner_id.name,
                    )
                )

    def _apply(self):
        self.ensure_one()
        if self.scope == "unconditional":
            message = self.env._("Credit hold released by %s.", self.user_id.name)
        else:
            message = self.env._(
                "%(person)s let %(order)s pass; the hold goes on.",
                person=self.user_id.name,
                order=self.order_id.name,
            )
        hold = self.hold_id
        body = Markup("<p>%s</p><p>%s</p>") % (message, self.reason)
        hold._tell(body, hold.salesperson_id.partner_id)
        if self.scope == "unconditional":
            hold._close()
        else:
            # sudo: nobody has rights on gates, they exist for locking alone
            self.env["export.crm.credit.gate"].sudo()._touch(
                {(hold.partner_id.id, hold.company_id.id)}
            )

    def _covers(self, order):
        """Tell whether this release lets ``order`` pass its hold."""
        self.ensure_one()
        return self.scope == "order" and self.order_id == order
