from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from .export_crm_credit_rule import ORDER_KINDS


class ExportCrmCreditRelease(models.Model):
    """A Credit Controller's decision to let orders pass.

    Orders of a customer on hold, or one order that is above a limit or has terms that
    aren't allowed: such a release belongs to no hold. Creating the record is the
    release; it is never changed afterwards. What passed by it stands in its lines.
    Expired and exhausted releases stop by themselves.
    """

    _name = "export.crm.credit.release"
    _description = "Credit Release"
    _order = "id desc"
    _rec_name = "reason"
    _check_company_auto = True

    hold_id = fields.Many2one(
        "export.crm.credit.hold",
        index=True,
        ondelete="restrict",
        help="Empty: the order waited for its limit or its terms, not for a hold.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_customer",
        store=True,
        index=True,
        precompute=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_customer",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    scope = fields.Selection(
        [
            ("unconditional", "Close the hold"),
            ("void", "Close the hold: opened by mistake"),
            ("order", "This order only"),
            ("amount", "Orders up to an amount"),
            ("date", "Orders until a date"),
        ],
        required=True,
        default="unconditional",
        help="Close the hold: the customer orders as usual again.\n"
        "The others let matching orders pass while the hold goes on blocking the "
        "rest. An order that is raised, re-termed or given to another payer after "
        "the release is judged again.",
    )
    order_id = fields.Many2one("sale.order", index=True)
    order_amount = fields.Monetary(
        string="Order's amount",
        compute="_compute_order_amount",
        store=True,
        precompute=True,
        readonly=False,
        help="Total of the order as it was decided about, tax included, in company "
        "currency.",
    )
    amount_limit = fields.Monetary(
        string="Up to",
        help="Total of the orders that pass, tax included, in company currency.",
    )
    amount_used = fields.Monetary(
        string="Used",
        compute="_compute_amount_used",
        help="Confirmed orders that passed by this release.",
    )
    date_until = fields.Date(
        string="Until", help="Last day, in the company's time zone."
    )
    reason = fields.Text(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Decided by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    line_ids = fields.One2many(
        "export.crm.credit.release.line", "release_id", string="Orders"
    )
    version = fields.Integer(default=0, required=True, readonly=True, copy=False)
    state = fields.Selection(
        [("active", "Active"), ("used", "Used up"), ("expired", "Expired")],
        compute="_compute_state",
    )

    _order_scope = models.Constraint(
        "CHECK((scope = 'order') = (order_id IS NOT NULL))",
        "A release for one order names that order; any other release names none.",
    )
    _hold_scope = models.Constraint(
        "CHECK(hold_id IS NOT NULL OR scope = 'order')",
        "Without a hold a release is about one order.",
    )
    _amount_scope = models.Constraint(
        "CHECK(scope != 'amount' OR amount_limit > 0)",
        "A release up to an amount needs an amount above zero.",
    )
    _date_scope = models.Constraint(
        "CHECK((scope = 'date') = (date_until IS NOT NULL))",
        "A release until a date needs that date; any other release has none.",
    )

    @api.depends("hold_id.partner_id", "hold_id.company_id", "order_id")
    def _compute_customer(self):
        for release in self:
            order = release._named_order()
            hold = release.hold_id
            root = order.company_id._export_root()
            release.company_id = hold.company_id or root
            customer = order.partner_id.commercial_partner_id
            release.partner_id = hold.partner_id or customer

    @api.depends("order_id")
    def _compute_order_amount(self):
        lines = self.env["export.crm.credit.release.line"]
        for release in self:
            order = release._named_order()
            release.order_amount = order and lines._amount_of(order) or 0.0

    @api.depends("line_ids.amount", "line_ids.order_id.state")
    def _compute_amount_used(self):
        for release in self:
            confirmed = release.line_ids.filtered(
                # sudo: the figure is about the release, not about who may see orders
                lambda line: line.sudo().order_id.state == "sale"
            )
            release.amount_used = sum(confirmed.mapped("amount"))

    @api.depends("scope", "amount_limit", "amount_used", "date_until")
    def _compute_state(self):
        for release in self:
            release.state = "active"
            if release.scope == "date" and not release._in_time():
                release.state = "expired"
            elif release.scope == "amount":
                if release.amount_used >= release.amount_limit:
                    release.state = "used"
            elif release.scope == "order" and release.amount_used:
                release.state = "used"
            elif release.scope in ("unconditional", "void"):
                release.state = "used"

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            for name in ("user_id", "version", "line_ids"):
                vals.pop(name, None)  # who decides is who writes
            scope = vals.get("scope", "unconditional")
            for name, owner in (
                ("order_id", "order"),
                ("amount_limit", "amount"),
                ("date_until", "date"),
            ):
                if scope != owner:
                    vals[name] = False
        releases = super().create(vals_list)
        releases._check_may_decide()
        for release in releases:
            release._apply()
        return releases

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._(
                    "A release is a decision on record: make another one instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A release is a decision on record."))

    def _check_may_decide(self):
        """Only Credit Controllers decide, and never about their own business."""
        user = self.env.user
        if not user.has_group("export_crm.export_crm_group_credit_controller"):
            raise UserError(
                self.env._("Only a Credit Controller can release a credit hold.")
            )
        for release in self:
            release.hold_id._check_blocking()
            if not release.reason.strip():
                raise UserError(self.env._("Say why it is released."))
            if user == release.partner_id.user_id or release._frees_orders_of(user):
                raise UserError(
                    self.env._(
                        "You are the salesperson of %(customer)s: another Credit "
                        "Controller has to decide.",
                        customer=release.partner_id.name,
                    )
                )
            if release.scope == "date" and not release._in_time():
                raise UserError(
                    self.env._("The release would have expired already: choose a day.")
                )
            release._check_order_waits()

    def _frees_orders_of(self, user):
        """Tell whether a quotation of ``user`` would pass; what a release up to an
        amount or a date lets pass is judged order by order, see :meth:`_covers`."""
        self.ensure_one()
        if self.scope == "order":
            return self._named_order().user_id == user
        if self.scope in ("amount", "date"):
            return False
        # sudo: an order counts, whoever may see it
        orders = self.env["sale.order"].sudo()
        domain = [*self.hold_id._order_domain(), ("user_id", "=", user.id)]
        return bool(orders.search_count(domain, limit=1))

    def _check_order_waits(self):
        """The named order must be one that this hold keeps waiting: a quotation, or
        a confirmed order whose goods or documents are stopped. Without a hold, a
        quotation that something is in the way of."""
        if self.scope != "order":
            return
        self._check_order_as_seen()
        if not self.hold_id:
            self._check_order_stopped()
        elif not self._named_order().filtered_domain(
            self.hold_id._order_domain("draft", "sent", "sale")
        ):
            raise UserError(
                self.env._(
                    "%(order)s does not wait for %(hold)s: choose an order of "
                    "this customer.",
                    order=self._named_order().name,
                    hold=self.hold_id.display_name,
                )
            )

    def _check_order_as_seen(self):
        """What is decided about is what stood in the dialog: an order that was raised
        meanwhile is another question."""
        order = self._named_order()
        now = self.env["export.crm.credit.release.line"]._amount_of(order)
        if self.currency_id.compare_amounts(now, self.order_amount) > 0:
            raise UserError(
                self.env._(
                    "%(order)s was raised while you decided: it comes to %(amount)s "
                    "now. Open the dialog again.",
                    order=order.name,
                    amount=format_amount(self.env, now, self.currency_id),
                )
            )

    def _check_order_stopped(self):
        order = self._named_order()
        blockers, _used = order._export_pending()._export_credit_verdicts(lock=False)
        kinds = {b.kind for found in blockers.values() for b in found}
        if not kinds.intersection(ORDER_KINDS):
            raise UserError(
                self.env._(
                    "%s waits for no limit and no terms: there is nothing to decide.",
                    order.name,
                )
            )

    # === EFFECT === #

    def _apply(self):
        """Tell everybody, close the hold if so decided, confirm what was waiting."""
        self.ensure_one()
        hold = self.hold_id
        requests = self._requests()
        if self.scope == "order":
            # sudo: nobody has rights on lines, they are written by decisions
            lines = self.env["export.crm.credit.release.line"].sudo()
            lines._note(self, self._named_order())
        if hold:
            self._apply_to_hold()
        else:
            self.env["export.crm.audit"]._note(
                "released",
                self._sentence(),
                self.reason,
                partner=self.partner_id,
                company=self.company_id,
                order=self._named_order(),
            )
            requests._tell_asking(self._message())
        if hold:
            hold._confirm_waiting()
        elif self._named_order().export_credit_waiting:
            self._named_order()._export_confirm_accepted()
        requests._rejudge(self)

    def _message(self):
        return Markup("<p>%s</p><p>%s</p>") % (self._sentence(), self.reason)

    def _requests(self):
        """Return the open requests that this release may answer."""
        # sudo: whoever decides need not be allowed to read orders
        requests = self.hold_id.sudo().request_ids._open()
        return requests | self._named_order().export_credit_request_id

    def _named_order(self):
        """Return the named order, as superuser: a Credit Controller of the root company
        need not be allowed to sell, nor to enter the branch that does."""
        return self.sudo().order_id

    def _apply_to_hold(self):
        """Tell everybody; close the hold if so decided, else lock its gate."""
        hold = self.hold_id
        hold._tell({hold.id: self._message()}, order=self._named_order())
        # sudo: nobody has rights on lines, they are written by decisions
        lines = self.env["export.crm.credit.release.line"].sudo()
        if self.scope in ("unconditional", "void"):
            # sudo: a Controller need not be allowed to read orders
            for order in hold.sudo().asked_ids.order_id:
                lines._note(self, order)
        if self.scope == "unconditional":
            hold._close("released", self.env._("Released."))
        elif self.scope == "void":
            hold._close("void", self.env._("Opened by mistake."))
        else:
            # sudo: nobody has rights on gates, they exist for locking alone
            self.env["export.crm.credit.gate"].sudo()._touch(
                {(hold.partner_id.id, hold.company_id.id)}
            )
            hold._mark_customers()
        hold._audit("released", self._sentence(), self.reason, self._named_order())

    def _sentence(self):
        """Return who decided what, for the chatter."""
        person = self.user_id.name
        if self.scope == "unconditional":
            return self.env._("Credit hold released by %s.", person)
        if self.scope == "void":
            return self.env._("Credit hold voided by %s: opened by mistake.", person)
        if not self.hold_id:
            return self.env._(
                "%(person)s let %(order)s pass.",
                person=person,
                order=self._named_order().name,
            )
        if self.scope == "order":
            return self.env._(
                "%(person)s let %(order)s pass; the hold goes on.",
                person=person,
                order=self._named_order().name,
            )
        if self.scope == "amount":
            return self.env._(
                "%(person)s let orders up to %(amount)s pass; the hold goes on.",
                person=person,
                amount=format_amount(self.env, self.amount_limit, self.currency_id),
            )
        return self.env._(
            "%(person)s let orders pass until %(date)s; the hold goes on.",
            person=person,
            date=format_date(self.env, self.date_until),
        )

    def _in_time(self):
        return bool(
            self.date_until and self.date_until >= self.company_id._export_today()
        )

    def _covers(self, order, drawn=0.0):
        """Tell whether this release lets ``order`` pass as it stands now.

        What was raised, re-termed or given to another payer after the release is
        not covered by it, nor what its author sells.

        :param float drawn: what other orders judged in the same call draw on it
        """
        self.ensure_one()
        if self.scope in ("order", "unconditional", "void"):
            line = self._line_of(order)
            return bool(line) and line._matches(order)
        if order.user_id == self.user_id:
            return False
        if self.scope == "date":
            return self._in_time()
        total = self.amount_used + drawn + self._draws(order)
        return self.currency_id.compare_amounts(total, self.amount_limit) <= 0

    def _line_of(self, order):
        return self.line_ids.filtered(lambda line: line.order_id == order._origin)

    def _draws(self, order):
        """Return what ``order`` would add to the used amount, in company currency."""
        line = self._line_of(order)
        noted = line.amount if line and order.state == "sale" else 0.0
        return line._amount_of(order) - noted

    def _use(self, order):
        """Note that ``order`` was confirmed by this release.

        :raise psycopg2.errors.SerializationFailure: another order drew on the same
            amount since this transaction began; Odoo retries the request by itself
        """
        self.ensure_one()
        if self.scope == "amount":
            self._draw()
        if self.scope in ("amount", "date"):
            # sudo: nobody has rights on lines, they are written by decisions
            self.env["export.crm.credit.release.line"].sudo()._note(self, order)

    def _draw(self):
        """Write this release: a conflict for every order that draws on its amount.

        Orders only share their customer's gate, and each would find the amount
        unused by the other.
        """
        self.env.execute_query(
            SQL(
                """
                UPDATE export_crm_credit_release SET version = version + 1
                 WHERE id = %s RETURNING id
                """,
                self.id,
            )
        )


class ExportCrmCreditReleaseLine(models.Model):
    """An order that passes by a release, as it stood at that moment."""

    _name = "export.crm.credit.release.line"
    _description = "Released Order"
    _rec_name = "order_id"

    release_id = fields.Many2one(
        "export.crm.credit.release", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="release_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade"
    )
    amount = fields.Monetary(help="Tax included, in company currency.")
    order_currency_id = fields.Many2one("res.currency", ondelete="restrict")
    order_amount = fields.Monetary(
        currency_field="order_currency_id", help="Tax included, as on the order."
    )
    payment_term_id = fields.Many2one("account.payment.term", ondelete="set null")
    payer_id = fields.Many2one("res.partner", ondelete="set null")

    _release_order_uniq = models.Constraint(
        "UNIQUE(release_id, order_id)", "An order passes once by a release."
    )

    @api.depends("order_id")
    def _compute_display_name(self):
        for line in self:
            # sudo: the order's number, whoever sells to the customer besides
            line.display_name = line.sudo().order_id.display_name

    @api.model
    def _amount_of(self, order):
        """Return the order's total in company currency at the order's own rate."""
        amount = order.amount_total / (order.currency_rate or 1.0)
        return order.company_id.currency_id.round(amount)

    @api.model
    def _note(self, release, order):
        values = {
            "amount": self._amount_of(order),
            "order_currency_id": order.currency_id.id,
            "order_amount": order.amount_total,
            "payment_term_id": order.payment_term_id.id,
            "payer_id": order.partner_invoice_id.commercial_partner_id.id,
        }
        line = release.sudo().line_ids.filtered(lambda line: line.order_id == order)
        # sudo: nobody has rights on lines, they are written by decisions
        if line:
            line.write(values)
        else:
            self.create({"release_id": release.id, "order_id": order.id, **values})

    def _matches(self, order):
        """Tell whether the order is still what was let pass, or less of it.

        In the order's own currency: that its rate moves raises no order.
        """
        self.ensure_one()
        currency = order.company_id.currency_id
        amounts = self._amount_of(order), self.amount
        if order.currency_id == self.order_currency_id:
            currency = order.currency_id
            amounts = order.amount_total, self.order_amount
        return (
            currency.compare_amounts(*amounts) <= 0
            and order.payment_term_id == self.payment_term_id
            and order.partner_invoice_id.commercial_partner_id == self.payer_id
        )
