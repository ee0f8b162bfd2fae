"""Time zone of a contact, and when it can be reached: working window, days off, now."""

from datetime import timedelta

import phonenumbers
from phonenumbers import timezone as phone_timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.res_partner import _tz_get

from ...tools.contact import reply_hours
from ...tools.contact.local_time import (
    DEFAULT_HOURS,
    DEFAULT_WEEKEND,
    LocalHours,
    choose_zone,
    country_zone,
    number_zones,
    state_zone,
)
from ..account.res_partner import READERS
from ..core.wording import weekday
from . import reachable
from .best_hour import inbound_hours

SOURCES = [
    ("own", "Chosen here"),
    ("login", "Their browser"),
    ("phone", "Phone number"),
    ("state", "State"),
    ("parent", "Company of the contact"),
    ("country", "Country"),
    ("company", "Unknown: ours"),
]

# Public holidays are looked up this far ahead of the moment asked about.
_HOLIDAYS_AHEAD = timedelta(days=370)


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_tz_own = fields.Selection(
        _tz_get,
        string="Own Time Zone",
        groups=READERS,
        help="Choose one where phone number, state and country lead to a wrong one.",
        prefetch="export_crm",
    )
    export_tz = fields.Selection(
        _tz_get,
        string="Local Time Zone",
        compute="_compute_export_tz",
        store=True,
        recursive=True,
        index="btree_not_null",
        groups=READERS,
        help="Where the contact's clock stands: the contact's own choice, else the "
        "browser it logs in with, the phone number, the state, the country. Empty: "
        "unknown, our own time is used.",
        prefetch="export_crm",
    )
    export_tz_source = fields.Selection(
        SOURCES,
        string="Time Zone From",
        compute="_compute_export_tz",
        store=True,
        recursive=True,
        groups=READERS,
        help="What the time zone was taken from.",
        prefetch="export_crm",
    )
    export_reachable_now = fields.Boolean(
        string="Reachable Now",
        compute="_compute_export_local",
        search="_search_export_reachable_now",
        groups=READERS,
        help="It is a working day there, within the contact's hours.",
    )
    export_local_time = fields.Char(
        string="Local Time",
        compute="_compute_export_local",
        groups=READERS,
        help="What the contact's clock shows now.",
    )
    export_local_text = fields.Char(
        string="Time to Call",
        compute="_compute_export_local",
        groups=READERS,
        help="Whether this is a good moment, and when the next one is.",
    )
    export_tz_text = fields.Char(
        string="Local Time Taken From",
        compute="_compute_export_local",
        groups=READERS,
    )
    export_best_hour = fields.Char(
        string="Best Hour",
        compute="_compute_export_best_hour",
        groups=READERS,
        help="The two hours, on their own clock, in which most of their messages and "
        "logged contacts of the last two years came in; on a customer those of all its "
        "contacts. What we began does not count: it shows our hours, not theirs.",
    )
    export_best_window = fields.Char(
        string="Best From–To",
        compute="_compute_export_best_hour",
        groups=READERS,
        help="The best hour in short; empty where too little is known.",
    )

    # === TIME ZONE === #

    # The time zone on Odoo's own form is no evidence: Odoo fills it with that of
    # whoever created the contact. It is one once its owner has logged in.
    @api.depends(
        "export_tz_own",
        "tz",
        "user_ids.log_ids",
        "phone",
        "phone_sanitized",
        "country_id",
        "state_id",
        "commercial_partner_id.country_id",
        "parent_id.export_tz",
        "parent_id.country_id",
        "parent_id.state_id",
    )
    def _compute_export_tz(self):
        for partner in self:
            if partner.export_tz_own:
                found = partner.export_tz_own, "own"
            elif partner.tz and any(user.login_date for user in partner.user_ids):
                found = partner.tz, "login"
            else:
                found = partner._export_guess_tz()
            partner.export_tz, partner.export_tz_source = found

    def _export_guess_tz(self):
        """Return ``(zone, source)`` by phone number, state, parent and country."""
        self.ensure_one()
        country = self.country_id.code
        number = self._export_phone_number()
        region = number and phonenumbers.region_code_for_number(number)
        return choose_zone(
            phone=self._export_phone_zones(number, region),
            state=state_zone(country, self.state_id.code),
            parent=self._export_parent_tz(),
            country=country_zone(country),
            phone_country=country_zone(region),
        )

    def _export_parent_tz(self):
        """Return the zone of the contact's company, if both are in one place."""
        parent = self.parent_id
        elsewhere = (
            self.country_id
            and parent.country_id
            and self.country_id != parent.country_id
        ) or (self.state_id and self.state_id != parent.state_id)
        return not elsewhere and parent.export_tz or None

    def _export_phone_number(self):
        """Return the parsed number, None for one that can't be dialled."""
        number = self._export_e164()
        try:
            return phonenumbers.parse(number) if number else None
        except phonenumbers.NumberParseException:
            return None

    @api.model
    def _export_phone_zones(self, number, region):
        """Return the zones that ``number`` may be in, () without one."""
        if not number:
            return ()
        zones = phone_timezone.time_zones_for_number(number)
        known = [zone for zone in zones if zone != phone_timezone.UNKNOWN_TIMEZONE]
        return number_zones(known, region)

    # === WORKING HOURS === #

    def _export_local_window(self, day):
        """Return the working window of exactly that day, a day off or not.

        :param date day: a date where the contact is
        :return: ``(start, end)``, naive UTC datetimes
        """
        self.ensure_one()
        moment = fields.Datetime.to_datetime(day)
        return self._export_hours(moment)[self.id].window(fields.Date.to_date(day))

    def _export_next_window(self, after_utc):
        """Return the first window on a working day that ends after a moment.

        The window may be open already at that moment. For many contacts take
        ``_export_hours(moment)`` once, and ``next_window`` of each.

        :param datetime after_utc: naive UTC
        :return: ``(start, end)``, naive UTC datetimes
        """
        self.ensure_one()
        return self._export_hours(after_utc)[self.id].next_window(after_utc)

    def _export_hours(self, moment=None):
        """Return ``{partner id: LocalHours}``; three queries, however many contacts.

        Hours: the contact's own, else those of its company, else the country's; cut
        while a feast there has shorter ones.
        Days off: weekend and public holidays of the country and state around
        ``moment``. A contact without a time zone has ours.

        :param datetime moment: naive UTC; holidays up to a year after it are known
        """
        moment = moment or fields.Datetime.now()
        # Sudo: the window is needed by jobs and forms alike, and the contact's company
        # or its fields may be out of the reader's sight.
        partners = self.sudo()
        days_off = partners._export_days_off(moment)
        short = partners._export_short_hours(moment)
        return {
            partner.id: partner._export_hours_of(days_off, short)
            for partner in partners
        }

    def _export_place(self):
        """Return country and state, those of the company where it has none."""
        place = self if self.country_id else self.commercial_partner_id
        return place.country_id, place.state_id

    def _export_hours_of(self, days_off, short):
        """Return ``LocalHours``.

        :param dict days_off: ``{(country id, state id or False): {date: name}}``
        :param dict short: ``{country id: [ShortHours]}``
        """
        country, state = self._export_place()
        own = self if self.export_hours_own else self.commercial_partner_id
        hours = own if own.export_hours_own else country
        weekend = frozenset(map(int, country.export_weekend or ""))
        if not country:
            weekend = DEFAULT_WEEKEND
        national = days_off.get((country.id, False), {})
        local = days_off.get((country.id, state.id), {}) if state else {}
        return LocalHours(
            zone=self.export_tz or self.env.company._export_timezone().zone,
            start=hours.export_hours_from if hours else DEFAULT_HOURS[0],
            end=hours.export_hours_to if hours else DEFAULT_HOURS[1],
            weekend=weekend,
            days_off={**national, **local},
            short=short.get(country.id, ()),
        )

    def _export_short_hours(self, moment):
        """Return ``{country id: [ShortHours]}`` of the feasts around ``moment``."""
        countries = self.env["res.country"].browse(
            {partner._export_place()[0].id for partner in self} - {False}
        )
        return self.env["export.crm.feast"]._short_hours(
            countries,
            moment.date() - timedelta(days=1),
            moment.date() + _HOLIDAYS_AHEAD,
        )

    def _export_days_off(self, moment):
        """Return ``{(country id, state id or False): {date: name}}``."""
        countries = {partner._export_place()[0].id for partner in self}
        today = moment.date()
        rows = self.env["export.crm.nonworking.day"].search_fetch(
            [
                ("country_id", "in", list(countries - {False})),
                ("date", ">=", today - timedelta(days=1)),
                ("date", "<=", today + _HOLIDAYS_AHEAD),
            ],
            ["country_id", "state_id", "date", "name"],
        )
        found = {}
        for row in rows:
            place = found.setdefault((row.country_id.id, row.state_id.id), {})
            place[row.date] = row.name
        return found

    # === WHAT PEOPLE READ === #

    @api.depends(
        "export_tz", "export_hours_own", "export_hours_from", "export_hours_to"
    )
    @api.depends_context("company", "uid", "lang", "tz")
    def _compute_export_local(self):
        now = fields.Datetime.now()
        hours = self._origin._export_hours(now)
        for partner in self:
            calendar = hours.get(partner._origin.id)
            if not calendar:
                partner.export_reachable_now = False
                partner.export_local_time = False
                partner.export_local_text = False
                partner.export_tz_text = False
                continue
            status = calendar.status(now)
            partner.export_reachable_now = status.open
            partner.export_local_time = f"{status.local:%H:%M}"
            partner.export_local_text = partner._export_local_sentence(status)
            partner.export_tz_text = partner._export_tz_sentence(calendar.zone)

    def _export_local_sentence(self, status):
        """Say whether this is a good moment to call, and when the next one is."""
        sentence = self._export_moment_sentence(status)
        if not status.shortened:
            return sentence
        return self.env._(
            "%(sentence)s (shorter hours: %(feast)s)",
            sentence=sentence,
            feast=status.shortened,
        )

    def _export_moment_sentence(self, status):
        if status.open:
            return self.env._(
                "Good time to call now: %(time)s there, open until %(until)s",
                time=f"{status.local:%H:%M}",
                until=self._export_clock(status.until),
            )
        values = {
            "time": f"{status.local:%H:%M}",
            "opens": f"{status.opens:%H:%M}",
            "day": weekday(self.env, status.opens.date()),
            "holiday": status.day_off,
        }
        if status.day_off:
            return self.env._(
                "Closed for %(holiday)s: %(time)s there, opens %(day)s at %(opens)s",
                **values,
            )
        if status.opens.date() == status.local.date():
            return self.env._(
                "Too early: %(time)s there, opens at %(opens)s today", **values
            )
        return self.env._(
            "Closed: %(time)s there, opens %(day)s at %(opens)s", **values
        )

    @api.model
    def _export_clock(self, moment):
        """Return the hour that a window ends; midnight is the end of the day."""
        return "24:00" if not (moment.hour or moment.minute) else f"{moment:%H:%M}"

    def _export_tz_sentence(self, zone):
        """Say where the time zone was taken from."""
        self.ensure_one()
        source = self.export_tz_source
        if not self.export_tz:
            return self.env._(
                "Time zone unknown, ours is assumed (%(zone)s): add a phone number "
                "with country code, or a country.",
                zone=zone,
            )
        labels = {
            "own": self.env._("%(zone)s, chosen here", zone=zone),
            "login": self.env._("%(zone)s, as their browser says", zone=zone),
            "phone": self.env._("%(zone)s, by the phone number", zone=zone),
            "state": self.env._("%(zone)s, by the state", zone=zone),
            "parent": self.env._("%(zone)s, as the contact's company", zone=zone),
            "country": self.env._("%(zone)s, by the country", zone=zone),
        }
        return labels.get(source, zone)

    # === WHO IS REACHABLE NOW === #

    @api.model
    def _search_export_reachable_now(self, operator, value):
        """Find who can be reached now: the rules of ``_export_hours`` in SQL."""
        if operator != "in":
            return NotImplemented
        # Odoo checks the groups of fields that it searches by itself, not of these.
        self._check_field_access(self._fields["export_reachable_now"], "read")
        for model, names in reachable.READ.items():
            # Sudo: flushing writes what is pending, whoever asks.
            self.env[model].sudo().flush_model(names)
        clocks = reachable.clocks(self.env, fields.Datetime.now())
        open_now = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s)",
                SQL.identifier(alias, "id"),
                reachable.reachable_sql(clocks),
            )
        )
        if set(value) >= {True, False}:
            return Domain.TRUE
        return open_now if True in value else ~open_now

    # === BEST HOUR === #

    @api.depends("export_tz", "commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_export_best_hour(self):
        hours = inbound_hours(self)
        for partner in self:
            found = hours.get(partner._origin.id, [])
            best = reply_hours.best_window(found)
            window = best and f"{best.start:02d}:00–{best.end:02d}:00"
            partner.export_best_window = window
            partner.export_best_hour = self._export_best_text(best, window, len(found))

    @api.model
    def _export_best_text(self, best, window, number):
        if best is None:
            return self.env._(
                "Too few messages from them to tell: %(number)s, %(least)s needed",
                number=number,
                least=reply_hours.LEAST,
            )
        return self.env._(
            "%(window)s there: %(inside)s of %(number)s messages came then",
            window=window,
            inside=best.inside,
            number=best.number,
        )
