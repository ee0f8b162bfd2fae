from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, sql

from .badge import badge_color, badge_tier, tier_key


class SaleOrder(models.Model):
    """The customer's tier on an order, and what its policy offers on a quotation.

    Proposals only: the salesperson accepts them, or not.
    """

    _inherit = "sale.order"

    export_customer_tier_id = badge_tier()
    export_customer_tier_color = badge_color()
    export_tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier at Confirmation",
        compute="_compute_export_tier_id",
        store=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The customer's tier when the order was confirmed; empty: unrated.",
    )
    export_terms_days = fields.Integer(
        string="More Days to Pay",
        compute="_compute_export_policy",
        groups="base.group_user",
    )
    export_terms_text = fields.Char(
        compute="_compute_export_policy", groups="base.group_user"
    )
    export_trial = fields.Boolean(
        string="Trial Order of a New Product",
        compute="_compute_export_policy",
        groups="base.group_user",
        help="Has a product that is marked as new and that the customer has not "
        "bought before.",
    )
    export_freight_free = fields.Boolean(
        compute="_compute_export_policy", groups="base.group_user"
    )
    export_terms_before_id = fields.Many2one(
        "account.payment.term",
        string="Terms before the Proposal",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="The terms before the longer ones of the tier's policy were accepted.",
        prefetch="export_crm",
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
        keys = {order: tier_key(order) for order in confirmed}
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

    # === POLICY === #

    @api.depends(
        "state",
        "partner_id",
        "company_id",
        "export_kind",
        "payment_term_id",
        "export_terms_before_id",
        "order_line.product_id",
        "order_line.price_unit",
    )
    def _compute_export_policy(self):
        for order in self:
            policy = order._export_policy()
            follow_up = bool(policy) and order._export_is_follow_up()
            days = policy.terms_extra_days if follow_up else 0
            if order.export_terms_before_id or not order.payment_term_id:
                days = 0
            if days and order._export_pays_late():
                days = 0
            order.export_terms_days = days
            order.export_terms_text = bool(days) and self.env._(
                "Tier %(tier)s: %(days)s more days to pay on a follow-up order, "
                "instead of %(terms)s.",
                tier=order.export_customer_tier_id.code,
                days=days,
                terms=order.payment_term_id.name,
            )
            order.export_trial = bool(policy) and order._export_is_trial()
            order.export_freight_free = (
                order.export_trial
                and policy.freight_free_trial
                and bool(order._export_freight_lines())
            )

    def _export_policy(self):
        """Return the policy for this quotation, or none: samples, orders, nobody."""
        self.ensure_one()
        policies = self.env["export.crm.tier.policy"]
        if (
            self.state not in ("draft", "sent")
            or self.export_kind != "order"
            or not self.partner_id
        ):
            return policies
        company = self.company_id._export_root()
        return policies._of_tier(company, self.export_customer_tier_id)

    def _export_is_follow_up(self):
        """Tell whether the customer has bought before."""
        # sudo: whether there was an order is no secret to whoever quotes
        accounts = self.env["export.crm.account"].sudo()
        return bool(
            accounts.search_count(
                [
                    ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id._export_root().id),
                    ("order_count", ">", 0),
                ],
                limit=1,
            )
        )

    def _export_pays_late(self):
        """Tell whether longer terms would reward the customer for paying late."""
        customers = self.partner_id.commercial_partner_id
        # sudo: no more is told than that nothing is proposed
        accounts = self.env["export.crm.account"].sudo()
        return bool(accounts._held_or_late(self.company_id, customers.ids))

    def _export_is_trial(self):
        day = self.company_id._export_today()
        new = self.order_line.product_id.filtered(
            lambda product: product.export_new_until and product.export_new_until >= day
        )
        if not new:
            return False
        # sudo: colleagues' orders of the customer count, too
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [
                    ("product_id", "in", new.ids),
                    ("state", "=", "sale"),
                    ("order_id.export_kind", "=", "order"),
                    ("company_id", "in", self.company_id._export_tree().ids),
                    (
                        "order_partner_id",
                        "child_of",
                        self.partner_id.commercial_partner_id.id,
                    ),
                ],
                ["product_id"],
            )
        )
        bought = self.env["product.product"].union(*(group[0] for group in groups))
        return bool(new - bought)

    def _export_freight_lines(self):
        return self.order_line.filtered(
            lambda line: line._is_delivery() and line.price_unit
        )

    # === ACTIONS === #

    def action_export_accept_terms(self):
        """Give these quotations the terms that the tier's policy proposes.

        :raise UserError: nothing is proposed
        """
        self.check_access("write")
        for order in self:
            days = order.export_terms_days
            if not days:
                raise UserError(self.env._("Nothing is proposed for %s.", order.name))
            before = order.payment_term_id
            order.payment_term_id = before._export_longer(days)
            # sudo: what the terms were before is the system's to remember
            order.sudo().export_terms_before_id = before
            order._message_log(
                body=self.env._(
                    "Terms by tier %(tier)s: %(new)s instead of %(old)s.",
                    tier=order.export_customer_tier_id.code,
                    new=order.payment_term_id.name,
                    old=before.name,
                )
            )

    def action_export_free_freight(self):
        """Set the freight lines of these trial orders to 0.

        :raise UserError: freight is not free here
        """
        self.check_access("write")
        for order in self:
            if not order.export_freight_free:
                raise UserError(self.env._("Freight is not free on %s.", order.name))
            order._export_freight_lines().write({"price_unit": 0.0})
            order._message_log(
                body=self.env._(
                    "Freight free: trial order of a new product, tier %s.",
                    order.export_customer_tier_id.code,
                )
            )
