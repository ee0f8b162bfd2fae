"""Talking with the customer: inquiries, mails, calls, meetings, logged contacts,
portal."""

from odoo.tools import SQL

from .source import Source

CONTACT_DAYS = 90


def _inquiries_sql(scope):
    """Select the customer's leads and opportunities, won or lost or archived.

    One that belongs to no company is seen by every company, and counts for each.
    """
    return SQL(
        """
        SELECT c.partner_id, %(day)s AS day
          FROM export_fact_contact c
          JOIN crm_lead l ON l.partner_id = c.contact_id
         WHERE (l.company_id = ANY(%(branches)s) OR l.company_id IS NULL)
           AND l.create_date < %(until)s
        """,
        day=scope.day(SQL("l.create_date")),
        branches=scope.branches,
        until=scope.until,
    )


def _inbound_sql(scope):
    """Select messages written by the customer's contacts (mail, portal, chat)."""
    return SQL(
        """
        SELECT c.partner_id, %(day)s AS day
          FROM export_fact_contact c
          JOIN mail_message m ON m.author_id = c.contact_id
         WHERE m.message_type IN ('email', 'comment')
           AND (m.record_company_id = ANY(%(branches)s) OR m.record_company_id IS NULL)
           AND m.date < %(until)s
        """,
        day=scope.day(SQL("m.date")),
        branches=scope.branches,
        until=scope.until,
    )


def _outbound_sql(scope):
    """Select messages of our people to the customer's contacts, each once.

    Notes between colleagues and what Odoo sends by itself are no contact.
    """
    return SQL(
        """
        SELECT recipient.partner_id, %(day)s AS day
          FROM (
               SELECT c.partner_id, n.mail_message_id AS message_id
                 FROM export_fact_contact c
                 JOIN mail_notification n ON n.res_partner_id = c.contact_id
                UNION
               SELECT c.partner_id, r.mail_message_id
                 FROM export_fact_contact c
                 JOIN mail_message_res_partner_rel r ON r.res_partner_id = c.contact_id
               ) recipient
          JOIN mail_message m ON m.id = recipient.message_id
          JOIN res_partner author
            ON author.id = m.author_id AND author.partner_share IS NOT TRUE
         WHERE m.message_type IN ('email', 'comment', 'email_outgoing', 'sms')
           AND m.is_internal IS NOT TRUE
           AND (m.record_company_id = ANY(%(branches)s) OR m.record_company_id IS NULL)
           AND m.date < %(until)s
        """,
        day=scope.day(SQL("m.date")),
        branches=scope.branches,
        until=scope.until,
    )


def _activities_sql(scope):
    """Select calls and meetings marked done on the customer, its orders and leads.

    Odoo keeps a done activity archived with its date. One on a contact belongs to no
    company and counts for each. One that was finished by logging the contact counts
    there.
    """
    return SQL(
        """
        SELECT target.partner_id, a.date_done AS day
          FROM (
               SELECT partner_id, 'res.partner' AS model, contact_id AS id
                 FROM export_fact_contact
                UNION ALL
               SELECT partner_id, 'sale.order', order_id FROM export_fact_order
                UNION ALL
               SELECT c.partner_id, 'crm.lead', l.id
                 FROM export_fact_contact c
                 JOIN crm_lead l ON l.partner_id = c.contact_id
                WHERE l.company_id = ANY(%(branches)s) OR l.company_id IS NULL
               ) target
          JOIN mail_activity a ON a.res_model = target.model AND a.res_id = target.id
          JOIN mail_activity_type t ON t.id = a.activity_type_id
          LEFT JOIN export_crm_interaction logged ON logged.activity_id = a.id
         WHERE a.active IS NOT TRUE
           AND logged.id IS NULL
           AND a.date_done <= %(as_of)s
           AND t.category IN ('phonecall', 'meeting')
        """,
        branches=scope.branches,
        as_of=scope.as_of,
    )


def _logged_sql(scope):
    """Select contacts outside Odoo that people logged (call, WhatsApp, visit…).

    What the customer began is inbound. A call, video call or visit of ours that
    reached somebody is a talk, like a call marked done; all else that we tried is
    outbound.
    """
    return SQL(
        """
        SELECT CASE WHEN i.direction = 'in' THEN 'in'
                    WHEN i.answered AND i.channel IN ('phone', 'video', 'visit')
                    THEN 'met'
                    ELSE 'out' END AS kind,
               c.partner_id, %(day)s AS day,
               CASE i.sentiment WHEN 'positive' THEN 1 WHEN 'negative' THEN -1
                                WHEN 'neutral' THEN 0 END AS mark
          FROM export_fact_contact c
          JOIN export_crm_interaction i ON i.partner_id = c.contact_id
         WHERE i.company_id = ANY(%(branches)s)
           AND i.date < %(until)s
        """,
        day=scope.day(SQL("i.date")),
        branches=scope.branches,
        until=scope.until,
    )


def _moods_sql(scope):
    """Select messages of the customer's contacts that people marked with a mood.

    They are counted as messages above; here is the mark alone.
    """
    return SQL(
        """
        SELECT c.partner_id, %(day)s AS day,
               CASE mood.sentiment WHEN 'positive' THEN 1 WHEN 'negative' THEN -1
                                   ELSE 0 END AS mark
          FROM export_fact_contact c
          JOIN mail_message m ON m.author_id = c.contact_id
          JOIN export_crm_message_mood mood ON mood.message_id = m.id
         WHERE (m.record_company_id = ANY(%(branches)s) OR m.record_company_id IS NULL)
           AND m.date < %(until)s
        """,
        day=scope.day(SQL("m.date")),
        branches=scope.branches,
        until=scope.until,
    )


def _contact_sql(scope):
    """Interactions of the last 90 days, inquiries of the last year, last dates.

    A customer never heard of has no row: its interactions are unknown, not 0.
    """
    recent = scope.within(SQL("day"), CONTACT_DAYS)
    return SQL(
        """
        SELECT partner_id,
               COUNT(*) FILTER (WHERE kind = 'in' AND %(recent)s) AS inbound_90d,
               COUNT(*) FILTER (WHERE kind = 'out' AND %(recent)s) AS outbound_90d,
               COUNT(*) FILTER (WHERE kind = 'met' AND %(recent)s) AS activities_90d,
               MAX(day) FILTER (WHERE kind IN ('in', 'ask')) AS last_inbound_date,
               MAX(day) AS last_contact_date,
               COUNT(*) FILTER (WHERE kind = 'ask' AND %(year)s) AS inquiries_365d,
               MAX(day) FILTER (WHERE kind = 'ask') AS last_inquiry_date,
               100.0 * AVG(mark) FILTER (WHERE %(recent)s) AS sentiment_trend
          FROM (
               SELECT 'ask' AS kind, q.partner_id, q.day, NULL::int AS mark
                 FROM (%(inquiries)s) q
                UNION ALL SELECT 'in', i.partner_id, i.day, NULL FROM (%(inbound)s) i
                UNION ALL SELECT 'out', o.partner_id, o.day, NULL FROM (%(outbound)s) o
                UNION ALL SELECT 'met', a.partner_id, a.day, NULL
                            FROM (%(activities)s) a
                UNION ALL SELECT l.kind, l.partner_id, l.day, l.mark FROM (%(logged)s) l
                UNION ALL SELECT 'mood', d.partner_id, d.day, d.mark FROM (%(moods)s) d
               ) contact
         GROUP BY partner_id
        """,
        recent=recent,
        year=scope.within(SQL("day"), 365),
        inquiries=_inquiries_sql(scope),
        inbound=_inbound_sql(scope),
        outbound=_outbound_sql(scope),
        activities=_activities_sql(scope),
        logged=_logged_sql(scope),
        moods=_moods_sql(scope),
    )


def _portal_sql(scope):
    """Days of the last 90 on which somebody of the customer used the portal.

    One row per customer with a portal user (0 if it never came), none without. Odoo
    itself keeps only the last visit of a session; ``export_crm_portal_day`` keeps the
    days before its housekeeping deletes them. UTC days.
    """
    recent = scope.within(SQL("visit.day"), CONTACT_DAYS)
    return SQL(
        """
        SELECT c.partner_id,
               COUNT(DISTINCT visit.day) FILTER (WHERE %(recent)s) AS portal_days_90d
          FROM export_fact_contact c
          JOIN res_users u ON u.partner_id = c.contact_id AND u.share
          LEFT JOIN (
               SELECT user_id, day FROM export_crm_portal_day
                UNION ALL
               SELECT user_id, first_activity::date FROM res_device_log
                UNION ALL
               SELECT user_id, last_activity::date FROM res_device_log
               ) visit ON visit.user_id = u.id
         WHERE u.create_date < %(until)s
         GROUP BY c.partner_id
        """,
        recent=recent,
        until=scope.until,
    )


CONTACT = Source(
    "interaction",
    _contact_sql,
    zero=("inquiries_365d",),
    unknown=(
        "inbound_90d",
        "outbound_90d",
        "activities_90d",
        "last_inbound_date",
        "last_contact_date",
        "last_inquiry_date",
        "sentiment_trend",
    ),
    proof="last_inquiry_date",
)
PORTAL = Source("portal", _portal_sql, unknown=("portal_days_90d",), proof=None)
