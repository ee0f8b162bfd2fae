from odoo import api, fields, models
from odoo.exceptions import UserError


class ExportCrmCreditHoldDecide(models.TransientModel):
    """One decision about several holds."""

    _name = "export.crm.credit.hold.decide"
    _description = "Decide About Holds"

    hold_ids = fields.Many2many(
        "export.crm.credit.hold",
        string="Holds",
        default=lambda self: self._default_hold_ids(),
    )
    decision = fields.Selection(
        [
            ("evaluate", "Evaluate"),
            ("keep", "Keep on hold"),
            ("release", "Release: close the holds"),
            ("date", "Let orders pass until a date"),
        ],
        required=True,
        default="release",
    )
    reason = fields.Text(help="Kept with every decision.")
    review_date = fields.Date()
    date_until = fields.Date(string="Until")

    @api.model
    def _default_hold_ids(self):
        holds = self.env["export.crm.credit.hold"].browse(
            self.env.context.get("active_ids", [])
        )
        return holds.filtered("blocking")

    def action_decide(self):
        """Carry the decision out for all chosen holds, all or none."""
        self.ensure_one()
        if not self.hold_ids:
            raise UserError(self.env._("All of these holds are closed already."))
        if self.decision == "evaluate":
            self.hold_ids.action_evaluate()
        elif self.decision == "keep":
            self.hold_ids.write({"review_date": self.review_date})
            self.hold_ids._keep(self.reason)
        else:
            date = self.decision == "date"
            self.env["export.crm.credit.release"].create(
                [
                    {
                        "hold_id": hold.id,
                        "reason": self.reason or "",
                        "scope": "date" if date else "unconditional",
                        "date_until": date and self.date_until,
                    }
                    for hold in self.hold_ids
                ]
            )
        return {"type": "ir.actions.act_window_close"}
