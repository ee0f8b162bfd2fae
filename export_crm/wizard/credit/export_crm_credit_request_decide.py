from odoo import api, fields, models
from odoo.exceptions import UserError


class ExportCrmCreditRequestDecide(models.TransientModel):
    """One decision about one or several release requests, the narrowest first."""

    _name = "export.crm.credit.request.decide"
    _description = "Decide About Release Requests"

    request_ids = fields.Many2many(
        "export.crm.credit.request",
        string="Requests",
        default=lambda self: self._default_request_ids(),
    )
    hold_ids = fields.Many2many(
        "export.crm.credit.hold", string="Holds", compute="_compute_hold_ids"
    )
    explanation = fields.Text(compute="_compute_explanation")
    decision = fields.Selection(
        [
            ("order", "Let these orders pass"),
            ("refuse", "Refuse"),
            ("keep", "Refuse, and keep the customers on hold"),
            ("amount", "Let orders pass up to an amount"),
            ("date", "Let orders pass until a date"),
            ("unconditional", "Close the holds"),
            ("void", "Close the holds: opened by mistake"),
        ],
        required=True,
        default="order",
        help="Let these orders pass: nothing else of the customer does.\n"
        "The amount and the date are about all orders of the customers on hold.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    seen = fields.Json(
        compute="_compute_seen",
        store=True,
        readonly=False,
        help="What each order came to when the dialog was opened, in company currency.",
    )
    amount_limit = fields.Monetary(
        string="Up to",
        compute="_compute_amount_limit",
        store=True,
        readonly=False,
        help="Per customer, in company currency.",
    )
    date_until = fields.Date(string="Until")
    review_date = fields.Date(
        compute="_compute_review_date",
        store=True,
        readonly=False,
        help="The holds are looked at again on this day.",
    )
    reason = fields.Text(help="Whoever asked reads it; kept with the decision.")

    @api.model
    def _default_request_ids(self):
        requests = self.env["export.crm.credit.request"].browse(
            self.env.context.get("active_ids", [])
        )
        return requests._open()

    @api.depends("request_ids")
    def _compute_hold_ids(self):
        for wizard in self:
            wizard.hold_ids = wizard.request_ids.hold_ids.filtered("blocking")

    @api.depends("request_ids")
    def _compute_explanation(self):
        """Say what is in the way where it is one order; a list says it in a word."""
        for wizard in self:
            only = len(wizard.request_ids) == 1
            wizard.explanation = only and wizard.request_ids.reason

    @api.depends("request_ids")
    def _compute_amount_limit(self):
        """Propose what is asked for, of the customer who asks for most."""
        for wizard in self:
            totals = {}
            for request in wizard.request_ids:
                totals.setdefault(request.partner_id, 0.0)
                totals[request.partner_id] += request.amount
            wizard.amount_limit = max(totals.values(), default=0.0)

    @api.depends("request_ids")
    def _compute_seen(self):
        for wizard in self:
            wizard.seen = wizard._amounts()

    def _amounts(self):
        lines = self.env["export.crm.credit.release.line"]
        return {
            # sudo: the amount alone, as the request shows it
            str(request._origin.id): lines._amount_of(request.sudo().order_id)
            for request in self.request_ids
        }

    @api.depends("request_ids")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.request_ids[:1].currency_id

    @api.depends("request_ids")
    def _compute_review_date(self):
        for wizard in self:
            dates = [hold._proposed_review() for hold in wizard.hold_ids]
            wizard.review_date = min(dates, default=False)

    def action_decide(self):
        """Carry the decision out for all requests, all or none."""
        self.ensure_one()
        if not self.request_ids:
            raise UserError(self.env._("All of these requests are answered already."))
        self.request_ids._check_open()
        if self.decision == "order":
            self._release_orders()
        elif self.decision == "refuse":
            self.request_ids._refuse(self.reason)
        else:
            self._decide_holds()
        return {"type": "ir.actions.act_window_close"}

    def _release_orders(self):
        """Let each order pass what is in its way, and nothing besides."""
        for request in self.request_ids:
            holds = request.hold_ids.filtered("blocking")
            order = {
                "order_id": request.order_id.id,
                "order_amount": (self.seen or {}).get(str(request.id), 0.0),
            }
            # Without a hold it is about the limit or the terms of this order.
            for hold_id in holds.ids or [False]:
                if request.state == "asked":
                    self._release("order", hold_id, **order)

    def _decide_holds(self):
        """Decide about the customers, which needs holds to decide about."""
        loose = self.request_ids.filtered(lambda r: not r.hold_ids)
        if loose and self.decision != "keep":
            raise UserError(
                self.env._(
                    "No hold is in the way of %s, but the credit limit or the payment "
                    "terms: let these orders pass, or refuse.",
                    ", ".join(loose.mapped("display_name")),
                )
            )
        if self.decision == "keep":
            self.hold_ids.write({"review_date": self.review_date})
            self.hold_ids._keep(self.reason)
            if loose:
                loose._refuse(self.reason)
            return
        for hold_id in self.hold_ids.ids:
            self._release(
                self.decision,
                hold_id,
                amount_limit=self.amount_limit,
                date_until=self.date_until,
            )

    def _release(self, scope, hold_id, **values):
        self.env["export.crm.credit.release"].create(
            {
                "hold_id": hold_id,
                "scope": scope,
                "reason": self.reason or "",
                **values,
            }
        )
