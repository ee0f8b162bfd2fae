from odoo import api, fields, models
from odoo.tools import SQL

from .export_crm_health_component import COMPONENTS


class ExportCrmHealthMedian(models.Model):
    """The company's median customer: one row per component."""

    _name = "export.crm.health.median"
    _inherit = "export.crm.books.mixin"
    _description = "Median of a Health Component"
    _rec_name = "code"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    code = fields.Selection(COMPONENTS, required=True, readonly=True)
    median = fields.Float(readonly=True, help="0 to 1, of customers that have it.")
    mean = fields.Float(readonly=True, help="0 to 1, of customers that have it.")
    customers = fields.Integer(readonly=True, help="Customers that have it.")

    _company_code_uniq = models.Constraint(
        "UNIQUE(company_id, code)", "There is one median of a component and company."
    )

    @api.model
    def _step_medians(self, company, as_of):
        """Compute the medians of the components over all customers of a company.

        :param date as_of: not needed, the scores carry their day; steps get it
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_health_median AS kept
                       (company_id, code, median, mean, customers)
                SELECT %(company)s, line->>0,
                       PERCENTILE_CONT(0.5) WITHIN GROUP
                           (ORDER BY (line->>1)::float8),
                       AVG((line->>1)::float8), COUNT(*)
                  FROM export_crm_account account
                 CROSS JOIN LATERAL jsonb_array_elements(
                       account.health_lines->'lines') line
                 WHERE account.company_id = %(company)s AND account.active
                   AND account.health_known
                 GROUP BY line->>0
                    ON CONFLICT (company_id, code) DO UPDATE
                   SET median = EXCLUDED.median, mean = EXCLUDED.mean,
                       customers = EXCLUDED.customers
                 WHERE (kept.median, kept.mean, kept.customers) IS DISTINCT FROM
                       (EXCLUDED.median, EXCLUDED.mean, EXCLUDED.customers)
                """,
                company=company.id,
            )
        )
        self.invalidate_model()

    @api.model
    def _medians(self, company):
        """Return ``{component: median h}`` of a company."""
        return {
            m.code: m.median for m in self.search([("company_id", "=", company.id)])
        }
