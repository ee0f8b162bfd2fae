from odoo import api, models
from odoo.tools import SQL


class ExportCrmFollowup(models.Model):
    """What contacts lead to."""

    _inherit = "export.crm.followup"

    @api.model
    def _measure_orders_after(self, company):
        """Note which contacts were followed by an order, once that can be told.

        A contact counts from the day it was made; the days are a company setting.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS (
                    SELECT followup.id,
                           COUNT(o.id) FILTER (WHERE o.id IS NOT NULL) > 0 AS ordered
                      FROM export_crm_followup followup
                 LEFT JOIN res_partner contact
                        ON contact.commercial_partner_id = followup.partner_id
                 LEFT JOIN sale_order o
                        ON o.partner_id = contact.id
                       AND o.company_id = followup.company_id
                       AND o.state = 'sale' AND o.export_kind = 'order'
                       AND o.date_order > followup.done_at
                       AND o.date_order <= followup.done_at
                           + %(days)s * interval '1 day'
                     WHERE followup.company_id = %(company)s
                       AND followup.state = 'done'
                       AND COALESCE(followup.ordered_after, 0) = 0
                       AND followup.done_at >= timezone('UTC', now())
                           - (%(days)s + 7) * interval '1 day'
                     GROUP BY followup.id
                )
                UPDATE export_crm_followup followup
                   SET ordered_after = CASE WHEN judged.ordered THEN 1 ELSE 0 END
                  FROM judged
                 WHERE judged.id = followup.id
                   AND followup.ordered_after IS DISTINCT FROM
                       CASE WHEN judged.ordered THEN 1 ELSE 0 END
                """,
                days=company.export_followup_effect_days,
                company=company.id,
            )
        )
        self.invalidate_model(["ordered_after"])
