from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class SaleOrder(models.Model):
    _inherit = "sale.order"

    export_credit_hold_id = fields.Many2one(
        "export.crm.credit.hold",
        string="Credit hold",
        compute="_compute_export_credit_hold_id",
        search="_search_export_credit_hold_id",
        help="The hold that keeps this quotation from being confirmed.",
    )
    export_credit_reason = fields.Text(
        string="Why on hold", compute="_compute_export_credit_hold_id"
    )

    @api.depends("state", "partner_id", "partner_invoice_id", "company_id")
    def _compute_export_credit_hold_id(self):
        pending = self.filtered(lambda order: order.state in ("draft", "sent"))
        blockers = pending._export_credit_blockers(lock=False)
        for order in self:
            # sudo: the reasons are for the salesperson of the order, whether or not
            # the held customer (the payer, say) is one of theirs
            hold = blockers.get(order, self.env["export.crm.credit.hold"])[:1].sudo()
            order.export_credit_hold_id = hold.id
            order.export_credit_reason = hold._explanation() if hold else False

    @api.model
    def _search_export_credit_hold_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        held = Domain("id", "in", self._export_held_sql(set(value) - {False, True}))
        if False in value:
            return held if True in value else ~held
        return held

    @api.model
    def _export_held_sql(self, hold_ids=()):
        """Return the ids of the quotations waiting for a hold, as SQL.

        :param hold_ids: only for these holds; empty: for any
        """
        Order, Partner = self.env["sale.order"], self.env["res.partner"]
        Order.flush_model(["partner_id", "partner_invoice_id", "company_id", "state"])
        Partner.flush_model(["commercial_partner_id"])
        for name in ("hold", "release"):
            self.env[f"export.crm.credit.{name}"].flush_model()
        only = SQL("AND hold.id IN %s", tuple(hold_ids)) if hold_ids else SQL()
        return SQL(
            """(
            SELECT orders.id
              FROM export_crm_credit_hold hold
              JOIN res_partner partner
                ON partner.commercial_partner_id = hold.partner_id
              JOIN sale_order orders
                ON partner.id IN (orders.partner_id, orders.partner_invoice_id)
               AND orders.company_id = hold.company_id
               AND orders.state IN ('draft', 'sent')
         LEFT JOIN export_crm_credit_release release
                ON release.hold_id = hold.id AND release.order_id = orders.id
             WHERE hold.blocking AND release.id IS NULL %s
            )""",
            only,
        )

    # === THE GUARD === #

    def _export_credit_keys(self):
        """Return the ``(commercial partner id, company id)`` judged for this order:
        who orders and who pays."""
        self.ensure_one()
        partners = self.partner_id | self.partner_invoice_id
        return {
            (partner.commercial_partner_id.id, self.company_id.id)
            for partner in partners
        }

    def _export_credit_blockers(self, lock=True):
        """Return the holds that forbid to confirm each order, released ones left out.

        :param bool lock: take the gates, so that no hold can be opened unseen before
            this transaction ends; False for showing only
        :return: ``{order: holds}``, orders without any left out
        """
        # sudo: a hold counts, whatever the person who confirms may see
        orders = self.sudo().filtered("partner_id")
        keys_by_order = {order: order._export_credit_keys() for order in orders}
        keys = set().union(*keys_by_order.values())
        Hold = self.env["export.crm.credit.hold"].sudo()
        if lock:
            found = self.env["export.crm.credit.gate"].sudo()._pass(keys)
        else:
            found = Hold._blocking_ids(keys)
        blockers = {}
        for order, order_keys in keys_by_order.items():
            holds = Hold.browse(found[key] for key in order_keys if found.get(key))
            holds = holds.filtered(
                lambda hold, order=order: not any(
                    release._covers(order) for release in hold.release_ids
                )
            )
            if holds:
                blockers[order.with_env(self.env)] = holds.sorted("id")
        return blockers

    @api.constrains(
        "state", "company_id", "partner_id", "partner_invoice_id", "payment_term_id"
    )
    def _check_export_credit(self):
        """Refuse every road into a confirmed order while its customer is on hold.

        A constraint and not ``action_confirm``, because orders are also confirmed
        by ``write``, ``create``, imports, the portal and wizards.
        """
        confirmed = self.filtered(lambda order: order.state == "sale")
        if not confirmed:
            return
        # The hold's side must find the new state when it waits for this transaction.
        confirmed.flush_recordset(["state"])
        blockers = confirmed._export_credit_blockers()
        if blockers:
            raise ValidationError(self._export_credit_refusal(blockers))

    @api.model
    def _export_credit_refusal(self, blockers):
        """Return the sentence a salesperson can act on, for all refused orders."""
        orders_by_hold = {}
        for order, holds in blockers.items():
            for hold in holds:
                orders_by_hold.setdefault(hold, []).append(order.name)
        return "\n\n".join(
            self.env._(
                "Not confirmed: %(orders)s.\n%(explanation)s",
                orders=", ".join(names),
                explanation=hold._explanation(),
            )
            for hold, names in orders_by_hold.items()
        )

    # === ACTIONS === #

    def action_export_view_credit_hold(self):
        """Open the hold that stands in the way of this quotation."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "export.crm.credit.hold",
            "res_id": self.export_credit_hold_id.id,
            "view_mode": "form",
            "context": {"export_order_id": self.id},
        }
