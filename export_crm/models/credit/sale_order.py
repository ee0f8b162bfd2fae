from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...tools.core.readers import LEDGER_READERS
from ..core.named import linked, opens
from .cover import COVERED_KINDS
from .refusal import of_change

# What makes a confirmed order be judged anew.
JUDGED_ANEW = frozenset(
    ("state", "partner_id", "partner_invoice_id", "payment_term_id")
)
# What a request is about; a change may make it pointless.
ASKED_ABOUT = frozenset(
    ("state", "partner_id", "partner_invoice_id", "company_id", "currency_id")
    + ("payment_term_id", "pricelist_id", "order_line")
)


class SaleOrder(models.Model):
    """Holds and deposits on a quotation, and how to ask for a release."""

    _inherit = "sale.order"

    export_credit_hold_id = fields.Many2one(
        "export.crm.credit.hold",
        string="Credit hold",
        compute="_compute_export_credit_hold_id",
        search="_search_export_credit_hold_id",
        groups="base.group_user",
        help="The hold that keeps this quotation from being confirmed.",
    )
    export_credit_hold_opens = fields.Boolean(
        compute="_compute_export_credit_hold_opens", groups="base.group_user"
    )
    export_credit_reason = fields.Text(
        string="Why on hold",
        compute="_compute_export_credit_reason",
        groups="base.group_user",
        help="What stands in the way; the customer, who reads this order, too, is told "
        "no more than that it is under review.",
    )
    # Fetched with the order: each confirmation asks for it.
    export_credit_request_id = fields.Many2one(
        "export.crm.credit.request",
        string="Release request",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_credit_controller",
        help="The request that waits for a Credit Controller's decision.",
    )
    export_credit_request_ids = fields.One2many(
        "export.crm.credit.request",
        "order_id",
        string="Release requests",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_credit_controller",
    )
    export_credit_requested = fields.Boolean(
        string="Release requested",
        compute="_compute_export_credit_requested",
        groups="base.group_user",
    )
    export_credit_request_text = fields.Char(
        string="Who asked for the release",
        compute="_compute_export_credit_requested",
        groups="base.group_user",
    )
    export_deposit_ids = fields.One2many(
        "account.payment", "export_order_id", string="Deposits", groups=LEDGER_READERS
    )

    @api.depends("state", "partner_id", "partner_invoice_id", "company_id")
    def _compute_export_credit_hold_id(self):
        # sudo: that an order is held is for its salesperson, whether or not the held
        # customer (the payer, say) is one of theirs
        holds = self.env["export.crm.credit.hold"].sudo()
        pending = self._export_pending().sudo()
        keys = {key for order in pending for key in order._export_credit_keys()}
        found = holds._blocking_ids(keys) if keys else {}
        for order in self:
            hold = holds
            if found and order in pending:
                order_keys = sorted(order.sudo()._export_credit_keys() & set(found))
                hold = holds.browse([found[key] for key in order_keys])
                hold = hold.filtered(lambda h, order=order: not h._passed_by(order))[:1]
            order.export_credit_hold_id = hold.id

    @api.depends("export_credit_hold_id")
    @api.depends_context("uid")
    def _compute_export_credit_hold_opens(self):
        found = opens(self, "export_credit_hold_id")
        for order in self:
            order.export_credit_hold_opens = order in found

    @api.depends(
        "state",
        "partner_id",
        "partner_invoice_id",
        "company_id",
        "payment_term_id",
        "amount_total",
        "export_credit_request_id",
    )
    @api.depends_context("uid")
    def _compute_export_credit_reason(self):
        blockers, _used = self._export_pending()._export_credit_verdicts(lock=False)
        amounts = self.env["export.crm.credit.hold"]._reader_sees_amounts()
        for order in self:
            found = blockers.get(order, [])
            # sudo: see _compute_export_credit_requested
            asked = bool(order.sudo().export_credit_request_id)
            texts = self._export_said_once(found, asked, amounts)
            if found and not asked:
                texts = [*order._export_refused_before(), *texts]
            hint = order._export_waiting_hint(bool(found))
            order.export_credit_reason = "\n\n".join([*texts, *hint]) or False

    @api.depends("export_credit_request_id")
    @api.depends_context("uid")
    def _compute_export_credit_requested(self):
        for order in self:
            # sudo: that somebody asked is told to whoever may see the order
            request = order.sudo().export_credit_request_id
            order.export_credit_requested = bool(request)
            order.export_credit_request_text = False
            if request:
                order.export_credit_request_text = self.env._(
                    "Release requested by %(asker)s on %(date)s",
                    asker=request.asker_id.name,
                    date=format_date(self.env, request._day(request.asked_on)),
                )

    def _export_refused_before(self):
        """Return, as a list of one sentence, what the last request was answered."""
        self.ensure_one()
        # sudo: the answer is for whoever may see the order
        refused = self.env["export.crm.credit.request"].sudo()
        refused = refused.search(
            [("order_id", "=", self._origin.id), ("state", "=", "refused")],
            order="ended_on DESC",
            limit=1,
        )
        return [
            self.env._(
                "Refused by %(person)s on %(date)s: %(answer)s",
                person=request.ended_by_id.name,
                date=format_date(self.env, request._day(request.ended_on)),
                answer=request.answer,
            )
            for request in refused
        ]

    def _export_waiting_hint(self, held):
        """Return what the deposit means for an order, as a list of sentences."""
        self.ensure_one()
        if held:
            return self._export_deposit_hint()
        if self.state in ("draft", "sent") and self.export_credit_waiting:
            return [
                self.env._(
                    "The customer has accepted and nothing keeps this order waiting "
                    "any more: confirm it."
                )
            ]
        return []

    def _export_pending(self):
        """Return the quotations among these orders that have a customer.

        Those on a form that isn't saved yet, too: who chooses a customer on hold, or
        one line too many, reads it at once.
        """
        return self.filtered(
            lambda order: order.partner_id and order.state in ("draft", "sent")
        )

    @api.model
    def _search_export_credit_hold_id(self, operator, value):
        # Odoo asks for the groups of fields it searches itself, not of such ones.
        self._check_field_access(self._fields["export_credit_hold_id"], "read")
        if operator == "any":
            return linked(self, "export_credit_hold_id", value)
        if operator != "in":
            return NotImplemented
        held = Domain("id", "in", self._export_held_sql(set(value) - {False, True}))
        passing = self._export_released()
        if passing:
            held &= Domain("id", "not in", passing)
        if False in value:
            return held if True in value else ~held
        return held

    @api.model
    def _export_released(self):
        """Return the ids of the quotations that a release lets pass as they are now,
        of all that wait for a hold with releases: the few that have to be looked at
        one by one."""
        # sudo: see _compute_export_credit_hold_id
        holds = self.env["export.crm.credit.hold"].sudo()
        holds = holds.search([("blocking", "=", True), ("release_ids", "!=", False)])
        waiting = Domain.OR(Domain(hold._order_domain()) for hold in holds)
        orders = self.sudo().search(waiting)
        return orders.filtered(lambda order: not order.export_credit_hold_id).ids

    @api.model
    def _export_held_sql(self, hold_ids=()):
        """Return the ids of the quotations of held customers, as SQL.

        :param hold_ids: only for these holds; empty: for any
        """
        Order, Partner = self.env["sale.order"], self.env["res.partner"]
        Order.flush_model(["partner_id", "partner_invoice_id", "company_id", "state"])
        Partner.flush_model(["commercial_partner_id"])
        self.env["export.crm.credit.hold"].flush_model()
        only = SQL("AND hold.id IN %s", tuple(hold_ids)) if hold_ids else SQL()
        return SQL(
            """(
            SELECT orders.id
              FROM export_crm_credit_hold hold
              JOIN res_partner partner
                ON partner.commercial_partner_id = hold.partner_id
              JOIN sale_order orders
                ON partner.id IN (orders.partner_id, orders.partner_invoice_id)
               AND orders.state IN ('draft', 'sent')
              JOIN res_company place
                ON place.id = orders.company_id
               AND split_part(place.parent_path, '/', 1)::int = hold.company_id
             WHERE hold.blocking %s
            )""",
            only,
        )

    # === DEPOSIT (see cover.py) === #

    def _export_deposit(self):
        """Return ``(posted, required)`` of the deposit, in company currency."""
        self.ensure_one()
        # sudo: whether a deposit has arrived doesn't depend on who may see payments
        order = self.sudo()
        saved = order._origin
        online = saved.transaction_ids.filtered(
            lambda transaction: transaction.sale_order_ids == saved
        )
        payments = (saved.export_deposit_ids | online.payment_id).filtered(
            lambda payment: payment.state in ("in_process", "paid")
            and payment.payment_type == "inbound"
        )
        amount = self.env["export.crm.credit.release.line"]._amount_of(order)
        percent = order.company_id.export_credit_cover_percent
        required = order.company_id.currency_id.round(amount * percent / 100)
        return payments._export_deposit(saved), required

    def _export_covered(self, blocker):
        """Tell whether the deposit of this order lets it pass ``blocker``."""
        self.ensure_one()
        if not self.company_id.export_credit_cover_percent:
            return False
        # sudo: whether a hold lets prepaid orders pass is no secret of it
        hold = blocker.hold.sudo()
        by_hand = hold.kind == "manual" and hold.cover_passes
        if blocker.kind not in COVERED_KINDS and not by_hand:
            return False
        posted, required = self._export_deposit()
        return (
            required > 0
            and self.company_id.currency_id.compare_amounts(posted, required) >= 0
        )

    def _export_deposit_hint(self):
        """Return the sentences about a deposit that isn't enough."""
        posted, required = self._export_deposit()
        currency = self.company_id.currency_id
        if not required or currency.compare_amounts(posted, 0.0) <= 0:
            return []
        text = self.env._(
            "Deposit received: %(posted)s of the %(required)s that would let it pass.",
            posted=format_amount(self.env, posted, currency),
            required=format_amount(self.env, required, currency),
        )
        return [text]

    # === ACTIONS === #

    def action_export_request_release(self, note=False):
        """Ask the Credit Controller to let these quotations pass.

        A limit and terms are asked about for this order alone; a customer whose fresh
        debts stopped it is put on hold, so that there is a record to decide about.

        :param str note: what speaks for it, kept with the request
        :raise UserError: nothing is in the way of one of them, or it is confirmed
        """
        self.check_access("write")
        confirmed = self - self._export_pending()
        if confirmed:
            raise UserError(
                self.env._(
                    "No quotation any more: %s. For a change that was refused ask for "
                    "a higher limit, or for a release up to an amount, and change the "
                    "order then.",
                    ", ".join(confirmed.mapped("name")),
                )
            )
        blockers, _used = self._export_credit_verdicts(lock=False)
        free = self - self.browse().concat(*blockers)
        if free:
            raise UserError(
                self.env._(
                    "Nothing keeps %(orders)s waiting: confirm at once.",
                    orders=", ".join(free.mapped("name")),
                )
            )
        # sudo: a salesperson asks, the decision stays with the Controller
        requests = self.env["export.crm.credit.request"].sudo()
        for order, found in blockers.items():
            requests._ask(order.sudo(), found, note)
        return True

    def action_export_withdraw_request(self):
        """Take the request for a release back."""
        # sudo: who may is asked there, of whoever works here
        self.sudo().export_credit_request_id.action_withdraw()

    def action_export_decide_request(self):
        """Open the dialog in which a Credit Controller decides about this order."""
        self.ensure_one()
        return self.export_credit_request_id.action_open_decide()

    def write(self, vals):
        """End requests that a new state answers; look anew at changed quotations.

        What is written again as it was, as imports that synchronise do, is no change
        of a confirmed order: it is not judged anew.
        """
        if ASKED_ABOUT.isdisjoint(vals):
            return super().write(vals)
        confirmed = self.filtered(lambda order: order.state == "sale")
        if confirmed and self._export_repeats(vals):
            vals = {key: vals[key] for key in vals if key not in JUDGED_ANEW}
        with of_change(confirmed):
            result = super().write(vals)
        self._export_look_anew()
        return result

    def _export_repeats(self, vals):
        """Tell whether all that would be judged anew is written as it is already.

        All of it: the terms written beside another customer are meant, even if they
        are the same.
        """
        names = JUDGED_ANEW & vals.keys()
        if not names or self.filtered(lambda order: order.state != "sale"):
            return False
        fields_ = self._fields
        return all(
            fields_[name].convert_to_write(order[name], order) == vals[name]
            for name in names
            for order in self
        )

    def _export_look_anew(self):
        """Have the open requests of these orders judged again within a minute; end
        at once those of orders that were confirmed or cancelled."""
        # sudo: whoever changes an order need not see its request
        asked = self.sudo().filtered("export_credit_request_id")
        ended = asked.filtered(lambda order: order.state in ("sale", "cancel"))
        ended.export_credit_request_id._rejudge()
        for company, orders in asked.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(orders.partner_id, company)

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
