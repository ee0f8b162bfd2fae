from odoo import api, fields, models
from odoo.tools import SQL


class ExportCrmCreditGate(models.Model):
    """A row to lock, one per commercial customer and company.

    Confirming an order and opening a hold must not pass each other unseen. Odoo
    runs in REPEATABLE READ: after waiting for a lock a transaction goes on with its
    old snapshot, so only a write-write conflict makes it start again on fresh data.
    Opening or closing a hold therefore *updates* the gate, and an order takes it
    ``FOR SHARE``: whoever comes second fails to serialize and Odoo retries it. The
    row is apart from the facts, which the nightly job rewrites.
    """

    _name = "export.crm.credit.gate"
    _description = "Credit Gate"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    version = fields.Integer(default=0, required=True)

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "There is one credit gate per customer and company.",
    )

    @api.model
    def _pass(self, keys, limited=()):
        """Take the gates of ``keys`` for orders that want through.

        :param keys: iterable of ``(commercial partner id, company id)``
        :param limited: those of them with a credit limit: orders that fill one
            limit at the same moment must conflict with each other, too, so their
            gates are written and not only shared
        :return: ``{key: (id of the blocking hold or None, marked as changed)}``
        :raise psycopg2.errors.SerializationFailure: a hold was opened or closed, or
            the limit drawn upon, since this transaction began; Odoo retries the
            request by itself
        """
        # Sorted, so that two transactions never wait for each other.
        keys, limited = sorted(set(keys)), set(limited)
        if not keys:
            return {}
        self._touch(limited)
        rows = self._look(keys, SQL("FOR SHARE OF gate"))
        missing = set(keys) - {(partner, company) for partner, company, *_rest in rows}
        if missing:
            self._touch(missing)
            rows = self._look(keys)
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    @api.model
    def _look(self, keys, lock=None):
        self.env["export.crm.credit.hold"].flush_model(
            ["partner_id", "company_id", "blocking"]
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT gate.partner_id, gate.company_id, hold.id,
                       EXISTS (SELECT FROM export_crm_dirty dirty
                                WHERE dirty.partner_id = gate.partner_id
                                  AND dirty.company_id = gate.company_id)
                  FROM export_crm_credit_gate gate
             LEFT JOIN export_crm_credit_hold hold
                    ON hold.partner_id = gate.partner_id
                   AND hold.company_id = gate.company_id
                   AND hold.blocking
                 WHERE (gate.partner_id, gate.company_id) IN %s
              ORDER BY gate.partner_id, gate.company_id
                   %s
                """,
                tuple(keys),
                lock or SQL(),
            )
        )

    @api.model
    def _touch(self, keys):
        """Write the gates of ``keys``: a conflict for every order under way there."""
        if not keys:
            return
        values = SQL(", ").join(SQL("(%s, %s, 0)", *key) for key in sorted(keys))
        self.env.execute_query(
            SQL(
                """
                INSERT INTO export_crm_credit_gate (partner_id, company_id, version)
                     VALUES %s
                ON CONFLICT (partner_id, company_id)
              DO UPDATE SET version = export_crm_credit_gate.version + 1
                  RETURNING id
                """,
                values,
            )
        )
