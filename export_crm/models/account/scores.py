from odoo import api, models
from odoo.tools import SQL


class ExportCrmAccount(models.Model):
    """How scores are read from facts and written: two statements for a batch."""

    _inherit = "export.crm.account"

    def _render_lines(self, rows, total):
        """Return the table of a score: ``(label, points 0-100, weight)`` and total."""
        return self.env["ir.qweb"]._render(
            "export_crm.score_lines", {"rows": rows, "total": total}
        )

    @api.model
    def _score_inputs(self, company, partner_ids, names):
        """Return one dict ``{id, *names}`` for each account of these customers."""
        return self.env.execute_query_dict(
            SQL(
                "SELECT id, %s FROM export_crm_account"
                " WHERE company_id = %s AND partner_id = ANY(%s)",
                SQL(", ").join(SQL.identifier(name) for name in names),
                company.id,
                list(partner_ids),
            )
        )

    @api.model
    def _write_scores(self, columns, rows):
        """Write scores in one statement, and only those that changed.

        :param dict columns: ``{column: SQL type}``; a trusted constant
        :param list rows: tuples ``(account id, *values in the order of columns)``
        """
        if not rows:
            return
        names = [SQL.identifier(name) for name in columns]
        # Arrays of jsonb can't be passed: text, cast where it is written.
        kinds = ["int", *("text" if k == "jsonb" else k for k in columns.values())]
        arrays = SQL(", ").join(
            SQL(f"%s::{kind}[]", list(values))
            for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)
        )
        new = [
            SQL(f"new.%s::{kind}", name)
            for name, kind in zip(names, columns.values(), strict=True)
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_account account
                   SET %(assign)s
                  FROM unnest(%(arrays)s) AS new(id, %(names)s)
                 WHERE account.id = new.id
                   AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                assign=SQL(", ").join(
                    SQL("%s = %s", name, value)
                    for name, value in zip(names, new, strict=True)
                ),
                arrays=arrays,
                names=SQL(", ").join(names),
                old=SQL(", ").join(SQL("account.%s", name) for name in names),
                new=SQL(", ").join(new),
            )
        )
        self.invalidate_model(list(columns))
