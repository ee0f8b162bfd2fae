from odoo import fields, models
from odoo.tools import SQL


class ExportCrmDismissMixin(models.AbstractModel):
    """Work about a customer that people take up or dismiss with a reason."""

    _name = "export.crm.dismiss.mixin"
    _description = "Work That Is Dismissed With a Reason"
    _inherit = ["export.crm.account.work.mixin", "mail.thread"]

    _dismissed_as = None  # the wizard's field of such records

    reason = fields.Char(readonly=True, tracking=True)

    def action_open_dismiss(self):
        """Ask for the reason of a dismissal."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss"),
            "res_model": "export.crm.warning.dismiss",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{self._dismissed_as}": self.ids},
        }

    def _read_group_select(self, aggregate_spec, query):
        """Add up what is at stake once for each customer, not once for each row.

        Of several values of one customer, of several days, the largest counts.
        """
        checked = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec != "value_at_stake:sum":
            return checked
        return SQL(
            """(SELECT SUM(once.value::numeric)
                  FROM jsonb_each_text(jsonb_object_agg(%(account)s, %(value)s
                                                        ORDER BY %(value)s NULLS FIRST))
                    AS once)""",
            account=self._field_to_sql(self._table, "account_id", query),
            value=self._field_to_sql(self._table, "value_at_stake", query),
        )
