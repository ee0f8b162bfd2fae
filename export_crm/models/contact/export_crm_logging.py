from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..account.unknown import FactFloat

# The report looks back a year; the line on My Day a month.
_YEAR = 365
_MONTH = 30
# Channels with a column of their own.
_COUNTED = ("phone", "whatsapp", "wechat", "email", "visit", "video")


class ExportCrmLogging(models.Model):
    """Daily logging: on which working days a person logged a contact.

    One row per company, person and day of the last year. A person is whoever is a
    member of a sales team, from joining it or going live on, or has logged a contact,
    from the first one on. Working days are those of the company's working schedule
    without its public holidays; today is one as soon as something is logged.
    """

    _name = "export.crm.logging"
    _description = "Daily Logging"
    _auto = False
    _order = "day desc, user_id"
    _rec_name = "user_id"
    _depends = {
        "export.crm.interaction": [
            "channel",
            "company_id",
            "date",
            "direction",
            "user_id",
        ],
        "export.crm.nonworking.day": ["country_id", "date", "state_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Person", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    day = fields.Date(readonly=True)
    working_day = fields.Integer(string="Working Days", readonly=True)
    logged_day = fields.Integer(
        string="Days with a Contact",
        readonly=True,
        help="Working days on which at least one contact was logged.",
    )
    share = FactFloat(
        string="Daily Logging",
        readonly=True,
        aggregator="avg",
        help="Days with a contact / working days.",
    )
    contacts = fields.Integer(string="Logged Contacts", readonly=True)
    outbound = fields.Integer(string="We Contacted Them", readonly=True)
    inbound = fields.Integer(string="They Contacted Us", readonly=True)
    phone = fields.Integer(string="By Phone", readonly=True)
    whatsapp = fields.Integer(string="By WhatsApp", readonly=True)
    wechat = fields.Integer(string="By WeChat", readonly=True)
    email = fields.Integer(string="By E-mail", readonly=True)
    visit = fields.Integer(string="Visits", readonly=True)
    video = fields.Integer(string="Video Calls", readonly=True)
    elsewhere = fields.Integer(string="By Other Channels", readonly=True)

    @property
    def _table_query(self) -> SQL:
        names = SQL(", ").join(
            SQL("COALESCE(log.%s, 0)::int AS %s", SQL.identifier(n), SQL.identifier(n))
            for n in ("contacts", "outbound", "inbound", "elsewhere", *_COUNTED)
        )
        return SQL(
            """
            WITH %(people)s, %(days)s, counted AS (
                SELECT worked.*, log.day IS NOT NULL AS logged,
                       works AND (worked.day < worked.today OR log.day IS NOT NULL)
                           AS counts
                  FROM worked
                  LEFT JOIN log USING (company_id, user_id, day)
            ), team AS (
                SELECT user_id, MIN(crm_team_id) AS id
                  FROM crm_team_member WHERE active GROUP BY user_id
            )
            SELECT ROW_NUMBER() OVER (ORDER BY company_id, user_id, day) AS id,
                   company_id, user_id, team.id AS team_id, day,
                   counts::int AS working_day,
                   (counts AND logged)::int AS logged_day,
                   CASE WHEN counts THEN logged::int::float8 END AS share,
                   %(names)s
              FROM counted
              LEFT JOIN log USING (company_id, user_id, day)
              LEFT JOIN team USING (user_id)
             WHERE counts OR logged
            """,
            people=self._people_sql(),
            days=self._days_sql(),
            names=names,
        )

    @api.model
    def _people_sql(self):
        """Return ``place`` (companies), ``log`` (by day), ``person`` (since when)."""
        channels = SQL(", ").join(
            SQL(
                "COUNT(*) FILTER (WHERE i.channel = %s) AS %s",
                channel,
                SQL.identifier(channel),
            )
            for channel in _COUNTED
        )
        return SQL(
            """
            place AS (
                SELECT company.id, COALESCE(partner.tz, 'UTC') AS tz,
                       (%(now)s AT TIME ZONE 'UTC'
                        AT TIME ZONE COALESCE(partner.tz, 'UTC'))::date AS today,
                       company.export_go_live_date AS live,
                       company.resource_calendar_id AS calendar_id,
                       partner.country_id, partner.state_id
                  FROM res_company company
                  JOIN res_partner partner ON partner.id = company.partner_id
                 WHERE company.parent_id IS NULL
            ), log AS (
                SELECT i.company_id, i.user_id,
                       (i.date AT TIME ZONE 'UTC' AT TIME ZONE place.tz)::date AS day,
                       COUNT(*) AS contacts,
                       COUNT(*) FILTER (WHERE i.direction = 'out') AS outbound,
                       COUNT(*) FILTER (WHERE i.direction = 'in') AS inbound,
                       COUNT(*) FILTER (WHERE i.channel <> ALL(%(counted)s))
                           AS elsewhere,
                       %(channels)s
                  FROM export_crm_interaction i
                  JOIN place ON place.id = i.company_id
                 GROUP BY 1, 2, 3
            ), since AS (
                SELECT company_id, user_id, MIN(day) AS day FROM log GROUP BY 1, 2
                 UNION ALL
                SELECT place.id, person.id,
                       GREATEST(MIN(place.live), MIN(member.create_date)::date)
                  FROM crm_team_member member
                  JOIN res_users person ON person.id = member.user_id
                  JOIN res_company home ON home.id = person.company_id
                  JOIN place
                    ON place.id = split_part(home.parent_path, '/', 1)::int
                 WHERE member.active AND person.active AND place.live IS NOT NULL
                 GROUP BY 1, 2
            ), person AS (
                SELECT since.company_id, since.user_id,
                       GREATEST(MIN(since.day), MIN(place.today) - %(year)s) AS begin,
                       MIN(place.today) AS today
                  FROM since JOIN place ON place.id = since.company_id
                 GROUP BY 1, 2
            )
            """,
            now=fields.Datetime.now(),
            counted=list(_COUNTED),
            channels=channels,
            year=_YEAR,
        )

    @api.model
    def _days_sql(self):
        """Return ``worked``: each person's days, and whether they are working days."""
        return SQL(
            """
            schedule AS (
                SELECT DISTINCT place.id, attendance.dayofweek::int AS weekday
                  FROM place
                  JOIN resource_calendar_attendance attendance
                    ON attendance.calendar_id = place.calendar_id
                 WHERE attendance.day_period <> 'lunch'
                 UNION
                SELECT place.id, weekday
                  FROM place CROSS JOIN generate_series(0, 4) AS weekday
                 WHERE place.calendar_id IS NULL
            ), off AS (
                SELECT place.id, holiday.date AS day
                  FROM place
                  JOIN export_crm_nonworking_day holiday
                    ON holiday.country_id = place.country_id
                   AND (holiday.state_id IS NULL OR holiday.state_id = place.state_id)
                 UNION
                SELECT place.id, generate_series(
                           (leave.date_from AT TIME ZONE 'UTC'
                            AT TIME ZONE place.tz)::date,
                           (leave.date_to AT TIME ZONE 'UTC'
                            AT TIME ZONE place.tz)::date,
                           interval '1 day')::date
                  FROM place
                  JOIN resource_calendar_leaves leave
                    ON leave.resource_id IS NULL AND leave.company_id = place.id
                   AND (leave.calendar_id = place.calendar_id
                        OR leave.calendar_id IS NULL)
            ), worked AS (
                SELECT person.company_id, person.user_id, person.today,
                       moment::date AS day,
                       (schedule.id IS NOT NULL AND off.id IS NULL) AS works
                  FROM person
                 CROSS JOIN LATERAL generate_series(
                           person.begin, person.today, interval '1 day') AS moment
                  LEFT JOIN schedule
                    ON schedule.id = person.company_id
                   AND schedule.weekday = EXTRACT(ISODOW FROM moment)::int - 1
                  LEFT JOIN off
                    ON off.id = person.company_id AND off.day = moment::date
            )
            """
        )

    @api.model
    def my_summary(self):
        """Return the line on *My Day*: how regularly the reader logs contacts.

        :return: text; empty for somebody who has nothing to log
        """
        if not self.has_access("read"):
            return ""
        today = self.env.company._export_today()
        mine = [
            ("user_id", "=", self.env.uid),
            ("company_id", "=", self.env.company._export_root().id),
        ]
        [figures] = self._read_group(
            [*mine, ("day", ">", today - timedelta(days=_MONTH))],
            [],
            ["working_day:sum", "logged_day:sum", "contacts:sum"],
        )
        days, logged, contacts = (value or 0 for value in figures)
        if not days:
            return ""
        [[now]] = self._read_group([*mine, ("day", "=", today)], [], ["contacts:sum"])
        return self.env._(
            "Logged on %(logged)s of %(days)s working days in the last month "
            "(%(share)s%%), %(contacts)s contacts; today %(now)s.",
            logged=logged,
            days=days,
            share=round(100 * logged / days),
            contacts=contacts,
            now=now or 0,
        )
