from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.contact.local_time import ShortHours
from ...tools.core import feasts
from .feast_texts import LABELS, LOCAL_LABELS, TEXTS

#: Working hours during Ramadan where law or custom shortens them: six hours.
RAMADAN_HOURS = (10.0, 16.0)


class ExportCrmFeast(models.Model):
    """A feast of a country: which public holidays it is, whether it is greeted."""

    _name = "export.crm.feast"
    _description = "Feast"
    _order = "country_id, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        readonly=True, help="The same feast has the same code in all countries."
    )
    country_id = fields.Many2one(
        "res.country", required=True, index=True, ondelete="cascade"
    )
    active = fields.Boolean(
        default=True,
        help="Archive what is no feast for you: what is deleted comes back when the "
        "public holidays are fetched.",
    )
    greet = fields.Boolean(
        string="Greeted",
        default=True,
        help="Customers there get one greeting, before the first day.",
    )
    text = fields.Text(
        string="What to Wish",
        translate=True,
        help="Shown in the activity to whoever sends the greeting.",
    )
    names = fields.Text(
        string="Public Holidays",
        help="Whole English names of the public holidays that belong to it, one on "
        "each line, as the package “holidays” calls them. Their first and last day "
        "are fetched together with the public holidays. Empty: days entered by hand, "
        "or as the month of Ramadan.",
    )
    hours_from = fields.Float(
        help="Shorter working hours while it lasts, in local time; 0:00 to 0:00: as "
        "usual."
    )
    hours_to = fields.Float()
    date_ids = fields.One2many("export.crm.feast.date", "feast_id", string="Days")
    next_from = fields.Date(
        string="Next",
        compute="_compute_next",
        help="First day of the next time, or of the one that lasts.",
    )
    next_to = fields.Date(string="Until", compute="_compute_next")

    _code_country_uniq = models.UniqueIndex(
        "(country_id, code) WHERE code IS NOT NULL",
        "This feast is kept for the country already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "country_id.name")
    def _compute_display_name(self):
        for feast in self:
            feast.display_name = f"{feast.name} · {feast.country_id.name or ''}"

    @api.depends_context("company")
    @api.depends("date_ids.date_from", "date_ids.date_to")
    def _compute_next(self):
        today = self.env.company._export_today()
        for feast in self:
            coming = feast.date_ids.filtered(
                lambda d: d.date_to and d.date_from and d.date_to >= today
            ).sorted("date_from")[:1]
            feast.next_from, feast.next_to = coming.date_from, coming.date_to

    # === CONSTRAINT METHODS === #

    @api.constrains("hours_from", "hours_to")
    def _check_hours(self):
        for feast in self:
            begin, end = feast.hours_from, feast.hours_to
            if (begin or end) and not 0 <= begin < end <= 24:
                raise ValidationError(
                    self.env._(
                        "%(feast)s: the hours must begin before they end, between "
                        "0:00 and 24:00.",
                        feast=feast.display_name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Look for the days anew when other names belong to the feast."""
        result = super().write(vals)
        if {"names", "country_id"} & set(vals):
            self._fill_dates()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Look for the days of feasts that people enter by names."""
        records = super().create(vals_list)
        records.filtered(lambda feast: feast.names and not feast.code)._fill_dates()
        return records

    # === BUSINESS METHODS === #

    def _key(self):
        """Return what the ledger of follow-ups knows the feast by."""
        self.ensure_one()
        return self.code or f"feast-{self.id}"

    def _fill_dates(self):
        """Fetch the days of these feasts for the years that calendars are kept for."""
        days = self.env["export.crm.nonworking.day"]
        for country, found in self.grouped("country_id").items():
            calendar = days._calendar(country)
            if calendar:
                found._fill_from(calendar)

    @api.model
    def _fill_country(self, country, calendar):
        """Keep the feasts of a country and their days; what people changed stays.

        :param calendar: ``tools.core.public_holidays.Calendar``
        """
        # sudo: a calendar is everybody's, whoever enters the first contact there
        there = self.sudo().with_context(active_test=False, lang="en_US")
        there = there.search([("country_id", "=", country.id)])
        known = set(there.mapped("code"))
        new = there.create(
            [
                there._default_values(country, feast, here)
                for feast, here in feasts.kept_in(country.code, calendar.names)
                if feast.code not in known
            ]
        )
        for feast in new:
            feast._translate_defaults()
        (there.filtered("active") | new)._fill_from(calendar)

    @api.model
    def _default_values(self, country, feast, names):
        short = feast.code == feasts.RAMADAN and country.code in feasts.SHORT_RAMADAN
        return {
            "code": feast.code,
            "country_id": country.id,
            **self._texts(feast.code, country),
            "names": "\n".join(names),
            "greet": feast.greets(country.code),
            "hours_from": RAMADAN_HOURS[0] if short else 0.0,
            "hours_to": RAMADAN_HOURS[1] if short else 0.0,
        }

    @api.model
    def _texts(self, code, country):
        """Return name and text of a usual feast in the language of the context."""
        label = LOCAL_LABELS.get(code, {}).get(country.code, LABELS[code])
        text = TEXTS.get(code)
        return {"name": self.env._(label), "text": text and self.env._(text)}

    def _translate_defaults(self):
        """Give a usual feast its name and text in the languages that are installed."""
        self.ensure_one()
        for code, _name in self.env["res.lang"].get_installed():
            feast = self.with_context(lang=code)
            feast.write(feast._texts(self.code, self.country_id))

    def _fill_from(self, calendar):
        """Keep the days of these feasts of one country as its calendar says.

        Days that people entered or moved stay; estimates that have become others move.
        """
        # sudo: days that nobody keeps by hand are the system's
        dates = self.env["export.crm.feast.date"].sudo()
        begin, end = calendar.span
        new = []
        for feast in self:
            there = {(d.year, d.turn): d for d in feast.sudo().date_ids}
            for turn in feast._spells(calendar):
                if turn.last == end:
                    continue  # goes on in a year that is not covered
                row = there.pop((turn.year, turn.number), None)
                if row is None:
                    new.append(
                        {
                            "feast_id": feast.id,
                            "turn": turn.number,
                            "date_from": turn.first,
                            "date_to": turn.last,
                            "by_hand": False,
                        }
                    )
                elif not row.by_hand:
                    row._move_to(turn.first, turn.last)
            dates.union(
                *(
                    row
                    for row in there.values()
                    if not row.by_hand and begin <= row.date_from and row.date_to <= end
                )
            ).unlink()
        dates.create(new)

    def _spells(self, calendar):
        """Return the times (``tools.core.feasts.Turn``) that the feast is kept."""
        self.ensure_one()
        if self.code == feasts.RAMADAN:
            return feasts.turns(calendar.fasts())
        names = {name.strip() for name in (self.names or "").splitlines()}
        days = [day for name in names for day in calendar.names.get(name, ())]
        return feasts.turns(feasts.spells(days, calendar.days, calendar.weekend))

    @api.model
    def _short_hours(self, countries, first, last):
        """Return ``{country id: [tools.contact.local_time.ShortHours]}`` of the feasts
        that touch the days between ``first`` and ``last``."""
        rows = self.env["export.crm.feast.date"].search_fetch(
            [
                ("feast_id.country_id", "in", countries.ids),
                ("feast_id.active", "=", True),
                ("feast_id.hours_to", ">", 0),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ],
            ["feast_id", "date_from", "date_to"],
        )
        found = defaultdict(list)
        for row in rows:
            feast = row.feast_id
            found[feast.country_id.id].append(
                ShortHours(
                    row.date_from,
                    row.date_to,
                    feast.hours_from,
                    feast.hours_to,
                    feast.name,
                )
            )
        return found
