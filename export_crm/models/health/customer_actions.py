"""Warnings, losses and the next best action on the customer."""

from odoo import api, fields, models


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    warning_ids = fields.One2many("export.crm.warning", "account_id")
    warning_count = fields.Integer(compute="_compute_warning_count")
    loss_ids = fields.One2many("export.crm.loss", "account_id")
    loss_state = fields.Selection(
        [("lost", "Lost"), ("winning", "Winning Back")], compute="_compute_loss_state"
    )
    action_ids = fields.One2many("export.crm.action", "account_id")
    next_action_id = fields.Many2one(
        "export.crm.action",
        string="Next Best Action",
        compute="_compute_next_action_id",
        help="The open action with the highest priority: value at stake times "
        "expected effect.",
    )

    @api.depends("warning_ids.state")
    def _compute_warning_count(self):
        counts = dict(
            self.env["export.crm.warning"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "open")],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.warning_count = counts.get(account, 0)

    @api.depends("loss_ids.state")
    def _compute_loss_state(self):
        losses = self.env["export.crm.loss"].search(
            [("account_id", "in", self.ids), ("state", "in", ("lost", "winning"))]
        )
        states = {loss.account_id: loss.state for loss in losses}
        for account in self:
            account.loss_state = states.get(account, False)

    @api.depends("action_ids.state", "action_ids.priority")
    def _compute_next_action_id(self):
        actions = self.env["export.crm.action"].search(
            [
                ("account_id", "in", self.ids),
                ("state", "in", ("proposed", "accepted")),
            ],
            order="priority DESC NULLS LAST, id",
        )
        best = {}
        for action in actions:
            best.setdefault(action.account_id, action)
        for account in self:
            account.next_action_id = best.get(account, False)

    def action_view_warnings(self):
        """Open the warnings of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_warning_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_view_next_actions(self):
        """Open the next best actions of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_action_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_record_loss(self):
        """Open the form for the loss of this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lost Customer"),
            "res_model": "export.crm.loss",
            "view_mode": "form",
            "context": {"default_account_id": self.id},
        }
