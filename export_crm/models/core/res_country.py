from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCountry(models.Model):
    _inherit = "res.country"

    export_weekend = fields.Char(
        string="Weekend",
        default="56",
        size=7,
        help="Days off every week, 0 for Monday to 6 for Sunday: 56 is Saturday and "
        "Sunday, 45 Friday and Saturday. Filled together with the public holidays.",
        prefetch="export_crm",
    )
    export_calendar_year = fields.Integer(
        string="Public Holidays Until",
        readonly=True,
        aggregator=None,
        help="Last year that public holidays and feasts were fetched for; 0: nobody is "
        "there yet.",
        prefetch="export_crm",
    )

    @api.constrains("export_weekend")
    def _check_export_weekend(self):
        for country in self:
            days = country.export_weekend or ""
            if set(days) - set("0123456") or len(set(days)) > 6:
                raise ValidationError(
                    self.env._(
                        "The weekend of %(country)s consists of digits from 0 (Monday) "
                        "to 6 (Sunday), and not of all of them.",
                        country=country.name,
                    )
                )


class ResCountryState(models.Model):
    _inherit = "res.country.state"

    export_calendar_year = fields.Integer(
        string="Public Holidays Until",
        readonly=True,
        aggregator=None,
        help="Last year that public holidays were fetched for; 0: nobody is there yet.",
        prefetch="export_crm",
    )
