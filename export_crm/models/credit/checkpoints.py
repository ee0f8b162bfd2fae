from odoo import api, fields, models
from odoo.exceptions import UserError


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    shipment_count = fields.Integer(compute="_compute_shipment_count")

    def _compute_shipment_count(self):
        pickings = self.env["stock.picking"]
        readable = pickings.has_access("read")
        for hold in self:
            # One that is being written down has no day yet from which to count.
            counted = readable and hold.opened_on
            hold.shipment_count = (
                pickings.search_count(hold._shipment_domain()) if counted else 0
            )

    def _shipment_domain(self):
        """Return the domain of the goods on the water: delivered, documents kept."""
        self.ensure_one()
        return [
            ("company_id", "in", self.company_id._export_tree().ids),
            ("picking_type_code", "=", "outgoing"),
            ("state", "=", "done"),
            ("partner_id", "child_of", self.partner_id.ids),
            ("export_documents_released_on", "=", False),
            ("date_done", ">=", fields.Date.add(self.opened_on, days=-90)),
        ]

    def action_view_shipments(self):
        """Open the shipments whose documents wait for a decision."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        action.update(domain=self._shipment_domain(), context={})
        return action

    @api.model
    def _check_free(self, orders, partners, company, what):
        """Raise if an order or a customer may not go on while on hold.

        :param sale.order orders: judged with their releases
        :param res.partner partners: customers of what comes from no order
        :param str what: what is refused, named in the message
        """
        # sudo: a hold counts, whoever delivers or invoices
        holds, orders = self.sudo(), orders.sudo()
        keys = {key for order in orders for key in order._export_credit_keys()}
        company = company._export_root()
        loose = {(p.commercial_partner_id.id, company.id) for p in partners}
        found = holds._blocking_ids(keys | loose) if keys | loose else {}
        stopping = holds.browse(found[key] for key in loose if key in found)
        hold_by_key = {key: holds.browse(hold_id) for key, hold_id in found.items()}
        for order in orders:
            for blocker in order._export_blocked_by_hold(hold_by_key):
                release = blocker.hold._passed_by(order)[:1]
                if release:
                    # What left by it is used up: the next order is judged with it.
                    release._use(order)
                elif not order._export_covered(blocker):
                    stopping |= blocker.hold
        if stopping:
            texts = [hold._explanation() for hold in stopping]
            raise UserError(
                self.env._("Stopped: %s.", what) + "\n" + "\n\n".join(texts)
            )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Checkpoint on delivery, on every road that ends a move."""
        for company in self.company_id.filtered("export_credit_check_delivery"):
            going = self.filtered(
                lambda move, company=company: move.company_id == company
                and move.location_dest_id.usage == "customer"
                and move.state not in ("done", "cancel")
            )
            ordered = going.filtered("sale_line_id")
            loose = going - ordered
            self.env["export.crm.credit.hold"]._check_free(
                ordered.sale_line_id.order_id,
                loose.picking_id.partner_id | loose.partner_id,
                company,
                ", ".join(going.picking_id.mapped("name")) or self.env._("delivery"),
            )
        return super()._action_done(cancel_backorder=cancel_backorder)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """Checkpoint on invoices that come from no order."""
        for company in self.company_id.filtered("export_credit_check_invoice"):
            direct = self.filtered(
                lambda move, company=company: move.company_id == company
                and move.move_type in ("out_invoice", "out_receipt")
                and not move.invoice_line_ids.sale_line_ids
            )
            if direct:
                self.env["export.crm.credit.hold"]._check_free(
                    self.env["sale.order"],
                    direct.partner_id,
                    company,
                    self.env._("the invoice"),
                )
        return super()._post(soft=soft)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    export_documents_released_on = fields.Datetime(
        string="Documents released",
        readonly=True,
        copy=False,
        tracking=True,
        help="When the originals or the telex release of the bill of lading went out.",
        prefetch="export_crm",
    )
    export_documents_released_by = fields.Many2one(
        "res.users",
        string="Documents released by",
        readonly=True,
        copy=False,
        prefetch="export_crm",
    )

    def action_export_release_documents(self):
        """Note that the shipping documents go out; checked where switched on.

        :raise UserError: the balance is open or the customer on hold
        """
        for picking in self:
            if picking.company_id.export_credit_check_documents:
                picking._export_check_documents()
        self.check_access("write")
        # sudo: who let them out, and when, is the system's to note
        self.sudo().write(
            {
                "export_documents_released_on": fields.Datetime.now(),
                "export_documents_released_by": self.env.uid,
            }
        )

    def _export_check_documents(self):
        self.ensure_one()
        order = self.sale_id
        self.env["export.crm.credit.hold"]._check_free(
            order,
            self.env["res.partner"] if order else self.partner_id,
            self.company_id,
            self.env._("shipping documents of %s", self.name),
        )
        # sudo: whether the balance is paid is all that logistics is told
        invoices = order.sudo().invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        open_ones = invoices.filtered(
            lambda move: move.payment_state not in ("paid", "in_payment", "reversed")
        )
        if order and (open_ones or not invoices):
            names = ", ".join(open_ones.mapped("name")) or self.env._("not invoiced")
            raise UserError(
                self.env._(
                    "The documents of %(picking)s stay here until the balance of "
                    "%(order)s is received (%(invoices)s).",
                    picking=self.name,
                    order=order.name,
                    invoices=names,
                )
            )
