from odoo import api, fields, models
from odoo.tools import SQL


class ExportCrmClaimGate(models.Model):
    """A row per thing that is claimed about, written by whoever claims of it.

    Under REPEATABLE READ only two writes of one row make the second transaction
    begin anew and see what the first has claimed; waiting for a lock would let it
    go on with what it saw before.
    """

    _name = "export.crm.claim.gate"
    _rec_names_search = ["kind"]
    _description = "Claimed Thing"
    _log_access = False

    kind = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="kind", required=True)
    version = fields.Integer(default=0)

    _key_uniq = models.Constraint(
        "UNIQUE(kind, res_id)", "There is one row for each thing."
    )

    @api.model
    def _pass(self, keys):
        """Write the rows of ``keys`` ({(model, id)}), in the same order for all."""
        if not keys:
            return
        kinds, ids = zip(*sorted(keys), strict=True)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_claim_gate AS gate (kind, res_id, version)
                SELECT kind, res_id, 1
                  FROM unnest(%s::varchar[], %s::int[]) AS k(kind, res_id)
                 ORDER BY kind, res_id
                ON CONFLICT (kind, res_id) DO UPDATE SET version = gate.version + 1
                """,
                list(kinds),
                list(ids),
            )
        )
