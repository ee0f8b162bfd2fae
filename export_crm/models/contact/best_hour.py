"""The best hour to reach somebody, from when they write and call by themselves."""

from datetime import timedelta

import pytz

from odoo import fields, models
from odoo.tools import SQL

from ...tools.contact.local_time import canonical

#: Habits older than that have changed.
DAYS = 730


def inbound_hours(partners):
    """Return ``{partner id: [hour on the sender's clock, …]}``; one statement.

    What came in counts for the contact and for its customer.
    """
    # Only hours are told: whoever may read the contact may know them.
    rows = partners.env.execute_query(_inbound_sql(partners))
    ours = partners.env.company._export_timezone().zone
    zones, found = {}, {}
    wanted = set(partners._origin.ids)
    for contact_id, customer_id, name, moment in rows:
        zone = zones.get(name) or zones.setdefault(
            name, pytz.timezone(canonical(name or ours))
        )
        hour = pytz.utc.localize(moment).astimezone(zone).hour
        for partner_id in {contact_id, customer_id} & wanted:
            found.setdefault(partner_id, []).append(hour)
    return found


def _inbound_sql(partners):
    for name in ("mail.message", "export.crm.interaction"):
        # Sudo: flushing writes what is pending, whoever asks.
        partners.env[name].sudo().flush_model()
    partners.sudo().flush_model(["commercial_partner_id", "export_tz"])
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
                  AND (m.record_company_id = ANY(%(branches)s)
                       OR m.record_company_id IS NULL)
                  AND m.date > %(since)s
               UNION ALL
               SELECT i.partner_id, i.date
                 FROM export_crm_interaction i
                WHERE i.partner_id IN (SELECT id FROM contact)
                  AND i.direction = 'in' AND i.company_id = ANY(%(branches)s)
                  AND i.date > %(since)s
               ) sign ON sign.contact_id = c.id
        """,
        ids=partners._origin.ids,
        branches=partners.env.company._export_tree().ids,
        since=fields.Datetime.now() - timedelta(days=DAYS),
    )


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    best_hour = fields.Char(related="partner_id.export_best_hour")
