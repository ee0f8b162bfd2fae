from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.claim import clock

MILESTONES = [
    ("ack", "Acknowledged"),
    ("response", "First response"),
    ("plan", "Remedy plan"),
    ("resolution", "Resolution"),
    ("update", "Next update"),
]
KINDS = [
    (clock.START, "Started"),
    (clock.RETARGET, "New target"),
    (clock.PAUSE, "Paused"),
    (clock.RESUME, "Resumed"),
    (clock.MET, "Met"),
    (clock.STOP, "Stopped"),
    (clock.CANCELLED, "Cancelled"),
    (clock.REOPENED, "Reopened"),
    (clock.UNMET, "Not delivered"),
    (clock.JOINED, "Merged"),
    (clock.BREACHED, "Late before merging"),
]


class ExportCrmClaimEvent(models.Model):
    """The log of a claim's clocks. Rows are added and never change."""

    _name = "export.crm.claim.event"
    _description = "Claim Clock Event"
    _order = "id"
    _rec_name = "kind"

    claim_id = fields.Many2one(
        "export.crm.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    milestone = fields.Selection(MILESTONES, required=True)
    cycle = fields.Integer(required=True, default=1)
    kind = fields.Selection(KINDS, required=True)
    at = fields.Datetime(required=True)
    reason_id = fields.Many2one("export.crm.claim.pause.reason", ondelete="restrict")
    target = fields.Json(help="What was promised, as of then.")
    strand_id = fields.Many2one(
        "export.crm.claim",
        string="From",
        ondelete="restrict",
        help="The merged claim that this happened to.",
    )
    strand_cycle = fields.Integer(readonly=True, aggregator=None)
    note = fields.Char()
    user_id = fields.Many2one(
        "res.users", string="By", required=True, default=lambda self: self.env.uid
    )
    message_id = fields.Many2one(
        "mail.message", ondelete="set null", help="The message that met the milestone."
    )

    def _pure(self):
        """Return this row as :mod:`..tools.clock` reads it, as far as order goes."""
        self.ensure_one()
        strand = (self.strand_id.id, self.strand_cycle) if self.strand_id else ()
        return clock.Event(self.at, self.kind, strand=strand)

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The log of a claim's clocks is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The log of a claim's clocks is never deleted."))
