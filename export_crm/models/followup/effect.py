from odoo import api, fields, models
from odoo.tools import SQL

# A mail that nobody has answered for a week isn't answered any more.
_REPLY_DAYS = 7


class ExportCrmFollowup(models.Model):
    """What contacts lead to."""

    _inherit = "export.crm.followup"

    @api.model
    def _measure_orders_after(self, company):
        """Note which contacts were followed by an order, once that can be told.

        A contact counts from the moment it was made; the days are a company setting.
        One without an order stays unknown until its days are over: it could still
        have an effect.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS (
                    SELECT followup.id,
                           CASE WHEN COUNT(o.id) > 0 THEN 1
                                WHEN followup.done_at + %(days)s * interval '1 day'
                                     < %(now)s THEN 0 END AS effect
                      FROM export_crm_followup followup
                 LEFT JOIN res_partner contact
                        ON contact.commercial_partner_id = followup.partner_id
                 LEFT JOIN sale_order o
                        ON o.partner_id = contact.id
                       AND o.company_id = ANY(%(branches)s)
                       AND o.state = 'sale' AND o.export_kind = 'order'
                       AND o.date_order > followup.done_at
                       AND o.date_order <= followup.done_at
                           + %(days)s * interval '1 day'
                     WHERE followup.company_id = %(company)s
                       AND followup.state = 'done'
                       AND (followup.ordered_after IS NULL
                            OR followup.ordered_after = 0
                               -- Orders that were entered or confirmed late.
                               AND followup.done_at >= %(now)s
                                   - (%(days)s + 7) * interval '1 day')
                     GROUP BY followup.id
                )
                UPDATE export_crm_followup followup
                   SET ordered_after = judged.effect
                  FROM judged
                 WHERE judged.id = followup.id
                   AND followup.ordered_after IS DISTINCT FROM judged.effect
                """,
                now=fields.Datetime.now(),
                days=company.export_followup_effect_days,
                company=company.id,
                branches=company._export_tree().ids,
            )
        )
        self.invalidate_model(["ordered_after"])

    @api.model
    def _measure_replies(self, company):
        """Note which automatic mails were answered within a week.

        Where a person makes the contact, the outcome says so. Nobody does for a mail
        that leaves by itself: what its reader wrote next is its answer; none stays
        unknown until the week is over.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS (
                    SELECT followup.id,
                           CASE WHEN COUNT(m.id) > 0 THEN 1
                                WHEN followup.done_at + %(days)s * interval '1 day'
                                     < %(now)s THEN 0 END AS answer
                      FROM export_crm_followup followup
                 LEFT JOIN mail_message m
                        ON m.author_id = followup.contact_id
                       AND m.message_type IN ('email', 'comment')
                       AND (m.record_company_id = ANY(%(branches)s)
                            OR m.record_company_id IS NULL)
                       AND m.date > followup.done_at
                       AND m.date <= followup.done_at + %(days)s * interval '1 day'
                     WHERE followup.company_id = %(company)s
                       AND followup.trigger = 'order_progress'
                       AND followup.state = 'done'
                       AND followup.replied IS NULL
                     GROUP BY followup.id
                )
                UPDATE export_crm_followup followup
                   SET replied = judged.answer
                  FROM judged
                 WHERE judged.id = followup.id AND judged.answer IS NOT NULL
                """,
                days=_REPLY_DAYS,
                now=fields.Datetime.now(),
                company=company.id,
                branches=company._export_tree().ids,
            )
        )
        self.invalidate_model(["replied"])
