from odoo import api, models


class ExportCrmClaimWizard(models.AbstractModel):
    """What is done to a claim in a dialog: only to one that its user may open."""

    _name = "export.crm.claim.wizard"
    _inherit = "export.crm.plain.mixin"
    _description = "Dialog About a Claim"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse claims of others: a dialog would tell their number and subject.

        :raise AccessError: the user may not change the claim
        """
        dialogs = super().create(vals_list)
        dialogs._check_claim()
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        self._check_claim()
        return result

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        self._check_ids(defaults.get("claim_id"))
        return defaults

    def onchange(self, values, field_names, fields_spec):
        """As on creating: what is not saved yet tells as much."""
        self._check_ids(values.get("claim_id"))
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_ids(self, claim_id):
        if claim_id:
            self.env["export.crm.claim"].browse(claim_id).check_access("write")

    def _check_claim(self):
        # Without sudo, whoever opens the dialog.
        self.sudo(False).mapped("claim_id").check_access("write")
