"""Who can be reached now, in SQL, for any number of contacts.

Python says what time it is in each zone that occurs (at most some hundred), so that
zones and their changes are the same everywhere; PostgreSQL compares hours, weekends and
days off.
"""

from odoo.tools import SQL

from ...tools.contact.local_time import DEFAULT_HOURS, LocalHours

#: Model -> fields that the SQL reads.
READ = {
    "res.partner": [
        "commercial_partner_id",
        "country_id",
        "export_hours_from",
        "export_hours_own",
        "export_hours_to",
        "export_tz",
        "state_id",
    ],
    "res.country": ["export_hours_from", "export_hours_to", "export_weekend"],
    "export.crm.nonworking.day": ["country_id", "date", "state_id"],
    "export.crm.feast": ["active", "country_id", "hours_from", "hours_to"],
    "export.crm.feast.date": ["date_from", "date_to", "feast_id"],
}


def clocks(env, moment):
    """Return ``[(zone, date, weekday, hour)]`` of the zones that occur.

    The zone ``""`` stands for contacts without one: the time of the current
    company.
    """
    rows = env.execute_query(
        SQL("SELECT DISTINCT export_tz FROM res_partner WHERE export_tz <> ''")
    )
    zones = {zone: zone for [zone] in rows}
    zones[""] = env.company._export_timezone().zone
    found = []
    for key, zone in sorted(zones.items()):
        local = LocalHours(zone).local(moment)
        hour = local.hour + local.minute / 60 + local.second / 3600
        found.append((key, local.date(), str(local.weekday()), hour))
    return found


def reachable_sql(clocks):
    """Select the ids of all contacts inside their window, by ``clocks``."""
    values = SQL(", ").join(
        SQL("(%s, %s::date, %s, %s::float8)", *clock) for clock in clocks
    )
    start, end = DEFAULT_HOURS
    return SQL(
        """
        SELECT contact.id
          FROM (
               SELECT p.id, clock.hour, short.begins AS short_begins,
                      short.ends AS short_ends,
                      CASE WHEN p.export_hours_own THEN p.export_hours_from
                           WHEN boss.export_hours_own THEN boss.export_hours_from
                           WHEN country.id IS NULL THEN %(start)s
                           ELSE country.export_hours_from END AS begins,
                      CASE WHEN p.export_hours_own THEN p.export_hours_to
                           WHEN boss.export_hours_own THEN boss.export_hours_to
                           WHEN country.id IS NULL THEN %(end)s
                           ELSE country.export_hours_to END AS ends
                 FROM res_partner p
                 JOIN (VALUES %(clocks)s) AS clock (zone, day, weekday, hour)
                   ON clock.zone = COALESCE(p.export_tz, '')
            LEFT JOIN res_partner boss ON boss.id = p.commercial_partner_id
            LEFT JOIN res_country country
                   ON country.id = COALESCE(p.country_id, boss.country_id)
            LEFT JOIN export_crm_nonworking_day off
                   ON off.country_id = country.id
                  AND off.date = clock.day
                  AND (off.state_id IS NULL OR off.state_id =
                       CASE WHEN p.country_id IS NULL THEN boss.state_id
                            ELSE p.state_id END)
            LEFT JOIN (
                      SELECT feast.country_id, clock.day,
                             MAX(feast.hours_from) AS begins,
                             MIN(feast.hours_to) AS ends
                        FROM (VALUES %(clocks)s) AS clock (zone, day, weekday, hour)
                        JOIN export_crm_feast_date kept
                          ON clock.day BETWEEN kept.date_from AND kept.date_to
                        JOIN export_crm_feast feast
                          ON feast.id = kept.feast_id AND feast.active
                         AND feast.hours_to > 0
                       GROUP BY feast.country_id, clock.day
                      ) short
                   ON short.country_id = country.id AND short.day = clock.day
                WHERE off.id IS NULL
                  AND strpos(CASE WHEN country.id IS NULL THEN '56'
                                  ELSE COALESCE(country.export_weekend, '') END,
                             clock.weekday) = 0
               ) contact
         WHERE CASE WHEN GREATEST(begins, short_begins) < LEAST(ends, short_ends)
                    THEN hour >= GREATEST(begins, short_begins)
                         AND hour < LEAST(ends, short_ends)
                    ELSE hour >= begins AND hour < ends END
        """,
        clocks=values,
        start=start,
        end=end,
    )
