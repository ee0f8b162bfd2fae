from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.wording import number

# What a line can be about, in the order of how exactly it names the goods.
ANCHORS = ("sale_line_id", "move_id", "lot_id", "invoice_line_id")


class ExportCrmClaimLine(models.Model):
    """Goods that are claimed about: how many, and what money.

    Over all claims never more than there is, judged under a lock
    (``export.crm.claim.gate``), see claim_limits.py.
    """

    _name = "export.crm.claim.line"
    _inherit = "export.crm.plain.mixin"
    _description = "Claim Line"
    _order = "claim_id, sequence, id"
    _check_company_auto = True

    claim_id = fields.Many2one(
        "export.crm.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    commercial_partner_id = fields.Many2one(related="claim_id.commercial_partner_id")
    sequence = fields.Integer(default=10)
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('order_id.partner_id', 'child_of', commercial_partner_id),"
        " ('state', '=', 'sale'), ('display_type', '=', False),"
        " ('company_id', 'child_of', company_id)]",
    )
    order_id = fields.Many2one(related="sale_line_id.order_id", store=True)
    move_id = fields.Many2one(
        "stock.move",
        string="Delivery",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('state', '=', 'done'), ('location_dest_usage', '=', 'customer'),"
        " ('picking_id.partner_id', 'child_of', commercial_partner_id),"
        " ('company_id', 'child_of', company_id)]",
    )
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('product_id', '=', product_id)]",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('move_id.commercial_partner_id', '=', commercial_partner_id),"
        " ('move_id.move_type', '=', 'out_invoice'), ('parent_state', '=', 'posted'),"
        " ('display_type', '=', 'product'),"
        " ('company_id', 'child_of', company_id)]",
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        index="btree_not_null",
    )
    name = fields.Char(string="Defect", help="What is wrong with these goods.")
    quantity = fields.Float(
        digits="Product Unit", help="0: the line only says what the claim is about."
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True
    )
    amount = fields.Monetary(
        string="Amount claimed", help="Tax included, in the document's currency."
    )
    amount_company = fields.Monetary(
        string="Amount (company currency)",
        compute="_compute_amount_company",
        store=True,
        currency_field="company_currency_id",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    rejected = fields.Boolean(
        help="Not justified: it no longer counts against what can be claimed."
    )

    _positive_check = models.Constraint(
        "CHECK(quantity >= 0 AND amount >= 0)",
        "Quantity and amount claimed are not negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("sale_line_id", "move_id", "invoice_line_id")
    def _compute_product_id(self):
        for line in self:
            # Sudo: the product of a document that the agent may name.
            source = line.sudo()
            line.product_id = (
                source.sale_line_id.product_id
                or source.move_id.product_id
                or source.invoice_line_id.product_id
                or line.product_id
            )

    @api.depends("product_id", "sale_line_id", "move_id", "invoice_line_id")
    def _compute_uom_id(self):
        for line in self:
            source = line.sudo()  # as in _compute_product_id
            line.uom_id = (
                source.sale_line_id.product_uom_id
                or source.move_id.product_uom
                or source.invoice_line_id.product_uom_id
                or source.product_id.uom_id
            )

    @api.depends("sale_line_id", "invoice_line_id", "company_id")
    def _compute_currency_id(self):
        for line in self:
            source = line.sudo()  # as in _compute_product_id
            line.currency_id = (
                source.invoice_line_id.currency_id
                or source.sale_line_id.currency_id
                or source.company_id.currency_id
            )

    @api.depends("amount", "currency_id", "invoice_line_id", "sale_line_id")
    def _compute_amount_company(self):
        for line in self:
            source = line.sudo()  # as in _compute_product_id
            day = (
                source.invoice_line_id.invoice_date
                or source.sale_line_id.order_id.date_order
                or (line.company_id or line.env.company)._export_today()
            )
            currency = line.currency_id or line.company_currency_id
            line.amount_company = (
                currency._convert(
                    line.amount, line.company_currency_id, line.company_id, day
                )
                if currency and line.company_id
                else line.amount
            )

    @api.depends("product_id", "quantity", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            what = line.product_id.display_name or line.name or self.env._("Line")
            quantity = number(self.env, line.quantity)
            line.display_name = f"{quantity} × {what}" if line.quantity else what

    @api.onchange("move_id", "invoice_line_id")
    def _onchange_anchor(self):
        for line in self:
            line.sale_line_id = line._origin_sale_line() or line.sale_line_id

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._link_sale_line()
        lines.claim_id._escalate_by_rule()  # by amount, whoever adds it
        return lines

    def write(self, vals):
        freed = self.claim_id.filtered(lambda claim: claim.state == "cancelled")
        result = super().write(vals)
        if freed and "claim_id" in vals:
            self._check_claimable()  # from open to open they count as before
        if "amount" in vals:
            self.claim_id._escalate_by_rule()
        if not vals.keys().isdisjoint(("amount", "rejected", *ANCHORS)):
            self.claim_id._trim_disputes()
        if not vals.keys().isdisjoint(ANCHORS):
            self._link_sale_line()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_trim_disputes(self):
        for claim, lines in self.grouped("claim_id").items():
            claim._trim_disputes(without=lines)

    def _link_sale_line(self):
        """Name the order line behind a delivery or invoice: one thing, one limit."""
        for line in self:
            if not line.sale_line_id and (origin := line._origin_sale_line()):
                # Its unit stays: the order's may be another one.
                line.write({"sale_line_id": origin.id, "uom_id": line.uom_id.id})

    def _is_of(self, invoice):
        """Tell whether this is about goods of an invoice, or of none in particular."""
        source = self.sudo()  # the agent may not read every document
        if source.invoice_line_id:
            return source.invoice_line_id.move_id == invoice
        invoices = source.sale_line_id.invoice_lines.move_id
        return not invoices or invoice in invoices

    def _origin_sale_line(self):
        source = self.sudo()  # the agent may not read every document
        return source.move_id.sale_line_id or source.invoice_line_id.sale_line_ids[:1]

    # === CONSTRAINT METHODS === #

    @api.constrains("claim_id", *ANCHORS)
    def _check_owner(self):
        """Goods of another customer or company can't be claimed about."""
        for line in self:
            anchors = [line[name] for name in ANCHORS if line[name]]
            partner = line.claim_id.commercial_partner_id
            if anchors and not partner:
                raise ValidationError(
                    self.env._("Name the customer of the claim before its goods.")
                )
            if not all(partner in line._owners(anchor) for anchor in anchors):
                raise ValidationError(
                    self.env._("These goods are not of the customer of this claim.")
                )
            if any(
                anchor.company_id - line.company_id._export_tree() for anchor in anchors
            ):
                raise ValidationError(
                    self.env._("These goods were sold by another company.")
                )

    @api.constrains(*ANCHORS)
    def _check_same_goods(self):
        """What names one thing twice names it the same way: else the limits of both
        would hold for nothing."""
        for line in self.sudo():  # the agent may not read every document
            sold, lot = line.sale_line_id, line.lot_id
            origins = [line.move_id.sale_line_id, line.invoice_line_id.sale_line_ids]
            if any(sold and sold not in origin for origin in origins if origin) or (
                lot and line.product_id != lot.product_id
            ):
                raise ValidationError(
                    self.env._(
                        "Order line, delivery, lot and invoice line of one line have "
                        "to be about the same goods."
                    )
                )

    @api.model
    def _owners(self, anchor):
        """Return the commercial customers that may claim about a document line."""
        source = anchor.sudo()  # whose goods they are, whoever asks
        if source._name == "sale.order.line":
            order = source.order_id
            partners = (
                order.partner_id | order.partner_invoice_id | order.partner_shipping_id
            )
        elif source._name == "stock.move":
            partners = source.picking_id.partner_id | source.partner_id
            partners |= source.sale_line_id.order_id.partner_id
        elif source._name == "stock.lot":
            partners = self._lot_moves(source).picking_id.partner_id
        else:
            partners = source.move_id.partner_id
        return partners.commercial_partner_id
