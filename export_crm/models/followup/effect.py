from odoo import api, fields, models
from odoo.tools import SQL

# A mail that nobody has answered for a week isn't answered any more.
_REPLY_DAYS = 7
# What follows a contact (``event``), by its field.
_EVENTS = {
    "ordered_after": """
        LEFT JOIN res_partner contact
               ON contact.commercial_partner_id = followup.partner_id
        LEFT JOIN sale_order event
               ON event.partner_id = contact.id
              AND event.company_id = ANY(%(branches)s)
              AND event.state = 'sale' AND event.export_kind = 'order'
              AND event.date_order > followup.done_at
              AND event.date_order <= followup.done_at + %(days)s * interval '1 day'
    """,
    "replied": """
        LEFT JOIN mail_message event
               ON event.author_id = followup.contact_id
              AND event.message_type IN ('email', 'comment')
              AND (event.record_company_id = ANY(%(branches)s)
                   OR event.record_company_id IS NULL)
              AND event.date > followup.done_at
              AND event.date <= followup.done_at + %(days)s * interval '1 day'
    """,
}
# Which contacts it is still looked for.
_OPEN = {
    "ordered_after": """
        followup.ordered_after IS NULL
        OR followup.ordered_after = 0
           -- Orders that were entered or confirmed late.
           AND followup.done_at >= %(now)s - (%(days)s + 7) * interval '1 day'
    """,
    "replied": "followup.trigger = 'order_progress' AND followup.replied IS NULL",
}


class ExportCrmFollowup(models.Model):
    """What contacts lead to."""

    _inherit = "export.crm.followup"

    @api.model
    def _measure_orders_after(self, company):
        """Note which contacts were followed by an order, once that can be told.

        The days are a company setting.
        """
        self._measure(company, "ordered_after", company.export_followup_effect_days)

    @api.model
    def _measure_replies(self, company):
        """Note which automatic mails were answered within a week.

        Where a person makes the contact, the outcome says so. Nobody does for a mail
        that leaves by itself: what its reader wrote next is its answer.
        """
        self._measure(company, "replied", _REPLY_DAYS)

    @api.model
    def _measure(self, company, name, days):
        """Note in the field ``name`` whether its event followed within the days.

        A contact counts from the moment it was made. One without an event stays
        unknown until its days are over: it could still have an effect.
        """
        self.env.flush_all()
        values = {
            "days": days,
            "now": fields.Datetime.now(),
            "branches": company._export_tree().ids,
        }
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS (
                    SELECT followup.id,
                           CASE WHEN COUNT(event.id) > 0 THEN 1
                                WHEN followup.done_at + %(days)s * interval '1 day'
                                     < %(now)s THEN 0 END AS effect
                      FROM export_crm_followup followup
                           %(events)s
                     WHERE followup.company_id = %(company)s
                       AND followup.state = 'done' AND (%(open)s)
                     GROUP BY followup.id
                )
                UPDATE export_crm_followup followup
                   SET %(column)s = judged.effect
                  FROM judged
                 WHERE judged.id = followup.id
                   AND followup.%(column)s IS DISTINCT FROM judged.effect
                """,
                **values,
                company=company.id,
                column=SQL.identifier(name),
                events=SQL(_EVENTS[name], **values),
                open=SQL(_OPEN[name], **values),
            )
        )
        self.invalidate_model([name])
