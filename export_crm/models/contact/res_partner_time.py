"""Time zone of a contact, and its telephone number."""

import phonenumbers
from phonenumbers import timezone as phone_timezone

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ...tools.local_time import choose_zone, country_zone, number_zones, state_zone
from ..account.res_partner import READERS

SOURCES = [
    ("own", "Chosen here"),
    ("login", "Their browser"),
    ("phone", "Phone number"),
    ("state", "State"),
    ("parent", "Company of the contact"),
    ("country", "Country"),
    ("company", "Unknown: ours"),
]


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
    export_phone_problem = fields.Char(
        string="Problem With the Number",
        compute="_compute_export_phone_links",
        groups=READERS,
        help="Why this number can't be dialled from here.",
    )
    export_whatsapp = fields.Char(
        string="WhatsApp Number",
        groups=READERS,
        help="Only if it is not the phone number.",
        prefetch="export_crm",
    )
    export_tel_url = fields.Char(
        compute="_compute_export_phone_links", string="Call Link", groups=READERS
    )
    export_whatsapp_url = fields.Char(
        compute="_compute_export_phone_links", string="WhatsApp Link", groups=READERS
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

    # === PHONE NUMBER === #

    def _export_e164(self):
        """Return the phone number as E.164, False for one that can't be dialled.

        Odoo reads a number without country code as one of our own country where the
        contact has none: for an exporter that is a guess, and mostly a wrong one.
        """
        self.ensure_one()
        country = self.country_id or self.commercial_partner_id.country_id
        number = (self.phone or "").strip()
        if self.country_id or number.startswith(("+", "00")):
            return self.phone_sanitized or False
        if not number or not country:
            return False
        return self._phone_format(number=number, country=country)

    @api.depends(
        "phone",
        "phone_sanitized",
        "export_whatsapp",
        "country_id",
        "commercial_partner_id.country_id",
    )
    def _compute_export_phone_links(self):
        for partner in self:
            number = partner._export_e164()
            partner.export_tel_url = number and f"tel:{number}"
            partner.export_phone_problem = (
                partner._export_phone_problem(partner.phone)
                if partner.phone and not number
                else False
            )
            if partner.export_whatsapp:
                number = partner._phone_format(number=partner.export_whatsapp)
                if not number:
                    partner.export_phone_problem = partner._export_phone_problem(
                        partner.export_whatsapp
                    )
            partner.export_whatsapp_url = (
                number and f"https://wa.me/{number.removeprefix('+')}"
            )

    def _export_phone_problem(self, number):
        self.ensure_one()
        country = self.country_id or self.commercial_partner_id.country_id
        if country:
            return self.env._(
                "“%(number)s” is no number that can be dialled in %(country)s. Write "
                "it with the country code, as +44 …",
                number=number,
                country=country.name,
            )
        return self.env._(
            "“%(number)s” can't be dialled from here: write it with the country code, "
            "as +44 …",
            number=number,
        )
