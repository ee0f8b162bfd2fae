from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty


class ExportCrmClaimReplySend(models.TransientModel):
    """Choose a standard reply and adapt it, or write in own words; send it."""

    _name = "export.crm.claim.reply.send"
    _inherit = "export.crm.claim.wizard"
    _description = "Answer to a Claim"

    claim_id = fields.Many2one("export.crm.claim", required=True)
    available_ids = fields.Many2many(
        "export.crm.claim.reply", compute="_compute_available_ids"
    )
    reply_id = fields.Many2one(
        "export.crm.claim.reply",
        string="Standard Reply",
        domain="[('id', 'in', available_ids)]",
    )
    disclosure = fields.Text(related="reply_id.disclosure")
    language = fields.Char(string="In", compute="_compute_language")
    untranslated = fields.Boolean(compute="_compute_language")
    promises_update = fields.Boolean(compute="_compute_promises_update")
    next_update_at = fields.Datetime(
        string="Next update promised",
        compute="_compute_next_update_at",
        store=True,
        readonly=False,
        help="The text says so to the customer, in their own time; it becomes a clock "
        "of the claim.",
    )
    carries_plan = fields.Boolean(
        string="Carries the remedy plan",
        help="This message tells the customer what we will do about it, and by when. "
        "The clock of the plan ends with it.",
    )
    # Computed with the rights of whoever answers: not of a claim of others.
    subject = fields.Char(
        compute="_compute_text", store=True, readonly=False, compute_sudo=False
    )
    body = fields.Html(
        compute="_compute_text", store=True, readonly=False, compute_sudo=False
    )

    @api.depends("claim_id")
    def _compute_available_ids(self):
        for wizard in self:
            wizard.available_ids = wizard.env["export.crm.claim.reply"]._for(
                wizard.claim_id.category_id
            )

    @api.depends("claim_id", "reply_id")
    def _compute_language(self):
        names = dict(self.env["res.lang"].get_installed())
        for wizard in self:
            lang = wizard.claim_id.lang
            wizard.language = names.get(lang, lang)
            wizard.untranslated = bool(
                wizard.reply_id and not wizard.reply_id._is_in(lang)
            )

    @api.depends("reply_id")
    def _compute_promises_update(self):
        for wizard in self:
            wizard.promises_update = wizard.reply_id._promises_update()

    @api.depends("claim_id", "reply_id")
    def _compute_next_update_at(self):
        now = fields.Datetime.now()
        tomorrow = (now + timedelta(days=1)).replace(minute=0, second=0)
        for wizard in self:
            promised = wizard.claim_id.next_update_at
            wizard.next_update_at = wizard.promises_update and (
                promised if promised and promised > now else tomorrow
            )

    @api.depends("reply_id", "claim_id", "next_update_at")
    def _compute_text(self):
        for wizard in self:
            if wizard.reply_id and wizard.claim_id:
                wizard.subject, wizard.body = wizard.reply_id._text(
                    wizard.claim_id, wizard.next_update_at
                )
            elif wizard.claim_id and not wizard.subject:
                wizard.subject = f"{wizard.claim_id.name}: {wizard.claim_id.title}"

    def action_send(self):
        """Send it to the customer, as the agent's own message.

        :raise UserError: there is no text or no address, or an update is promised for a
            time that has passed, or never
        """
        self.ensure_one()
        if is_html_empty(self.body):
            raise UserError(
                self.env._("Write what the customer shall read, or choose a reply.")
            )
        claim, update = self.claim_id, self.next_update_at
        if self.promises_update and (not update or update <= fields.Datetime.now()):
            raise UserError(
                self.env._("Say when the customer will hear from us again.")
            )
        if not claim._is_reachable():
            raise UserError(
                self.env._(
                    "No e-mail address of the customer is known: enter one, or call "
                    "them and choose *Told another way*."
                )
            )
        recipients = {"partner_ids": claim.partner_id.ids}
        if not claim.partner_id.email_normalized:
            recipients = {"outgoing_email_to": claim.email_from}
        message = claim.message_post(
            body=self.body,
            subject=self.subject,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **recipients,
        )
        if self.carries_plan and claim._is_answer(message):
            claim._answered(message, ["plan"])
        if self.promises_update:
            # After the message, which keeps the promise before.
            claim.next_update_at = update
        return {"type": "ir.actions.act_window_close"}
