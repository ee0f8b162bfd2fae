from odoo import api, fields, models
from odoo.tools import sql

from ...tools.core.readers import ACCOUNT_READERS


class SaleOrder(models.Model):
    """Moments in the life of an order that response times count from."""

    _inherit = "sale.order"

    export_sent_at = fields.Datetime(
        string="Quotation sent",
        compute="_compute_export_sent_at",
        store=True,
        copy=False,
        index="btree_not_null",
        prefetch="export_crm",
    )
    export_confirmed_at = fields.Datetime(
        string="Confirmed at",
        compute="_compute_export_confirmed_at",
        store=True,
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

    def _auto_init(self):
        """Add the columns without computing them for orders of the past: nobody knows
        their moments."""
        for name in ("export_sent_at", "export_confirmed_at"):
            if not sql.column_exists(self.env.cr, self._table, name):
                sql.create_column(self.env.cr, self._table, name, "timestamp")
        return super()._auto_init()

    @api.depends("state")
    def _compute_export_sent_at(self):
        """Note the moment along with the new state, in the same UPDATE.

        Also a second time: a cancelled quotation that is a draft again is a new one.
        """
        self.filtered(lambda order: order.state == "draft").export_sent_at = False
        sent = self.filtered(lambda order: order.state == "sent")
        sent.filtered(
            lambda o: not o.export_sent_at
        ).export_sent_at = fields.Datetime.now()

    @api.depends("state")
    def _compute_export_confirmed_at(self):
        """As ``_compute_export_sent_at``."""
        self.filtered(lambda order: order.state == "draft").export_confirmed_at = False
        sold = self.filtered(lambda order: order.state == "sale")
        sold.filtered(
            lambda o: not o.export_confirmed_at
        ).export_confirmed_at = fields.Datetime.now()

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
        orders._export_plan_at_once()
        return orders

    def write(self, vals):
        """Have contacts planned at once when a quotation is sent or confirmed."""
        if "user_id" in vals:
            ledger = self.env["export.crm.followup"]
            with ledger._following_people([("order_id", "in", self.ids)]):
                result = super().write(vals)
        else:
            result = super().write(vals)
        if "state" in vals:
            self._export_plan_at_once()
        return result

    def _export_plan_at_once(self):
        """Have the customers judged; also when cancelled: what was planned ends."""
        for company, orders in self.grouped("company_id").items():
            touched = orders.filtered(
                lambda o: o.export_confirmed_at or o.export_sent_at
            )
            self.env["export.crm.dirty"]._mark(touched.partner_id, company)
