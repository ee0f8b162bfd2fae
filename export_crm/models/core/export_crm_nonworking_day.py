import logging

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...tools.core import public_holidays

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
        does not know gets none: Saturday and Sunday are free there. The feasts of
        each country follow from them.

        :param years: iterable of years, for tests and repairs
        :return: how many days were added
        """
        added = 0
        for country, states in self._fill_places():
            added += self._fill_country(country, states, years)
        _logger.info("Non-working days: %s added.", added)
        return added

    @api.model
    def _fill_years(self):
        """Return the years that calendars are kept for."""
        this_year = fields.Date.today().year
        return range(this_year - 3, this_year + 3)

    @api.model
    def _fill_places(self):
        """Return ``[(country, states)]`` of contacts and companies."""
        # sudo: where anybody is, is no secret here
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)
        places = contacts._read_group(
            [("country_id", "!=", False)], ["country_id"], ["state_id:recordset"]
        )
        return sorted(places, key=lambda item: item[0].code or "")

    @api.model
    def _fill_for(self, partners):
        """Fetch the calendars of places where contacts are for the first time.

        Once for each country and state; the yearly job goes on from there.

        :param res.partner partners: contacts that were created or have moved
        """
        # sudo: a calendar is everybody's, whoever enters the first contact there
        places = {}
        for partner in partners.sudo():
            if country := partner.country_id:
                states = places.setdefault(country, partner.state_id.browse())
                if partner.state_id not in states:
                    places[country] |= partner.state_id
        until = max(self._fill_years())
        for country, states in places.items():
            new = states.filtered(
                lambda s, country=country: s.country_id == country
                and s.export_calendar_year < until
            )
            if new or country.export_calendar_year < until:
                self.sudo()._fill_country(country, new)

    @api.model
    def _calendar(self, country, years=None):
        """Return the ``Calendar`` of a country, None if the library has none."""
        if not country.code:
            return None
        return public_holidays.calendar_of(country.code, years or self._fill_years())

    @api.model
    def _fill_country(self, country, states, years=None):
        """Add the country's holidays, those of ``states`` alone, and its feasts.

        :return: how many days were added
        """
        calendar, added = self._calendar(country, years), 0
        # sudo: whoever keeps the calendar need not have the right to edit countries
        country, states = country.sudo(), states.sudo()
        if years is None:
            # First: whoever enters another contact there at the same time waits.
            until = max(self._fill_years())
            country.export_calendar_year = states.export_calendar_year = until
            self.env.flush_all()
        if calendar:
            weekend = "".join(map(str, sorted(calendar.weekend)))
            if country.export_weekend != weekend:
                country.export_weekend = weekend
            rows = [
                (country.id, None, day, name) for day, name in calendar.days.items()
            ]
            for state in states:
                # Odoo says "DE-BY" or "BY" by country; the library always the latter.
                code = state.code.removeprefix(f"{country.code}-")
                if code in calendar.states:
                    rows += [
                        (country.id, state.id, day, name)
                        for day, name in calendar.local(code).items()
                    ]
            added = self._fill_insert(rows)
            self.env["export.crm.feast"]._fill_country(country, calendar)
        return added

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
