from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL


class ExportCrmCreditHold(models.Model):
    """Holds that end by themselves, and come back when a payment is undone."""

    _inherit = "export.crm.credit.hold"

    @api.model
    def _step_settled(self, company, partner_ids, as_of):
        """Close holds whose debt is paid; revive the evidence of those undone.

        Runs before the rules are judged, so that a revived run opens a hold in the
        same pass. Closes only where the company has switched the automatic release
        on; what it has closed is watched in any case.

        :param res.company company: whose holds
        :param list partner_ids: commercial customers of this batch
        :param date as_of: today where the company is
        """
        self._revive_undone(company, partner_ids, as_of)
        if not company.export_credit_auto_release:
            return
        holds = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("blocking", "=", True),
                ("kind", "in", ("behaviour", "overdue")),
            ]
        )
        if not holds:
            return
        owing, unpaid = self._partners_owing(company, holds.partner_id.ids, as_of)
        for hold in holds.filtered(lambda hold: hold.partner_id.id not in owing):
            if unpaid & set(hold.evidence_ids.move_line_id.ids):
                continue
            text = self.env._("Everything is paid: released by itself.")
            hold._tell({hold.id: Markup("<p>%s</p>") % text})
            hold._close("settled", text)
            hold._audit("closed", text)
            hold._confirm_waiting()

    @api.model
    def _partners_owing(self, company, partner_ids, as_of):
        """Return who owes: what is overdue, and what is excused but not paid.

        :return: ``(ids of the customers with an overdue instalment, consumed ones
            included; ids of the instalments that a promise, a wire in transit or a
            block excuses while more than the tolerance is open)``
        """
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, list(partner_ids)
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, move_line_id, verdict FROM (%s) late
                 WHERE verdict = 'overdue' OR verdict IN ('pending', 'neutral')
                   AND open_amount > LEAST(%s, amount * %s / 100)
                """,
                lateness,
                company.export_late_tolerance_amount,
                company.export_late_tolerance_percent,
            )
        )
        overdue = {row[0] for row in rows if row[2] == "overdue"}
        return overdue, {row[1] for row in rows if row[2] != "overdue"}

    @api.model
    def _revive_undone(self, company, partner_ids, as_of):
        """Let the evidence of settled holds count again where a payment was undone."""
        settled = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("close_reason", "=", "settled"),
                ("evidence_ids.consumed", "=", True),
            ]
        )
        if not settled:
            return
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, settled.partner_id.ids
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT move_line_id FROM (%s) late WHERE verdict = 'overdue'", lateness
            )
        )
        overdue = {row[0] for row in rows}
        for hold in settled:
            if overdue & set(hold.evidence_ids.move_line_id.ids):
                # sudo: nobody may write evidence
                hold.sudo().evidence_ids.consumed = False
