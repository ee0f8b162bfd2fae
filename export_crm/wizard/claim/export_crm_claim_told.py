from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.claim import clock

WAYS = [
    ("phone", "By phone"),
    ("chat", "By text message or chat"),
    ("visit", "In person"),
    ("letter", "By letter or fax"),
]


class ExportCrmClaimTold(models.TransientModel):
    """Record what the customer was told when no mail reaches them."""

    _name = "export.crm.claim.told"
    _inherit = "export.crm.claim.wizard"
    _description = "Told Another Way"

    claim_id = fields.Many2one("export.crm.claim", required=True)
    way = fields.Selection(WAYS, required=True, default="phone")
    told_at = fields.Datetime(
        string="When", required=True, default=lambda self: self._default_told_at()
    )
    person = fields.Char(string="Who", help="Whom you have spoken to.")
    note = fields.Text(string="What was said", required=True)
    carries_plan = fields.Boolean(
        string="The remedy plan was told",
        help="What we will do about it, and by when.",
    )

    @api.model
    def _default_told_at(self):
        return fields.Datetime.now()

    def action_record(self):
        """Note it on the claim; its clocks know that the customer was reached.

        :raise UserError: nothing is said, it is still to come, or the claim is over
        """
        self.ensure_one()
        claim = self.claim_id
        claim.check_access("write")
        if not claim.is_open:
            raise UserError(self.env._("This claim is not open any more."))
        if not (self.note or "").strip():
            raise UserError(self.env._("Write down what was said."))
        if self.told_at > fields.Datetime.now():
            raise UserError(self.env._("Record it when it was said, not before."))
        ways = dict(self._fields["way"]._description_selection(self.env))
        message = claim._message_log(
            body=self.env._(
                "Told %(way)s, %(person)s: %(note)s",
                way=ways[self.way].lower(),
                person=self.person or claim.partner_id.name or "?",
                note=self.note,
            )
        )
        milestones = ["ack", "response", "update"]
        milestones += ["plan"] if self.carries_plan else []
        claim._log(
            clock.MET,
            milestones,
            at=self.told_at,
            only=(clock.RUNNING, clock.PAUSED),
            message_id=message.id,
        )
        claim.sudo().undelivered = False  # kept by the system
        return {"type": "ir.actions.act_window_close"}
