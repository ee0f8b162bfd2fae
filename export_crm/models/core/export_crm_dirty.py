from odoo import api, fields, models
from odoo.tools import SQL

_KEY = "export_crm.dirty"
_CRON = "export_crm.export_crm_payment_delay_cron"
# Stands for "every company" among the ids that the hook collects.
_ALL_COMPANIES = 0


class ExportCrmDirty(models.Model):
    """A customer about whom something has happened and who waits to be judged.

    Rows are appended when a transaction commits and removed by the pipeline in the
    transaction that judges them. No unique key: with one, two transactions that
    mark the same customer would wait for each other and one would fail. A mark and
    the change that it tells of commit together, and Odoo's transactions see one
    snapshot: whoever reads the mark sees the change.
    """

    _name = "export.crm.dirty"
    _rec_names_search = ["partner_id"]
    _inherit = "export.crm.books.mixin"
    _description = "Customer Waiting to Be Judged"
    _order = "id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    marked_at = fields.Datetime()

    # The guard on orders looks up single customers.
    _partner_company_idx = models.Index("(partner_id, company_id)")

    @api.model
    def _mark(self, partners, company=None, exact=False):
        """Have the commercial customers of ``partners`` judged after the commit.

        Costs nothing now and one statement per transaction, however often it is
        called. A rolled-back transaction marks nobody.

        :param partners: ``res.partner`` records, contacts or customers
        :param company: ``res.company`` records, branches count as their root companies;
            none: every company
        :param exact: mark these very partners, whose role as customers has ended
        """
        company_ids = company._export_root().ids if company else [_ALL_COMPANIES]
        marks = {
            (partner_id, company_id, exact)
            for partner_id in partners.ids
            for company_id in company_ids
        }
        if not marks:
            return
        precommit = self.env.cr.precommit
        if _KEY not in precommit.data:
            precommit.data[_KEY] = set()
            precommit.add(self._insert_marks)
        precommit.data[_KEY] |= marks

    @api.model
    def _insert_marks(self):
        """Write the collected marks and wake the pipeline, in one statement.

        Commercial customers are looked up here, so that a contact moved in the
        same transaction counts for its new customer and a deleted one is left out.
        The trigger is inserted as ``ir.cron._reschedule_asap`` does: ``_trigger()``
        would cost two more queries. It is inserted unconditionally: a pending one
        may be under deletion by a run that will not see these marks, and to find
        out means to lock it.
        """
        marks = sorted(self.env.cr.precommit.data.pop(_KEY, ()))
        if not marks:
            return
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        partner_ids, company_ids, exact = (
            list(column) for column in zip(*marks, strict=False)
        )
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(_CRON)
        self.env.cr.execute(
            SQL(
                """
                WITH mark AS (
                    INSERT INTO export_crm_dirty (partner_id, company_id, marked_at)
                    SELECT DISTINCT
                           CASE WHEN m.exact THEN p.id
                                ELSE COALESCE(p.commercial_partner_id, p.id) END,
                           c.id,
                           timezone('UTC', now())
                      FROM unnest(%(partners)s::int[], %(companies)s::int[],
                                  %(exact)s::bool[])
                           AS m(partner_id, company_id, exact)
                      JOIN res_partner p ON p.id = m.partner_id
                      JOIN res_company c
                        ON c.id = m.company_id
                        OR m.company_id = %(all)s AND c.parent_id IS NULL
                     ORDER BY 1, 2
                    RETURNING id
                )
                INSERT INTO ir_cron_trigger (cron_id, call_at)
                SELECT id, timezone('UTC', now())
                  FROM ir_cron
                 WHERE id = %(cron)s AND active AND EXISTS (SELECT FROM mark)
                """,
                partners=partner_ids,
                companies=company_ids,
                exact=exact,
                all=_ALL_COMPANIES,
                cron=cron_id or None,
            )
        )
        self.env.cr.postcommit.add(self.env["ir.cron"]._notifydb)

    @api.model
    def _take(self, company, limit):
        """Read marks to be judged and remove them, in this transaction.

        What is marked from now on is not seen and stays.

        :return: the customers' ids, sorted, without doubles
        """
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM export_crm_dirty
                 WHERE id IN (SELECT id FROM export_crm_dirty
                               WHERE company_id = %s ORDER BY id LIMIT %s)
                RETURNING partner_id
                """,
                company.id,
                limit,
            )
        )
        return sorted({partner_id for [partner_id] in rows})

    @api.model
    def _backlog(self, company):
        """Return how many marks wait in a company, and since when (None: none)."""
        [row] = self.env.execute_query(
            SQL(
                "SELECT count(*), min(marked_at) FROM export_crm_dirty"
                " WHERE company_id = %s",
                company.id,
            )
        )
        return row
