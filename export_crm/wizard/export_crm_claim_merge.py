from odoo import api, fields, models


class ExportCrmClaimMerge(models.TransientModel):
    """Merge claims about the same thing into one."""

    _name = "export.crm.claim.merge"
    _description = "Merge Claims"

    claim_ids = fields.Many2many(
        "export.crm.claim", default=lambda self: self._default_claim_ids()
    )
    target_id = fields.Many2one(
        "export.crm.claim",
        string="Into",
        required=True,
        compute="_compute_target_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', claim_ids)]",
    )

    @api.model
    def _default_claim_ids(self):
        return self.env["export.crm.claim"].browse(self.env.context.get("active_ids"))

    @api.depends("claim_ids")
    def _compute_target_id(self):
        for wizard in self:
            wizard.target_id = wizard.claim_ids.sorted("opened_at")[:1]._origin

    def action_merge(self):
        """Merge, and open the claim that stays."""
        self.ensure_one()
        target = self.claim_ids._merge_into(self.target_id)
        return target._action_document(target)


class ExportCrmClaimSplit(models.TransientModel):
    """File some lines of a claim as one of their own."""

    _name = "export.crm.claim.split"
    _description = "Split a Claim"

    claim_id = fields.Many2one("export.crm.claim", required=True)
    line_ids = fields.Many2many(
        "export.crm.claim.line",
        string="Lines",
        required=True,
        domain="[('claim_id', '=', claim_id)]",
    )
    title = fields.Char(string="Subject")

    def action_split(self):
        """Split, and open the new claim."""
        self.ensure_one()
        claim = self.claim_id._split_off(self.line_ids, self.title)
        return claim._action_document(claim)


class ExportCrmClaimReplySend(models.TransientModel):
    """Choose a standard reply; it opens in the composer to be adapted."""

    _name = "export.crm.claim.reply.send"
    _description = "Send a Standard Reply"

    claim_id = fields.Many2one("export.crm.claim", required=True)
    available_ids = fields.Many2many(
        "export.crm.claim.reply", compute="_compute_available_ids"
    )
    reply_id = fields.Many2one(
        "export.crm.claim.reply", required=True, domain="[('id', 'in', available_ids)]"
    )
    disclosure = fields.Text(related="reply_id.disclosure")
    subject = fields.Char(compute="_compute_text", store=True, readonly=False)
    body = fields.Html(compute="_compute_text", store=True, readonly=False)

    @api.depends("claim_id")
    def _compute_available_ids(self):
        for wizard in self:
            wizard.available_ids = wizard.env["export.crm.claim.reply"]._for(
                wizard.claim_id.category_id
            )

    @api.depends("reply_id", "claim_id")
    def _compute_text(self):
        for wizard in self:
            if wizard.reply_id and wizard.claim_id:
                wizard.subject, wizard.body = wizard.reply_id._text(wizard.claim_id)

    def action_send(self):
        """Send it to the customer, as the agent's own message."""
        self.ensure_one()
        self.claim_id.message_post(
            body=self.body,
            subject=self.subject,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.claim_id.partner_id.ids,
        )
        return {"type": "ir.actions.act_window_close"}
