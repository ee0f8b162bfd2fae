from odoo import api, fields, models

from ...tools.core.readers import ACCOUNT_READERS


class AccountMove(models.Model):
    _inherit = "account.move"

    export_promise_ids = fields.One2many(
        "export.crm.credit.promise",
        "move_id",
        string="Promises to pay",
        groups=ACCOUNT_READERS,
    )
    export_dispute_ids = fields.One2many(
        "export.crm.credit.dispute",
        "move_id",
        string="Disputed amounts",
        groups=ACCOUNT_READERS,
    )
    export_promise_count = fields.Integer(
        compute="_compute_export_promise_count", groups=ACCOUNT_READERS
    )
    export_dispute_count = fields.Integer(
        compute="_compute_export_dispute_count", groups=ACCOUNT_READERS
    )

    @api.depends("export_promise_ids")
    def _compute_export_promise_count(self):
        counts = self._export_count("export.crm.credit.promise")
        for move in self:
            move.export_promise_count = counts.get(move, 0)

    @api.depends("export_dispute_ids")
    def _compute_export_dispute_count(self):
        counts = self._export_count("export.crm.credit.dispute")
        for move in self:
            move.export_dispute_count = counts.get(move, 0)

    def _export_count(self, model):
        """Return ``{invoice: number of records}`` the user may read."""
        if not self.env[model].has_access("read"):
            return {}
        groups = self.env[model]._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["__count"]
        )
        return dict(groups)

    def action_export_promises(self):
        """Open the promises to pay of this invoice."""
        return self._export_open("export_crm.export_crm_credit_promise_action")

    def action_export_disputes(self):
        """Open the disputed amounts of this invoice."""
        return self._export_open("export_crm.export_crm_credit_dispute_action")

    def _export_open(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        lines = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).sorted("date_maturity")
        action["domain"] = [("move_id", "=", self.id)]
        action["context"] = {"default_move_line_id": lines[:1].id}
        return action
