from odoo import api, models
from odoo.tools import SQL

from ..account import sources


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    @api.model
    def _live_exposure(self, company, partner_ids):
        """Return what customers owe and will owe, as of this moment.

        The very query that fills the nightly fact ``exposure``, run for a few
        customers: open receivables less unapplied payments plus confirmed orders
        that are not invoiced, tax included, in company currency.

        :param res.company company: whose books
        :param partner_ids: commercial customers
        :return: ``{partner id: amount}``, 0.0 for who has nothing open
        """
        self.env.flush_all()
        scope = self._facts_scope(company, company._export_today())
        rows = self.env.execute_query(
            SQL(
                """
                WITH export_fact_contact AS (
                    SELECT id AS contact_id, commercial_partner_id AS partner_id
                      FROM res_partner
                     WHERE commercial_partner_id = ANY(%s)
                )
                SELECT ledger.partner_id, ledger.exposure FROM (%s) ledger
                """,
                list(partner_ids),
                sources.LEDGER.query(scope),
            )
        )
        return dict.fromkeys(partner_ids, 0.0) | {
            partner_id: float(amount) for partner_id, amount in rows
        }
