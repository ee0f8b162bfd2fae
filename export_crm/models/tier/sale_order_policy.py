from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """What the policy of the customer's tier offers on a quotation.

    Proposals only: the salesperson accepts them, or not.
    """

    _inherit = "sale.order"

    export_terms_days = fields.Integer(
        string="More Days to Pay", compute="_compute_export_policy"
    )
    export_terms_text = fields.Char(compute="_compute_export_policy")
    export_trial = fields.Boolean(
        string="Trial Order of a New Product",
        compute="_compute_export_policy",
        help="Has a product that is marked as new and that the customer has not "
        "bought before.",
    )
    export_freight_free = fields.Boolean(compute="_compute_export_policy")
    export_terms_before_id = fields.Many2one(
        "account.payment.term",
        string="Terms before the Proposal",
        copy=False,
        readonly=True,
        help="The terms before the longer ones of the tier's policy were accepted.",
    )

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
            order.export_terms_days = days
            order.export_terms_text = days and self.env._(
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
        return policies._of_tier(self.company_id, self.export_customer_tier_id)

    def _export_is_follow_up(self):
        """Tell whether the customer has bought before."""
        # sudo: whether there was an order is no secret to whoever quotes
        accounts = self.env["export.crm.account"].sudo()
        return bool(
            accounts.search_count(
                [
                    ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("order_count", ">", 0),
                ],
                limit=1,
            )
        )

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
                    ("company_id", "=", self.company_id.id),
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
            order.write(
                {
                    "payment_term_id": before._export_longer(days).id,
                    "export_terms_before_id": before.id,
                }
            )
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


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def _export_longer(self, days):
        """Return the terms that are like these with ``days`` more, made if missing.

        The latest instalment gets the days; deposits stay where they are.
        """
        self.ensure_one()
        wanted = self._export_shape(days)
        # sudo: proposed terms are the policy's, and a salesperson may not make terms
        terms = self.sudo()
        company = self.company_id
        for candidate in terms.search([("company_id", "in", (False, company.id))]):
            if candidate._export_shape() == wanted:
                return candidate.with_env(self.env)
        lines, _discount = wanted
        keys = ("nb_days", "delay_type", "value", "value_amount", "days_next_month")
        return terms.create(
            {
                "name": self.env._(
                    "%(terms)s + %(days)s days", terms=self.name, days=days
                ),
                "company_id": company.id,
                "early_discount": self.early_discount,
                "discount_percentage": self.discount_percentage,
                "discount_days": self.discount_days,
                "line_ids": [
                    fields.Command.create(dict(zip(keys, line, strict=True)))
                    for line in lines
                ],
            }
        ).with_env(self.env)

    def _export_shape(self, more=0):
        """Return what makes terms the same: their instalments and discount."""
        lines = sorted(
            (
                line.nb_days,
                line.delay_type,
                line.value,
                line.value_amount,
                line.days_next_month,
            )
            for line in self.line_ids
        )
        if lines and more:
            last = lines.pop()
            lines.append((last[0] + more, *last[1:]))
        discount = self.early_discount and (
            self.discount_percentage,
            self.discount_days,
        )
        return lines, discount


class ProductTemplate(models.Model):
    _inherit = "product.template"

    export_new_until = fields.Date(
        string="New product until",
        help="Until this day a customer's first order of it is a trial order.",
    )
