from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    export_nightly_hour = fields.Integer(
        string="Nightly figures at",
        default=2,
        help="Hour of the day, in the company's time zone, from which all figures "
        "are computed anew.",
        prefetch="export_crm",
    )

    @api.constrains("export_nightly_hour")
    def _check_export_nightly_hour(self):
        for company in self:
            if not 0 <= company.export_nightly_hour <= 23:
                raise ValidationError(
                    self.env._("The hour of the nightly figures is 0 to 23.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Give a new company its jobs at once, for the status screen."""
        companies = super().create(vals_list)
        # The rows are the engine's: whoever may create companies need not write them.
        self.env["export.crm.job"].sudo()._ensure_jobs()
        return companies

    def write(self, vals):
        """Have all figures computed anew when a setting that they depend on changes."""
        result = super().write(vals)
        if any(name.startswith("export_late_") for name in vals):
            # Whoever may change the settings need not be able to write job rows.
            jobs = self.env["export.crm.job"].sudo()
            jobs.search([("company_id", "in", self.ids)])._request_run()
        return result

    def _export_local_now(self):
        """Return the company's local time (aware datetime), whoever asks."""
        self.ensure_one()
        now = fields.Datetime.now()
        return self._export_timezone().fromutc(now)
