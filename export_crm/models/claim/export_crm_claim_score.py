from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExportCrmClaimScore(models.Model):
    """The answer to one question of the scorecard, for one claim."""

    _name = "export.crm.claim.score"
    _rec_names_search = ["criterion_id", "claim_id"]
    _description = "Severity Score"
    _order = "claim_id, criterion_id"

    claim_id = fields.Many2one(
        "export.crm.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    criterion_id = fields.Many2one(
        "export.crm.claim.criterion", required=True, ondelete="restrict"
    )
    option_id = fields.Many2one(
        "export.crm.claim.option",
        string="Answer",
        domain="[('criterion_id', '=', criterion_id)]",
        ondelete="restrict",
    )
    points = fields.Integer(related="option_id.points")

    _criterion_uniq = models.Constraint(
        "UNIQUE(claim_id, criterion_id)", "Each question is answered once."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        claims = self.claim_id.browse(
            {vals["claim_id"] for vals in vals_list if vals.get("claim_id")}
        )
        before = claims._before_write()
        scores = super().create(vals_list)
        claims._after_write({}, before)
        return scores

    def write(self, vals):
        before = self.claim_id._before_write()
        result = super().write(vals)
        self.claim_id._after_write({}, before)
        return result

    def unlink(self):
        claims = self.claim_id
        before = claims._before_write()
        result = super().unlink()
        claims._after_write({}, before)
        return result

    # === CONSTRAINT METHODS === #

    @api.constrains("criterion_id", "option_id")
    def _check_option(self):
        if any(
            s.option_id and s.option_id.criterion_id != s.criterion_id for s in self
        ):
            raise ValidationError(self.env._("This is the answer to another question."))
