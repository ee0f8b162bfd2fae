from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class GateView(NamedTuple):
    """What an order sees at one gate.

    ``gate`` and ``hold`` are ids or None; ``dirty`` says that documents of the
    customer changed and the payment-delay check has not looked at them yet.
    """

    gate: int | None
    hold: int | None
    dirty: bool


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
    _inherit = "export.crm.books.mixin"
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
            limit at the same moment must conflict with each other, too, so the
            gates are written and not only shared
        :return: ``{key: GateView}``
        :raise psycopg2.errors.SerializationFailure: a hold was opened or closed, or
            the limit drawn upon, since this transaction began; Odoo retries the
            request by itself
        """
        keys = sorted(set(keys))
        # All at once and sorted: two customers who pay for each other would wait for
        # each other if only the payer's gate were written first.
        rows = self._look(keys, "write" if limited else "share")
        # Opening a hold makes the gate, so where none was there is no hold, either.
        self._touch(key for key, row in rows.items() if not row.gate)
        return rows

    @api.model
    def _look(self, keys, take=None):
        """Return ``{(partner id, company id): GateView}``, in one statement.

        :param list keys: sorted, so that two transactions never wait for each other
        :param take: ``share`` locks the gates against holds until the transaction
            ends, ``write`` also against other writers; None only looks
        """
        if not keys:
            return {}
        self.env["export.crm.credit.hold"].flush_model(
            ["partner_id", "company_id", "blocking"]
        )
        if take == "write":
            gate = self._write_sql(keys)
        else:
            gate = SQL(
                """
                SELECT id, partner_id, company_id FROM export_crm_credit_gate
                 WHERE (partner_id, company_id) IN %s
              ORDER BY partner_id, company_id
                   %s
                """,
                tuple(keys),
                SQL("FOR SHARE") if take else SQL(),
            )
        rows = self.env.execute_query(
            SQL(
                """
                WITH gate AS %(materialized)s (%(gate)s)
                SELECT key.partner_id, key.company_id, gate.id, hold.id,
                       EXISTS (SELECT FROM export_crm_dirty dirty
                                WHERE dirty.partner_id = key.partner_id
                                  AND dirty.company_id = key.company_id)
                  FROM (VALUES %(values)s) key (partner_id, company_id)
             LEFT JOIN gate USING (partner_id, company_id)
             LEFT JOIN export_crm_credit_hold hold
                    ON hold.partner_id = key.partner_id
                   AND hold.company_id = key.company_id
                   AND hold.blocking
                """,
                materialized=SQL() if take == "write" else SQL("MATERIALIZED"),
                gate=gate,
                values=SQL(", ").join(SQL("(%s, %s)", *key) for key in keys),
            )
        )
        return {(row[0], row[1]): GateView(*row[2:]) for row in rows}

    @api.model
    def _touch(self, keys):
        """Write the gates of ``keys``: a conflict for every order under way there."""
        keys = sorted(keys)
        if keys:
            self.env.execute_query(self._write_sql(keys))

    @api.model
    def _write_sql(self, keys):
        return SQL(
            """
            INSERT INTO export_crm_credit_gate (partner_id, company_id, version)
                 VALUES %s
            ON CONFLICT (partner_id, company_id)
          DO UPDATE SET version = export_crm_credit_gate.version + 1
              RETURNING id, partner_id, company_id
            """,
            SQL(", ").join(SQL("(%s, %s, 0)", *key) for key in keys),
        )
