from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("new", "New"),
    ("progress", "In progress"),
    ("waiting", "Waiting"),
    ("solved", "Solved"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("new", "progress", "waiting", "solved")


class ExportCrmClaimStage(models.Model):
    """A column of the workbench. What it does to clocks is its ``state`` alone:
    names and sequences change nothing."""

    _name = "export.crm.claim.stage"
    _description = "Claim Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(STATES, required=True, default="progress")
    fold = fields.Boolean()
    pause_reason_id = fields.Many2one(
        "export.crm.claim.pause.reason",
        help="For a waiting stage: the reason unless the claim names another.",
    )
    customer_name = fields.Char(
        translate=True, help="What the customer reads in the portal instead."
    )

    def write(self, vals):
        """Refuse to move claims by changing what their stage means: past their
        clocks and gates."""
        other = self.filtered(lambda stage: stage.state != vals.get("state"))
        # Sudo: claims of everybody, in all companies; archived ones, too.
        claims = self.env["export.crm.claim"].sudo().with_context(active_test=False)
        if "state" in vals and claims.search_count(
            [("stage_id", "in", other.ids)], limit=1
        ):
            raise UserError(
                self.env._(
                    "There are claims in this stage: move them first, or make another "
                    "stage."
                )
            )
        return super().write(vals)

    @api.model
    def _of_state(self, state):
        """Return the first stage with this meaning."""
        return self.search([("state", "=", state)], limit=1)
