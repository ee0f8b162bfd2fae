from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ExportCrmTierGrading(models.Model):
    """Taking effect: three statements, whatever the number of customers."""

    _inherit = "export.crm.tier.grading"

    def _confirm(self, user=None):
        """Give the customers of this preview their new tiers.

        A customer whose tier has changed since the preview, or was set by a person,
        is left out and said so. All or nothing; a second call is refused.

        :param res.users user: who confirms; None: by itself
        :raise UserError: this is no preview (any more)
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "preview":
            raise UserError(self.env._("%s is no preview.", self.name))
        self.env.flush_all()
        self.env.cr.execute(self._choose_sql())
        self.env.cr.execute(self._apply_sql())
        self._write_history(user)
        self.env["export.crm.tier.standing"]._keep(self)
        self.write(
            {
                "state": "done",
                "confirmed_by_id": user.id if user else False,
                "confirmed_on": fields.Datetime.now(),
            }
        )
        self.env["export.crm.tier.grading.line"].invalidate_model()
        self.invalidate_recordset()
        self.env["export.crm.account"]._facts_invalidate()
        self.activity_ids.action_feedback()
        changes = self.change_ids
        changes._announce()
        changes._start_plans()

    def _choose_sql(self):
        """SQL that marks the lines that apply, and those that are left out.

        A line applies while the customer has the tier that the preview started
        from, and no override that began since.
        """
        return SQL(
            """
            WITH held AS MATERIALIZED (
                SELECT DISTINCT partner_id FROM export_crm_tier_override
                 WHERE company_id = %(company)s AND state = 'active'
            )
            UPDATE export_crm_tier_grading_line line
               SET state = CASE
                   WHEN line.reason = 'override' THEN 'applied'
                   WHEN a.tier_id IS NOT DISTINCT FROM line.old_tier_id
                        AND held.partner_id IS NULL THEN 'applied'
                   ELSE 'skipped' END
              FROM export_crm_account a
              LEFT JOIN held ON held.partner_id = a.partner_id
             WHERE line.grading_id = %(grading)s AND a.id = line.account_id
            """,
            company=self.company_id.id,
            grading=self.id,
        )

    def _apply_sql(self):
        """SQL that moves the customers of the lines that apply.

        Both statements find accounts by their key. One that joined what it has
        just updated to its lines took minutes on statistics of the grading before.
        """
        return SQL(
            """
            UPDATE export_crm_account a
               SET tier_id = line.new_tier_id,
                   tier_fails = line.fails,
                   tier_failed_on = line.failed_on,
                   tier_since = CASE
                       WHEN line.new_tier_id IS DISTINCT FROM line.old_tier_id
                       THEN %(as_of)s ELSE a.tier_since END,
                   tier_stepped_on = CASE WHEN line.reason IN ('down', 'step')
                       THEN %(as_of)s ELSE a.tier_stepped_on END
              FROM export_crm_tier_grading_line line
             WHERE line.grading_id = %(grading)s AND line.state = 'applied'
               AND line.reason <> 'override' AND a.id = line.account_id
            """,
            as_of=self.as_of,
            grading=self.id,
        )

    def _write_history(self, user):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_tier_change
                       (partner_id, company_id, date, old_tier_id, new_tier_id,
                        reason, score, breakdown, revenue_365d, currency_id,
                        country_id, salesperson_id, grading_id, user_id,
                        create_uid, create_date)
                SELECT partner_id, company_id, %(as_of)s, old_tier_id, new_tier_id,
                       reason, score, breakdown, revenue_365d, currency_id,
                       country_id, salesperson_id, grading_id, %(user)s,
                       %(uid)s, NOW() AT TIME ZONE 'UTC'
                  FROM export_crm_tier_grading_line
                 WHERE grading_id = %(grading)s AND state = 'applied'
                   AND new_tier_id IS DISTINCT FROM old_tier_id
                 ORDER BY id
                """,
                as_of=self.as_of,
                user=user.id if user else self.env.uid,
                uid=self.env.uid,
                grading=self.id,
            )
        )
        self.invalidate_recordset(["change_ids"])
