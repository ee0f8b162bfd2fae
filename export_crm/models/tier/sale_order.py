from odoo import api, fields, models
from odoo.tools import SQL, sql


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "export.crm.tier.badge.mixin"]

    export_tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier at Confirmation",
        compute="_compute_export_tier_id",
        store=True,
        copy=False,
        index="btree_not_null",
        help="The customer's tier when the order was confirmed; empty: unrated.",
    )

    def _auto_init(self):
        """Add the column without computing it for orders of the past.

        Their tier of that day is not known, and ten years of orders take long.
        """
        if not sql.column_exists(self.env.cr, self._table, "export_tier_id"):
            sql.create_column(self.env.cr, self._table, "export_tier_id", "int4")
        return super()._auto_init()

    @api.depends("state")
    def _compute_export_tier_id(self):
        """Keep the tier of the moment of confirmation, on whatever road it comes.

        A computed field and not ``action_confirm``: it goes into the same UPDATE as
        the state, for one query more.
        """
        self.filtered(
            lambda order: order.state in ("draft", "sent")
        ).export_tier_id = False
        # Whoever writes the state once more, or cancels, changes nothing.
        confirmed = self.filtered(
            lambda order: order.state == "sale" and not order.export_tier_id
        )
        if not confirmed:
            return
        keys = {order: order._export_tier_key() for order in confirmed}
        tier_ids = self._export_tier_ids(set(keys.values()))
        for order, key in keys.items():
            order.export_tier_id = tier_ids.get(key, False)

    @api.model
    def _export_tier_ids(self, keys):
        """Return ``{(customer id, company id): tier id}`` in one plain query."""
        self.env["export.crm.account"].flush_model(["tier_id"])
        partner_ids, company_ids = (list(ids) for ids in zip(*keys, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, company_id, tier_id FROM export_crm_account
                 WHERE (partner_id, company_id) IN
                       (SELECT * FROM unnest(%s::int[], %s::int[]))
                   AND tier_id IS NOT NULL
                """,
                partner_ids,
                company_ids,
            )
        )
        return {(partner, company): tier for partner, company, tier in rows}
