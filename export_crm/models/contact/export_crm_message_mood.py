from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.mail.tools.discuss import Store

from ..account.res_partner import READERS

MOODS = [("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")]
_TYPES = ("email", "comment")


class ExportCrmMessageMood(models.Model):
    """How a customer's message sounds to the person who read it.

    Kept beside the message: it is ours, not a part of what the customer wrote. Nothing
    is guessed from texts.
    """

    _name = "export.crm.message.mood"
    _description = "Mood of a Message"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "mail.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sentiment = fields.Selection(MOODS, string="Mood", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Marked by", readonly=True, ondelete="set null"
    )

    _message_uniq = models.Constraint(
        "UNIQUE(message_id)", "A message has one mood only."
    )

    @api.model
    def mark(self, message_id, sentiment):
        """Mark a customer's message, or take the mark back.

        :param int message_id: ``mail.message``
        :param sentiment: *positive*, *neutral*, *negative*; False takes it back
        :return: the mood now, ``"none"`` without one
        :raise AccessError: the reader may not read the message, or marks none
        :raise UserError: it is no message of a customer
        """
        if not self.env.user.has_groups(READERS):
            raise AccessError(
                self.env._("Only people who look after customers mark messages.")
            )
        message = self.env["mail.message"].browse(message_id)
        message.check_access("read")
        # sudo: marks have no rights of their own; whoever reads a message may mark it
        message = message.sudo()
        if not message.exists()._export_can_be_marked():
            raise UserError(
                self.env._("Only messages that a customer wrote can be marked.")
            )
        if sentiment and sentiment not in dict(MOODS):
            raise UserError(self.env._("There is no such mood."))
        marks = self.sudo()
        mark = marks.search([("message_id", "=", message.id)])
        if not sentiment:
            mark.unlink()
        elif mark:
            mark.write({"sentiment": sentiment, "user_id": self.env.uid})
        else:
            marks.create(
                {
                    "message_id": message.id,
                    "sentiment": sentiment,
                    "user_id": self.env.uid,
                }
            )
        message.invalidate_recordset(["export_mood"])
        self.env["export.crm.dirty"]._mark(message.author_id, message.record_company_id)
        return message.export_mood


class MailMessage(models.Model):
    _inherit = "mail.message"

    export_mood = fields.Char(
        string="Mood",
        compute="_compute_export_mood",
        compute_sudo=True,
        groups="base.group_user",
        help="How the customer's message sounds; empty for what can't be marked.",
    )

    def _compute_export_mood(self):
        marked = self.filtered(lambda message: message._export_can_be_marked())
        moods = {}
        if marked:
            marks = self.env["export.crm.message.mood"].search_fetch(
                [("message_id", "in", marked.ids)], ["message_id", "sentiment"]
            )
            moods = {mark.message_id.id: mark.sentiment for mark in marks}
        for message in self:
            message.export_mood = (
                moods.get(message.id, "none") if message in marked else False
            )

    def _export_can_be_marked(self):
        """Tell whether somebody outside wrote this message on a document."""
        return bool(
            self
            and self.message_type in _TYPES
            and self.author_id.partner_share
            and self.model
            and self.model != "discuss.channel"
        )

    def _to_store_defaults(self, target):
        # An internal reader without customers (intern) gets no mark to set; what a
        # customer sends by itself goes to whoever listens.
        user = self.env.user
        told = target.is_internal(self.env) and (
            not user._is_internal() or user.has_groups(READERS)
        )
        return super()._to_store_defaults(target) + [
            Store.Attr(
                "export_mood",
                # sudo: the mark on a message that the reader may read
                value=lambda message: message.sudo().export_mood,
                predicate=lambda _message: told,
            )
        ]
