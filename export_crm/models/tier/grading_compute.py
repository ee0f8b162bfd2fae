from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.tier import tier_steady

BATCH = 5000
LINE_COLUMNS = {
    "account_id": "int",
    "new_tier_id": "int",
    "reason": "text",
    "fails": "int",
    "failed_on": "date",
}


class ExportCrmTierGrading(models.Model):
    """The preview: facts → score → decision, batch by batch, three statements each."""

    _inherit = "export.crm.tier.grading"

    @api.model
    def _cron_compute(self):
        """Compute the gradings that wait, a commit after each batch.

        Killed or late, it goes on behind the last customer done.
        """
        cron = self.env["ir.cron"]
        waiting = self.search([("state", "=", "computing")], order="id")
        left = sum(max(g.total - g.done, 1) for g in waiting)
        cron._commit_progress(remaining=left)
        for grading in waiting:
            while grading.state == "computing":
                locked = grading.try_lock_for_update()
                if not locked:
                    break
                before = grading.done
                grading._compute_batch()
                if not cron._commit_progress(grading.done - before):
                    return

    def _compute_all(self):
        """Compute to the end, in this transaction."""
        self.ensure_one()
        while self.state == "computing":
            self._compute_batch()

    def _compute_batch(self):
        """Judge the next customers; after the last one the preview is ready."""
        self.ensure_one()
        accounts = self.env["export.crm.account"]
        domain = [("company_id", "=", self.company_id.id), ("id", ">", self.cursor)]
        if self.account_ids:
            domain.append(("id", "in", self.account_ids.ids))
        batch = accounts.search_fetch(domain, ["partner_id"], order="id", limit=BATCH)
        if batch:
            partner_ids = batch.partner_id.ids
            accounts.with_company(self.company_id)._step_tiers(
                self.company_id, partner_ids, self.as_of
            )
            self._write_lines(self._decisions(batch.ids))
            self.write({"cursor": batch.ids[-1], "done": self.done + len(batch)})
        if len(batch) < BATCH:
            self._preview()

    def _decisions(self, account_ids):
        """Return ``(account id, *LINE_COLUMNS…)`` of whoever moves or stays warned."""
        criteria = self.env["export.crm.tier.criterion"]._criteria(self.company_id)
        ids = self.env["export.crm.tier"]._ids_by_code()
        codes = {id_: code for code, id_ in ids.items()}
        rows = self.env.execute_query(self._standing_sql(account_ids))
        found = []
        for id_, current, computed, scale, fails, failed_on, stepped_on, held in rows:
            standing = tier_steady.Standing(
                codes.get(current),
                codes.get(computed),
                scale,
                fails or 0,
                failed_on,
                stepped_on,
                held,
            )
            decision = tier_steady.decide(standing, criteria, self.as_of)
            if self._is_news(standing, decision):
                found.append(
                    (
                        id_,
                        ids.get(decision.code),
                        decision.reason,
                        decision.fails,
                        decision.failed_on,
                    )
                )
        return found

    @api.model
    def _is_news(self, standing, decision):
        """Tell whether a line is kept: a move, one that is held up, a new count."""
        if decision.reason == "override":
            return standing.current != standing.computed
        counted = (standing.fails, standing.failed_on)
        return decision.reason != "same" or counted != (
            decision.fails,
            decision.failed_on,
        )

    def _standing_sql(self, account_ids):
        self.env["export.crm.tier.override"].flush_model()
        self.env["export.crm.account"].flush_model()
        return SQL(
            """
            SELECT a.id, a.tier_id, a.tier_computed_id, a.tier_scale, a.tier_fails,
                   a.tier_failed_on, a.tier_stepped_on, o.partner_id IS NOT NULL
              FROM export_crm_account a
              LEFT JOIN (SELECT DISTINCT partner_id
                           FROM export_crm_tier_override
                          WHERE company_id = %(company)s AND state = 'active') o
                     ON o.partner_id = a.partner_id
             WHERE a.id = ANY(%(ids)s)
             ORDER BY a.id
            """,
            company=self.company_id.id,
            ids=list(account_ids),
        )

    def _write_lines(self, rows):
        """Insert the lines of a batch, with the score and why, in one statement."""
        if not rows:
            return
        arrays = SQL(", ").join(
            SQL(f"%s::{kind}[]", list(values))
            for kind, values in zip(
                LINE_COLUMNS.values(), zip(*rows, strict=True), strict=True
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_tier_grading_line
                       (grading_id, company_id, account_id, partner_id, state,
                        old_tier_id, new_tier_id, computed_tier_id, reason, fails,
                        failed_on, score, breakdown, revenue_365d, currency_id,
                        country_id, salesperson_id, create_uid, create_date)
                SELECT %(grading)s, a.company_id, a.id, a.partner_id, 'pending',
                       a.tier_id, n.new_tier_id, a.tier_computed_id, n.reason,
                       n.fails, n.failed_on, a.tier_score, a.tier_lines,
                       a.revenue_365d, a.currency_id, a.country_id, a.user_id,
                       %(uid)s, NOW() AT TIME ZONE 'UTC'
                  FROM unnest(%(arrays)s) AS n(%(names)s)
                  JOIN export_crm_account a ON a.id = n.account_id
                 ORDER BY a.id
                """,
                grading=self.id,
                uid=self.env.uid,
                arrays=arrays,
                names=SQL(", ").join(SQL.identifier(name) for name in LINE_COLUMNS),
            )
        )
        self.env["export.crm.tier.grading.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

    # === THE PREVIEW IS READY === #

    def _preview(self):
        """Show the preview to whoever decides; nobody to move: take effect at once."""
        values = {
            "state": "preview",
            "total": self.done,
            "no_scale": self._nobody_passes(),
        }
        days = self.company_id.export_tier_auto_days
        if self.kind == "scheduled" and days:
            values["auto_date"] = self.as_of + timedelta(days=days)
        self.write(values)
        if self.kind == "scheduled":
            self._ask_manager()

    def _nobody_passes(self):
        """Tell whether no rated customer of the company passes the scale gate."""
        criteria = self.env["export.crm.tier.criterion"]._criteria(self.company_id)
        gate = criteria.scale_gate
        if gate is None:
            return False
        operator = "<" if criteria.basis == "pareto" else ">"
        domain = [
            ("company_id", "=", self.company_id.id),
            ("tier_scale", operator, gate.threshold),
        ]
        return not self.env["export.crm.account"].search_count(domain, limit=1)

    def _ask_manager(self):
        user = self.company_id._export_tier_manager()
        if not user:
            return
        said = self.with_context(lang=user.lang).env._
        summary = said(
            "Confirm the grading: %(up)s up, %(down)s down",
            up=self.up_count,
            down=self.down_count,
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            user_id=user.id,
            date_deadline=self.auto_date or self.as_of + timedelta(days=14),
        )
