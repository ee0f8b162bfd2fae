from odoo import api, fields, models

from ...tools.core.readers import ACCOUNT_READERS

#: When an order came into a state.
MOMENTS = {"sent": "export_sent_at", "sale": "export_confirmed_at"}


class SaleOrder(models.Model):
    """Moments in the life of an order that response times count from."""

    _inherit = "sale.order"

    export_sent_at = fields.Datetime(
        string="Quotation sent",
        readonly=True,
        copy=False,
        index="btree_not_null",
        prefetch="export_crm",
    )
    export_confirmed_at = fields.Datetime(
        string="Confirmed at",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    export_followup_ids = fields.One2many(
        "export.crm.followup", "order_id", groups=ACCOUNT_READERS
    )
    export_followup_count = fields.Integer(
        string="Follow-ups",
        compute="_compute_export_followup_count",
        groups=ACCOUNT_READERS,
    )

    @api.depends("export_followup_ids")
    def _compute_export_followup_count(self):
        ledger = self.env["export.crm.followup"]
        if not ledger.has_access("read"):
            self.export_followup_count = 0
            return
        groups = ledger._read_group(
            [("order_id", "in", self.ids)], ["order_id"], ["__count"]
        )
        counts = dict(groups)
        for order in self:
            order.export_followup_count = counts.get(order, 0)

    def action_export_followups(self):
        """Open the follow-ups of these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_followup_action"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        action["context"] = {}
        return action

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        for state, born in orders.grouped("state").items():
            born._export_note_moment(state)
        orders._export_plan_at_once()
        return orders

    def write(self, vals):
        """Note when a quotation was sent or an order confirmed, and plan at once."""
        if vals.get("state") in MOMENTS:
            self.check_access("write")
            self._export_note_moment(vals["state"])
        if "user_id" in vals:
            ledger = self.env["export.crm.followup"]
            with ledger._following_people([("order_id", "in", self.ids)]):
                result = super().write(vals)
        else:
            result = super().write(vals)
        if "state" in vals:
            self._export_plan_at_once()
        return result

    def _export_note_moment(self, state):
        """Note that orders come into a state; the state's own UPDATE carries it along.

        Also a second time: what was cancelled and is sent again is a new quotation.
        """
        name = MOMENTS.get(state)
        if not name:
            return
        coming = self.filtered(lambda o: o.state != state or not o[name])
        # Protected, as if it were computed: the moment is the system's, and what else
        # there is to writing an order happens once, when its state is written.
        with self.env.protecting([self._fields[name]], coming):
            coming[name] = fields.Datetime.now()

    def _export_plan_at_once(self):
        """Have the customers judged; also when cancelled: what was planned ends."""
        for company, orders in self.grouped("company_id").items():
            touched = orders.filtered(
                lambda o: o.export_confirmed_at or o.export_sent_at
            )
            self.env["export.crm.dirty"]._mark(touched.partner_id, company)
