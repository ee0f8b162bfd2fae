import logging

from odoo import api, fields, models
from odoo.tools import SQL, format_date

_logger = logging.getLogger(__name__)


class ExportCrmNonworkingDay(models.Model):
    """A public holiday of a country, or of one of its states.

    Kept in the database so that SQL can count business days. Weekends are not here:
    each country has its own in ``export_weekend``.
    """

    _name = "export.crm.nonworking.day"
    _description = "Non-Working Day"
    _order = "date desc, country_id, state_id"

    country_id = fields.Many2one(
        "res.country", required=True, index=True, ondelete="cascade"
    )
    state_id = fields.Many2one(
        "res.country.state",
        domain="[('country_id', '=', country_id)]",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: the whole country is off.",
    )
    date = fields.Date(required=True)
    name = fields.Char(required=True)

    _place_date_uniq = models.UniqueIndex(
        "(country_id, COALESCE(state_id, 0), date)",
        "This day is off there already.",
    )

    @api.depends("name", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for day in self:
            date = format_date(self.env, day.date)
            day.display_name = f"{day.name} ({date})" if date else day.name

    # === BUSINESS METHODS === #

    def action_fill(self):
        """Fetch the holidays of the customers' countries now (button)."""
        self.check_access("create")
        added = self._cron_fill()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("%(count)s days added.", count=added),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_fill(self, years=None):
        """Add missing holidays of all countries customers and companies are in.

        Two years back, for the past is judged by its own calendar, and two ahead.
        Days that people added or renamed stay as they are. A country the library
        does not know gets none: Saturday and Sunday are free there.

        :param years: iterable of years, for tests and repairs
        :return: how many days were added
        """
        this_year = fields.Date.today().year
        years = list(years or range(this_year - 3, this_year + 3))
        added = 0
        for country, states in self._fill_places():
            added += self._fill_country(country, states, years)
        _logger.info("Non-working days: %s added for %s.", added, years)
        return added

    @api.model
    def _fill_places(self):
        """Return ``[(country, states)]`` of customers and companies."""
        customers = self.env["res.partner"].with_context(active_test=False)
        places = customers._read_group(
            [("customer_rank", ">", 0), ("country_id", "!=", False)],
            ["country_id"],
            ["state_id:recordset"],
        )
        found = dict(places)
        companies = self.env["res.company"].search(
            [("partner_id.country_id", "!=", False)]
        )
        for company in companies:
            found.setdefault(company.country_id, company.state_id)
        return sorted(found.items(), key=lambda item: item[0].code or "")

    @api.model
    def _fill_country(self, country, states, years):
        """Add the country's holidays and those of ``states`` alone."""
        # Imported here: the library takes half a second and only this needs it.
        import holidays

        try:
            national = holidays.country_holidays(country.code, years=years)
        except NotImplementedError:
            return 0
        # Sudo: whoever keeps the calendar need not have the right to edit countries.
        country.sudo().export_weekend = "".join(map(str, sorted(national.weekend)))
        rows = [(country.id, None, day, name) for day, name in national.items()]
        for state in states:
            # Odoo says "DE-BY" or "BY" by country; the library always the latter.
            code = state.code.removeprefix(f"{country.code}-")
            if code not in national.subdivisions:
                continue
            local = holidays.country_holidays(country.code, subdiv=code, years=years)
            rows += [
                (country.id, state.id, day, name)
                for day, name in local.items()
                if day not in national
            ]
        return self._fill_insert(rows)

    @api.model
    def _fill_insert(self, rows):
        if not rows:
            return 0
        uid = self.env.uid
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, NOW() AT TIME ZONE 'UTC',"
                " NOW() AT TIME ZONE 'UTC')",
                *row,
                uid,
                uid,
            )
            for row in rows
        )
        inserted = self.env.execute_query(
            SQL(
                """
                INSERT INTO export_crm_nonworking_day
                    (country_id, state_id, date, name, create_uid, write_uid,
                     create_date, write_date)
                     VALUES %s
                ON CONFLICT DO NOTHING
                  RETURNING id
                """,
                values,
            )
        )
        return len(inserted)
