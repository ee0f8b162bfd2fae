from odoo import fields, models

from ...models.followup.mail_activity_plan import CHANNELS


class ExportCrmFollowupNext(models.TransientModel):
    """What comes after a contact: proposed, changed or not, planned in one tap."""

    _name = "export.crm.followup.next"
    _description = "Next Step of a Follow-up"

    followup_id = fields.Many2one(
        "export.crm.followup", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="followup_id.partner_id")
    outcome = fields.Selection(related="followup_id.outcome")
    note = fields.Text(string="What was said", help="Kept with the contact.")
    summary = fields.Char(string="Next Step", required=True)
    date = fields.Date(string="On", required=True)
    channel = fields.Selection(CHANNELS)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.uid,
        domain="[('share', '=', False)]",
        required=True,
    )

    def action_plan(self):
        """Keep the note and plan the next step."""
        self.ensure_one()
        self._keep_note()
        # sudo: the ledger's columns are written by decisions only
        self.followup_id.sudo()._plan_next(
            self.summary, self.date, self.channel, self.user_id
        )
        return {"type": "ir.actions.act_window_close"}

    def action_close(self):
        """Keep the note; nothing is planned."""
        self.ensure_one()
        self._keep_note()
        return {"type": "ir.actions.act_window_close"}

    def _keep_note(self):
        self.followup_id.check_access("write")
        if self.note:
            self.followup_id.sudo().note = self.note  # sudo: as above
