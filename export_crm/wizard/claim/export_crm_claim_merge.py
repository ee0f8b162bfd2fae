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

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse claims of others, as the other dialogs do."""
        dialogs = super().create(vals_list)
        for dialog in dialogs.sudo(False):
            (dialog.claim_ids | dialog.target_id).check_access("write")
        return dialogs

    def action_merge(self):
        """Merge, and open the claim that stays."""
        self.ensure_one()
        target = self.claim_ids._merge_into(self.target_id)
        return target._action_document(target)


class ExportCrmClaimSplit(models.TransientModel):
    """File some lines of a claim as one of their own."""

    _name = "export.crm.claim.split"
    _inherit = "export.crm.claim.wizard"
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
