"""The best hour to reach somebody, from when they write and call by themselves."""

from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import reply_hours
from ...tools.local_time import canonical
from ..account.res_partner import READERS

#: Habits older than that have changed.
DAYS = 730


class ResPartner(models.Model):
    _inherit = "res.partner"

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

    @api.depends("export_tz", "commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_export_best_hour(self):
        hours = self._export_inbound_hours()
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

    def _export_inbound_hours(self):
        """Return ``{partner id: [hour on the sender's clock, …]}``; one statement.

        What came in counts for the contact and for its customer.
        """
        # Only hours are told: whoever may read the contact may know them.
        rows = self.env.execute_query(self._export_inbound_sql())
        ours = self.env.company._export_timezone().zone
        zones, found = {}, {}
        wanted = set(self._origin.ids)
        for contact_id, customer_id, name, moment in rows:
            zone = zones.get(name) or zones.setdefault(
                name, pytz.timezone(canonical(name or ours))
            )
            hour = pytz.utc.localize(moment).astimezone(zone).hour
            for partner_id in {contact_id, customer_id} & wanted:
                found.setdefault(partner_id, []).append(hour)
        return found

    def _export_inbound_sql(self):
        for name in ("mail.message", "export.crm.interaction"):
            # Sudo: flushing writes what is pending, whoever asks.
            self.env[name].sudo().flush_model()
        self.sudo().flush_model(["commercial_partner_id", "export_tz"])
        return SQL(
            """
            WITH contact AS (
                 SELECT id, commercial_partner_id, export_tz FROM res_partner
                  WHERE id = ANY(%(ids)s) OR commercial_partner_id = ANY(%(ids)s)
                 )
            SELECT c.id, c.commercial_partner_id, c.export_tz, sign.date
              FROM contact c
              JOIN (
                   SELECT m.author_id AS contact_id, m.date
                     FROM mail_message m
                    WHERE m.author_id IN (SELECT id FROM contact)
                      AND m.message_type IN ('email', 'comment')
                      AND (m.record_company_id = %(company)s
                           OR m.record_company_id IS NULL)
                      AND m.date > %(since)s
                   UNION ALL
                   SELECT i.partner_id, i.date
                     FROM export_crm_interaction i
                    WHERE i.partner_id IN (SELECT id FROM contact)
                      AND i.direction = 'in' AND i.company_id = %(company)s
                      AND i.date > %(since)s
                   ) sign ON sign.contact_id = c.id
            """,
            ids=self._origin.ids,
            company=self.env.company.id,
            since=fields.Datetime.now() - timedelta(days=DAYS),
        )


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    best_hour = fields.Char(related="partner_id.export_best_hour")
