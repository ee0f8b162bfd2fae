from odoo import api, fields, models

from ..core.named import opens

OPEN = "asked"


class ExportCrmCreditRequest(models.Model):
    """A question about one order: may it go on although something is in its way?

    What is in the way may be a hold on a customer, the credit limit, or the payment
    terms. The request stops nothing: the order is judged live, with or without it. It
    is made by whoever wants the order (``request_asking.py``), and ends by a decision,
    when it is taken back, or by itself once nothing is in the way any longer
    (``request_ending.py``).
    """

    _name = "export.crm.credit.request"
    _description = "Release Request"
    _inherit = ["export.crm.books.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "ended_on DESC NULLS FIRST, asked_on, id"
    _rec_name = "order_id"
    _check_company_auto = True
    # A salesperson may answer the Controller here without changing anything.
    _mail_post_access = "read"

    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        related="order_id.partner_id.commercial_partner_id",
        string="Customer",
        store=True,
        index=True,
    )
    payer_id = fields.Many2one(
        related="order_id.partner_invoice_id.commercial_partner_id",
        string="Payer",
        store=True,
        index=True,
    )
    salesperson_id = fields.Many2one(
        related="order_id.user_id", string="Salesperson", store=True
    )
    asker_id = fields.Many2one(
        "res.partner",
        string="Asked by",
        required=True,
        readonly=True,
        help="The colleague who wants the order to go on, or the customer who signed "
        "or paid it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Colleague who asked",
        readonly=True,
        help="Hears of the decision. Empty: the customer asked by signing or paying.",
    )
    asked_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    waiting_days = fields.Integer(
        string="Days waiting", compute="_compute_waiting_days"
    )
    note = fields.Text(
        string="What speaks for it", readonly=True, help="Said by whoever asked."
    )
    hold_ids = fields.Many2many(
        "export.crm.credit.hold",
        "export_crm_credit_request_hold_rel",
        string="Credit holds",
        readonly=True,
        help="The holds in the way of the order: its customer's, its payer's.",
    )
    over_limit = fields.Boolean(
        string="Above the limit",
        readonly=True,
        help="With this order the payer would owe more than its credit limit.",
    )
    other_terms = fields.Boolean(
        string="Terms not allowed",
        readonly=True,
        help="The order's payment terms are not among those allowed for its customer.",
    )
    question = fields.Char(
        string="In the way", compute="_compute_question", help="What is asked about."
    )
    reason = fields.Text(
        string="Why it is stopped",
        compute="_compute_reason",
        help="What is in the way of the order at this moment.",
    )
    order_opens = fields.Boolean(compute="_compute_order_opens")
    order_state = fields.Selection(related="order_id.state", string="Order's state")
    order_currency_id = fields.Many2one(
        related="order_id.currency_id", string="Order's currency"
    )
    order_amount = fields.Monetary(
        related="order_id.amount_total",
        string="Amount",
        currency_field="order_currency_id",
        help="Total of the order as it is now, tax included.",
    )
    amount = fields.Monetary(
        string="Amount when asked",
        readonly=True,
        help="Total of the order when the release was asked for, tax included, in "
        "company currency.",
    )
    state = fields.Selection(
        [
            ("asked", "Asked"),
            ("released", "Released"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("pointless", "Not needed any more"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    ended_on = fields.Datetime(string="Answered on", readonly=True)
    ended_by_id = fields.Many2one("res.users", string="Answered by", readonly=True)
    answer = fields.Text(readonly=True)

    _one_open = models.UniqueIndex(
        "(order_id) WHERE state = 'asked'",
        "The release of this order is requested already.",
    )

    @api.depends("order_id.company_id")
    def _compute_company_id(self):
        for request in self:
            request.company_id = request.order_id.company_id._export_root()

    @api.depends("order_id")
    def _compute_display_name(self):
        for request in self:
            # sudo: the order's number, for a Controller who sells nothing
            request.display_name = request.sudo().order_id.display_name

    @api.depends("asked_on", "ended_on")
    def _compute_waiting_days(self):
        for request in self:
            end = request.ended_on or fields.Datetime.now()
            begin = request._day(request.asked_on or end)
            request.waiting_days = (request._day(end) - begin).days

    def _day(self, moment):
        """Return the day of a moment (naive UTC) where the company is."""
        self.ensure_one()
        zone = (self.company_id or self.env.company)._export_timezone()
        return zone.fromutc(moment).date()

    @api.depends("hold_ids", "over_limit", "other_terms")
    def _compute_question(self):
        for request in self:
            parts = [
                (request.hold_ids, self.env._("Credit hold")),
                (request.over_limit, self.env._("Credit limit")),
                (request.other_terms, self.env._("Payment terms")),
            ]
            request.question = ", ".join(name for asked, name in parts if asked)

    @api.depends("state", "order_id")
    @api.depends_context("uid")
    def _compute_reason(self):
        for request in self:
            # sudo: what is in the way is told to whoever may read the request; the
            # amounts among it only to whom the ledger is open
            order = request.sudo().order_id
            waits = request.state == OPEN
            request.reason = order.export_credit_reason if waits else False

    @api.depends("order_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_order_opens(self):
        found = opens(self, "order_id")
        for request in self:
            request.order_opens = request in found

    def _open(self):
        """Return those that wait for a decision."""
        return self.filtered(lambda request: request.state == OPEN)

    def action_view_order(self):
        """Open the order that is asked about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    def action_view_hold(self):
        """Open the hold in the way of the order, or the list if there are two."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_credit_hold_action"
        )
        action["context"] = {}
        if len(self.hold_ids) == 1:
            return {**action, "res_id": self.hold_ids.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", self.hold_ids.ids)]}
