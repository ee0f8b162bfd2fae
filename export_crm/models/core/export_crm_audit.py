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
            ("answered", "Request answered"),
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
        "res.users", required=True, default=lambda self: self.env.uid
    )
    actor_id = fields.Many2one(
        "res.partner",
        string="By",
        ondelete="restrict",
        help="The person who did it: a colleague, or the customer who signed or paid.",
    )

    @api.model
    def _note(self, event, summary, detail, partner, company, **about):
        """Add a row, or one for each of several holds.

        :param str event: as in the field
        :param res.partner partner: the customer it is about
        :param res.company company: the root company
        :param about: ``holds`` and ``order`` that it is about, and the ``actor``
            (``res.partner``) where it isn't the user at work
        """
        order = about.get("order") or self.env["sale.order"]
        actor = about.get("actor") or self.env.user.partner_id
        # sudo: nobody may write the trail, every decision leaves a row there
        self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "partner_name": partner.name,
                    "event": event,
                    "summary": summary,
                    "detail": detail or False,
                    "hold_id": hold_id,
                    "order_id": order.id or False,
                    "user_id": self.env.uid,
                    "actor_id": actor.id,
                }
                for hold_id in (about.get("holds") or self.browse()).ids or [False]
            ]
        )

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The audit trail is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The audit trail is never deleted."))
