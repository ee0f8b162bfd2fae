from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.contact.local_time import DEFAULT_HOURS
from .channels import CHANNELS, COUNTRY_CHANNELS, COUNTRY_WEEKENDS


class ResCountry(models.Model):
    _inherit = "res.country"

    export_channel = fields.Selection(
        CHANNELS,
        string="Usual Channel",
        default="email",
        help="How people there like to be contacted. A contact's own choice comes "
        "first.",
        prefetch="export_crm",
    )
    export_hours_from = fields.Float(
        string="Working Day From",
        default=DEFAULT_HOURS[0],
        help="When the working day begins there, in local time.",
        prefetch="export_crm",
    )
    export_hours_to = fields.Float(
        string="Working Day To",
        default=DEFAULT_HOURS[1],
        help="When the working day ends there, in local time.",
        prefetch="export_crm",
    )

    @api.constrains("export_hours_from", "export_hours_to")
    def _check_export_hours(self):
        for country in self:
            if not 0 <= country.export_hours_from < country.export_hours_to <= 24:
                raise ValidationError(
                    self.env._(
                        "The working day in %(country)s must begin before it ends, "
                        "between 0:00 and 24:00.",
                        country=country.name,
                    )
                )

    @api.model
    def _export_fill_customs(self):
        """Set usual channels and weekends of all countries, once, on installation."""
        by_code = self.search([("code", "!=", False)]).grouped("code")
        for field, table in (
            ("export_channel", COUNTRY_CHANNELS),
            ("export_weekend", COUNTRY_WEEKENDS),
        ):
            for value, codes in table.items():
                for code in codes:
                    by_code.get(code, self.browse())[field] = value
