from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...tools.core.readers import FIGURES
from ..core.system_fields import is_system
from .export_crm_credit_rule import ORDER_KINDS

BLOCKING_STATES = ("open", "evaluating", "kept")
# What no hold is opened with, whoever opens it.
BORN_WITHOUT = frozenset(
    ("name", "state", "blocking", "closed_on", "close_reason", "request_ids")
)
# What changes only through a decision, never by writing the field.
DECIDED = frozenset(
    (
        "name",
        "partner_id",
        "company_id",
        "rule_id",
        "state",
        "blocking",
        "opened_on",
        "closed_on",
        "close_reason",
        "note",
        "evidence_ids",
        "release_ids",
        "request_ids",
        "requested_on",
        "exposure",
        "tier_id",
        # Stored for lists; who decides and what covers depends on them.
        "kind",
        "salesperson_id",
        "country_id",
        "worst_days_late",
    )
)


class ExportCrmCreditHold(models.Model):
    """A commercial customer whose new orders wait for a Credit Controller.

    At most one blocks per customer and company; whatever else is found against the
    customer meanwhile becomes evidence of the same hold. Holds are opened by the
    payment-delay check or by hand, and end only by a release record.
    """

    _name = "export.crm.credit.hold"
    _description = "Credit Hold"
    _inherit = ["export.crm.books.mixin", "mail.thread", "mail.activity.mixin"]
    # Where somebody waits for an answer first, who waits longest on top.
    _order = "blocking desc, requested_on, opened_on desc, id desc"
    _check_company_auto = True
    # A salesperson may answer the Controller on the hold without changing it.
    _mail_post_access = "read"

    name = fields.Char(
        string="Reference",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._default_name(),
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('parent_id', '=', False)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    salesperson_id = fields.Many2one(
        related="partner_id.user_id", string="Salesperson", store=True
    )
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    rule_id = fields.Many2one(
        "export.crm.credit.rule", required=True, ondelete="restrict"
    )
    kind = fields.Selection(related="rule_id.kind", store=True, string="Reason")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("evaluating", "Evaluating"),
            ("kept", "Kept"),
            ("closed", "Closed"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand="_group_expand_state",
    )
    blocking = fields.Boolean(
        compute="_compute_blocking",
        store=True,
        help="New orders of the customer are not confirmed.",
    )
    opened_on = fields.Date(
        string="On hold since",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.company._export_today(),
    )
    closed_on = fields.Date(readonly=True, copy=False)
    close_reason = fields.Selection(
        [
            ("released", "Released"),
            ("settled", "Settled"),
            ("void", "Opened by mistake"),
            ("merged", "Merged into another hold"),
        ],
        string="Closed because",
        readonly=True,
        copy=False,
        tracking=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    exposure = fields.Monetary(
        string="Exposure then",
        readonly=True,
        copy=False,
        groups="export_crm.export_crm_group_credit_controller,"
        "account.group_account_invoice,account.group_account_readonly",
        help="Open receivables less unapplied payments plus confirmed not invoiced, "
        "when the hold was opened.",
    )
    tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier then",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The customer's tier when the hold was opened.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Credit Controller",
        tracking=True,
        domain=lambda self: self._domain_user_id(),
        help="Decides about this hold.",
    )
    review_date = fields.Date(
        tracking=True, help="A kept hold is looked at again on this day."
    )
    note = fields.Text(
        string="Explanation",
        help="Why the hold was opened by hand; salespeople read it.",
    )
    evidence_ids = fields.One2many("export.crm.credit.evidence", "hold_id")
    evidence_count = fields.Integer(compute="_compute_evidence_count")
    worst_days_late = fields.Integer(
        compute="_compute_worst_days_late",
        store=True,
        string="Worst delay (days)",
        aggregator="max",
    )
    release_ids = fields.One2many("export.crm.credit.release", "hold_id")
    request_ids = fields.Many2many(
        "export.crm.credit.request",
        "export_crm_credit_request_hold_rel",
        string="Release requests",
        readonly=True,
        copy=False,
    )
    requested_on = fields.Datetime(
        string="Somebody waits since",
        compute="_compute_requested_on",
        store=True,
        help="When the release that waits longest was asked for.",
    )
    asked_ids = fields.Many2many(
        "export.crm.credit.request",
        string="Release requested for",
        compute="_compute_asked_ids",
        help="Orders that a salesperson or the customer wants to go on with; they "
        "pass when the hold is released.",
    )
    asked_by = fields.Char(compute="_compute_asked_ids")
    order_ids = fields.Many2many(
        "sale.order", string="Waiting orders", compute="_compute_order_ids"
    )
    order_count = fields.Integer(compute="_compute_order_ids")

    _one_blocking = models.UniqueIndex(
        "(partner_id, company_id) WHERE blocking",
        "This customer is on credit hold already: add to the hold that blocks.",
    )

    # === DEFAULTS AND COMPUTES === #

    @api.model
    def _default_name(self):
        return self.env._("New")

    @api.model
    def _domain_user_id(self):
        group = self.env.ref("export_crm.export_crm_group_credit_controller")
        return [("all_group_ids", "in", group.ids), ("share", "=", False)]

    @api.model
    def _group_expand_state(self, states, _domain):
        """Show the steps of a hold in their order, also those without any."""
        return [*BLOCKING_STATES, *(["closed"] if "closed" in states else [])]

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = f"{hold.name} · {hold.partner_id.name or ''}"

    @api.depends("state")
    def _compute_blocking(self):
        for hold in self:
            hold.blocking = hold.state in BLOCKING_STATES

    @api.depends("evidence_ids")
    def _compute_evidence_count(self):
        for hold in self:
            hold.evidence_count = len(hold.evidence_ids)

    @api.depends("evidence_ids.days_late")
    def _compute_worst_days_late(self):
        for hold in self:
            hold.worst_days_late = max(hold.evidence_ids.mapped("days_late"), default=0)

    @api.depends("request_ids.state", "request_ids.asked_on")
    def _compute_requested_on(self):
        for hold in self:
            asked = hold.request_ids._open().mapped("asked_on")
            hold.requested_on = min(asked, default=False)

    @api.depends("request_ids.state")
    def _compute_asked_ids(self):
        for hold in self:
            hold.asked_ids = hold.request_ids._open()
            # sudo: the names of who asked, as the requests show them
            names = hold.asked_ids.sudo().asker_id.mapped("name")
            hold.asked_by = ", ".join(names) or False

    @api.depends("partner_id", "company_id", "state", "release_ids.line_ids")
    def _compute_order_ids(self):
        orders = self.env["sale.order"]
        for hold in self:
            if hold.blocking and orders.has_access("read"):
                hold.order_ids = hold._waiting_orders()
            else:
                hold.order_ids = orders
            hold.order_count = len(hold.order_ids)

    def _waiting_orders(self):
        """Return the quotations that this hold keeps waiting, of those one may see."""
        self.ensure_one()
        hold = self.sudo()  # sudo: what was let pass doesn't wait, whoever looks
        orders = self.env["sale.order"].search(self._order_domain())
        return orders.filtered(lambda order: not hold._passed_by(order.sudo()))

    def _order_domain(self, *states):
        """Return the domain of the customers' orders in ``states``, those let pass,
        too; quotations if none is given."""
        customers = ("commercial_partner_id", "in", self.partner_id.ids)
        return [
            ("company_id", "in", self.company_id._export_tree().ids),
            ("state", "in", states or ("draft", "sent")),
            "|",
            ("partner_id", "any", [customers]),
            ("partner_invoice_id", "any", [customers]),
        ]

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id"))
            vals["company_id"] = (company or self.env.company)._export_root().id
            partner = self.env["res.partner"].browse(vals.get("partner_id"))
            vals["partner_id"] = partner.commercial_partner_id.id
            for name in BORN_WITHOUT if self.env.su else self._fields:
                if name in BORN_WITHOUT or is_system(self, self._fields[name]):
                    vals.pop(name, None)
            if not vals.get("rule_id"):
                vals["rule_id"] = self._manual_rule().id
        self._check_not_held_yet(vals_list)
        holds = super().create(vals_list)
        holds._check_holds_customer()
        holds._check_manual_has_note()
        holds._after_open()
        return holds

    def _prepare_create_values(self, vals_list):
        """Give new holds their number and the day of their own company.

        Odoo has asked by now whether these values may be given.
        """
        dated = ["opened_on" in vals for vals in vals_list]
        vals_list = super()._prepare_create_values(vals_list)
        for vals, has_day in zip(vals_list, dated, strict=True):
            company = self.env["res.company"].browse(vals["company_id"] or ())
            # sudo: who works in a branch may not enter the root, whose holds these are
            sequence = self.env["ir.sequence"].sudo().with_company(company)
            vals["name"] = sequence.next_by_code(self._name)
            if company and not has_day:
                vals["opened_on"] = company._export_today()
        return vals_list

    @api.model
    def _check_not_held_yet(self, vals_list):
        """Name the hold that blocks already; the index behind it settles races."""
        keys = [(vals["partner_id"], vals["company_id"]) for vals in vals_list]
        # sudo: one hold blocks, whether or not this person may see it
        blocking = self.sudo()._blocking_ids(keys)
        for key in keys:
            if key in blocking:
                hold = self.sudo().browse(blocking[key])
                raise UserError(
                    self.env._(
                        "%(customer)s is on credit hold already: see %(hold)s.",
                        customer=hold.partner_id.name,
                        hold=hold.name,
                    )
                )

    def write(self, vals):
        if DECIDED & set(vals):
            raise UserError(
                self.env._(
                    "A credit hold changes by a decision only: evaluate, keep or "
                    "release it."
                )
            )
        result = super().write(vals)
        if vals.get("review_date"):
            self.filtered(lambda hold: hold.state == "kept")._move_review()
        return result

    def _decide(self, vals):
        """Write what only a decision may change: passes by our own ``write``."""
        self.check_access("write")
        # sudo: what a decision sets is the system's
        return super(ExportCrmCreditHold, self.sudo()).write(vals)  # pylint: disable=super-method-mismatch

    @api.model
    def _manual_rule(self):
        rule = self.env["export.crm.credit.rule"]._of_company(
            self.env.company._export_root(), "manual"
        )
        if not rule:
            raise UserError(
                self.env._(
                    "Holds by hand are switched off: activate the rule "
                    "“Manual” under Configuration, Credit Rules."
                )
            )
        return rule

    def _check_holds_customer(self):
        for hold in self.filtered(lambda h: h.kind in ORDER_KINDS):
            raise UserError(
                self.env._(
                    "“%s” is a question about one order and holds no customer: "
                    "choose another rule.",
                    hold.rule_id.name,
                )
            )

    def _check_manual_has_note(self):
        for hold in self.filtered(lambda h: h.kind == "manual"):
            if not (hold.note or "").strip():
                raise UserError(
                    self.env._(
                        "Say why %(customer)s is put on hold: the salesperson reads "
                        "the explanation.",
                        customer=hold.partner_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("A credit hold is part of the record: release it instead.")
        )

    # === WHAT PEOPLE READ === #

    def _reason_lines(self, amounts=False):
        """Return the sentences that explain the hold as of today.

        :param bool amounts: the reader may see amounts
        """
        self.ensure_one()
        lines = self.evidence_ids._told(amounts=amounts)
        return ([self.note] if self.note else []) + lines

    def _explanation(self, amounts=False):
        """Return one paragraph about the hold as of today (text).

        :param bool amounts: the reader may see amounts, and nobody else reads it;
            refusals are copied to where salespeople read
        """
        self.ensure_one()
        head = self.env._(
            "%(customer)s has been on credit hold since %(date)s (%(hold)s).",
            customer=self.partner_id.name,
            date=format_date(self.env, self.opened_on),
            hold=self.name,
        )
        # sudo: the caller has asked whether the reader may see amounts
        hint = amounts and self.sudo().unapplied_hint
        lines = [f"• {line}" for line in self._reason_lines(amounts)]
        if self.state == "kept" and self.review_date:
            date = format_date(self.env, self.review_date)
            head += " " + self.env._("Kept on hold until the review on %s.", date)
        return "\n".join([head, *([hint] if hint else []), *lines, self._whom_to_ask()])

    @api.model
    def _reader_sees_amounts(self):
        """Tell whether who reads may see the customer's figures."""
        return self.env.user.has_groups(FIGURES)

    def _whom_to_ask(self):
        """Return the sentence that names who can release (text)."""
        self.ensure_one()
        user = self._responsible()
        if not user:
            return self.env._("Ask a Credit Controller for a release.")
        return self.env._("Ask %s (Credit Controller) for a release.", user.name)

    def _passed_by(self, order):
        """Return the releases of this hold that let ``order`` pass."""
        self.ensure_one()
        return self.release_ids.filtered(lambda release: release._covers(order))

    @api.model
    def _blocking_ids(self, keys):
        """Return ``{(partner id, company id): hold id}`` of the blocking holds."""
        partners, companies = {key[0] for key in keys}, {key[1] for key in keys}
        holds = self.search(
            [
                ("blocking", "=", True),
                ("partner_id", "in", list(partners)),
                ("company_id", "in", list(companies)),
            ]
        )
        return {(hold.partner_id.id, hold.company_id.id): hold.id for hold in holds}
