from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .export_crm_claim_priority import LEVELS
from .export_crm_claim_stage import OPEN_STATES, STATES

#: The ladder of what a customer may ask for; remedies as documents build on it.
WANTED = [
    ("apology", "Explanation and apology"),
    ("discount", "Discount on the next order"),
    ("credit", "Partial credit"),
    ("replacement", "Replacement"),
    ("refund", "Return and refund"),
    ("repair", "Repair on site"),
    ("compensation", "Compensation"),
]
CHANNELS = [
    ("agent", "Entered by an employee"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("api", "API"),
]
#: What the clocks and the customer have to be told about when it changes.
_Before = namedtuple("_Before", "stage severity next_update_at customer pause_reason")
SERVICE_LEVELS = [("1", "L1 Agent"), ("2", "L2 Specialist"), ("3", "L3 Expert")]


class ExportCrmClaim(models.Model):
    """An after-sales complaint: what is wrong, what was promised, until when."""

    _name = "export.crm.claim"
    _description = "Claim"
    _inherit = [
        "export.crm.plain.mixin",
        "export.crm.books.mixin",
        "portal.mixin",
        "rating.mixin",
        "mail.thread.cc",
        "mail.activity.mixin",
    ]
    _order = "urgency, next_deadline, id desc"
    _check_company_auto = True
    _primary_email = "email_from"
    _mail_thread_customer = True
    _rec_names_search = ["name", "title", "partner_id.name", "external_ref"]

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        index="trigram",
        default=lambda self: self._default_name(),
    )
    title = fields.Char(string="Subject", required=True, tracking=True)
    description = fields.Html(sanitize_attributes=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # === Who === #
    partner_id = fields.Many2one(
        "res.partner", string="Contact", index=True, tracking=True, ondelete="restrict"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_commercial_partner_id",
        store=True,
        index=True,
    )
    country_id = fields.Many2one(related="commercial_partner_id.country_id", store=True)
    email_from = fields.Char(
        string="E-mail",
        compute="_compute_email_from",
        store=True,
        readonly=False,
    )
    phone = fields.Char(compute="_compute_email_from", store=True, readonly=False)
    lang = fields.Char(compute="_compute_lang")
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        copy=False,
    )
    department_id = fields.Many2one(
        "export.crm.claim.department",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        index=True,
        tracking=True,
    )
    service_level = fields.Selection(
        SERVICE_LEVELS, default="1", required=True, tracking=True, copy=False
    )
    salesperson_id = fields.Many2one(
        related="commercial_partner_id.user_id", string="Salesperson", store=True
    )
    # === What === #
    channel = fields.Selection(CHANNELS, required=True, default="agent", copy=False)
    external_ref = fields.Char(
        copy=False,
        help="The number in the system that sent it; the same number twice is the "
        "same claim.",
    )
    category_id = fields.Many2one(
        "export.crm.claim.category", index=True, tracking=True, ondelete="restrict"
    )
    order_id = fields.Many2one(
        "sale.order",
        index="btree_not_null",
        domain="[('partner_id', 'child_of', commercial_partner_id),"
        " ('state', '=', 'sale'), ('company_id', 'child_of', company_id)]",
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        index="btree_not_null",
        domain="[('partner_id', 'child_of', commercial_partner_id),"
        " ('picking_type_code', '=', 'outgoing'),"
        " ('company_id', 'child_of', company_id)]",
    )
    invoice_id = fields.Many2one(
        "account.move",
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', commercial_partner_id),"
        " ('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('company_id', 'child_of', company_id)]",
    )
    line_ids = fields.One2many("export.crm.claim.line", "claim_id", copy=False)
    product_id = fields.Many2one(
        "product.product",
        string="Main product",
        compute="_compute_totals",
        store=True,
        index="btree_not_null",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Amount claimed",
        compute="_compute_totals",
        store=True,
        help="Of all lines, in company currency.",
    )
    complexity = fields.Selection(
        [("simple", "Simple"), ("normal", "Normal"), ("complex", "Complex")],
        default="normal",
        required=True,
    )
    wanted = fields.Selection(
        WANTED, string="Customer asks for", tracking=True, help="In their own words."
    )
    wanted_note = fields.Char(string="Details")
    promised = fields.Char(
        tracking=True,
        copy=False,
        help="What was promised to the customer, as told to them.",
    )
    next_update_at = fields.Datetime(
        string="Next update promised",
        tracking=True,
        copy=False,
        help="The customer hears from us by then; kept by a message to them.",
    )
    # === Severity and priority: claim_judgement.py === #
    severity_id = fields.Many2one(
        "export.crm.claim.severity",
        compute="_compute_severity_id",
        store=True,
        readonly=True,
        tracking=True,
    )
    score_ids = fields.One2many("export.crm.claim.score", "claim_id", copy=False)
    tier_id = fields.Many2one(
        "export.crm.tier", readonly=True, copy=False, tracking=True
    )
    priority = fields.Selection(
        LEVELS, compute="_compute_priority", store=True, tracking=True, index=True
    )
    priority_points = fields.Float(compute="_compute_priority", store=True)
    priority_override = fields.Selection(
        LEVELS, string="Priority by hand", copy=False, tracking=True
    )
    priority_reason = fields.Char(string="Because", copy=False, tracking=True)
    priority_explanation = fields.Char(compute="_compute_priority_explanation")
    severity_explanation = fields.Char(compute="_compute_severity_explanation")
    # === Where it stands: claim_moves.py === #
    stage_id = fields.Many2one(
        "export.crm.claim.stage",
        required=True,
        index=True,
        tracking=True,
        copy=False,
        ondelete="restrict",
        default=lambda self: self._default_stage_id(),
        group_expand="_read_group_stage_ids",
    )
    state = fields.Selection(STATES, compute="_compute_state", store=True, index=True)
    is_open = fields.Boolean(compute="_compute_state", store=True, index=True)
    counted = fields.Boolean(
        compute="_compute_state",
        store=True,
        string="Counts in figures",
        help="Cancelled and duplicate claims count in none.",
    )
    pause_reason_id = fields.Many2one(
        "export.crm.claim.pause.reason", copy=False, tracking=True
    )
    cycle = fields.Integer(default=1, readonly=True, copy=False)
    opened_at = fields.Datetime(
        default=lambda self: self._default_opened_at(), copy=False, index=True
    )
    solved_at = fields.Datetime(readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    answer = fields.Html(
        string="Final answer", copy=False, help="What the customer was told at the end."
    )
    meeting_url = fields.Char(copy=False)
    # === Clocks: claim_clocks.py === #
    event_ids = fields.One2many("export.crm.claim.event", "claim_id", readonly=True)
    clock_ids = fields.One2many("export.crm.claim.clock", "claim_id", readonly=True)
    next_deadline = fields.Datetime(
        readonly=True, copy=False, help="The first deadline that is still open."
    )
    next_milestone = fields.Char(readonly=True, copy=False)
    late = fields.Boolean(
        readonly=True, copy=False, help="Something promised was or is late."
    )
    response_hours = fields.Float(
        string="First response (h)", readonly=True, copy=False, aggregator="avg"
    )
    plan_hours = fields.Float(
        string="Remedy plan (h)", readonly=True, copy=False, aggregator="avg"
    )
    resolution_hours = fields.Float(
        string="Resolution (h)", readonly=True, copy=False, aggregator="avg"
    )
    within_48h = fields.Float(
        string="Resolved within 48 h (%)",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="100 or 0; on average the share of the resolved claims. 48 hours on the "
        "wall, whatever was promised; nothing until a claim is resolved.",
    )
    clock_data = fields.Json(compute="_compute_clock_data")
    # === Relations: claim_relations.py === #
    merged_into_id = fields.Many2one(
        "export.crm.claim",
        string="Duplicate of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    merged_ids = fields.One2many(
        "export.crm.claim", "merged_into_id", string="Duplicates"
    )
    origin_id = fields.Many2one(
        "export.crm.claim",
        string="Comes from",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The claim that it was split off from, or that was closed before.",
    )
    following_ids = fields.One2many(
        "export.crm.claim", "origin_id", string="Split off or filed later"
    )
    linked_ids = fields.Many2many(
        "export.crm.claim",
        "export_crm_claim_link_rel",
        "claim_id",
        "other_id",
        string="Linked claims",
        copy=False,
        check_company=True,
        help="Seen from both sides.",
    )

    _name_uniq = models.Constraint("UNIQUE(name)", "The number of a claim is unique.")
    _external_uniq = models.UniqueIndex(
        "(company_id, external_ref) WHERE external_ref IS NOT NULL",
        "A claim with this external reference exists already.",
    )
    _open_idx = models.Index("(company_id, next_deadline) WHERE is_open")

    # === DEFAULTS === #

    @api.model
    def _default_name(self):
        return self.env._("New")

    @api.model
    def _default_stage_id(self):
        return self.env["export.crm.claim.stage"]._of_state("new")

    @api.model
    def _default_opened_at(self):
        return fields.Datetime.now()

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        return stages.search(fields.Domain.TRUE)

    # === COMPUTE METHODS === #

    @api.depends("name", "title")
    def _compute_display_name(self):
        for claim in self:
            claim.display_name = f"{claim.name} {claim.title or ''}".strip()

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        """Note the customer; when the contact moves, see claim_follow.py."""
        for claim in self:
            claim.commercial_partner_id = claim.partner_id.commercial_partner_id

    @api.depends("partner_id")
    def _compute_email_from(self):
        for claim in self:
            claim.email_from = claim.partner_id.email or claim.email_from
            claim.phone = claim.partner_id.phone or claim.phone

    @api.depends("partner_id.lang", "company_id")
    def _compute_lang(self):
        for claim in self:
            lang = claim.partner_id.lang or claim.commercial_partner_id.lang
            # sudo: the language of the root company, for who may enter a branch alone
            house = claim.sudo().company_id.partner_id
            claim.lang = lang or house.lang or self.env.lang

    @api.depends("category_id", "company_id")
    def _compute_department_id(self):
        departments = self.env["export.crm.claim.department"]
        for claim in self:
            department = claim.category_id._department(claim.company_id)
            former = claim.department_id
            if former.company_id not in (claim.company_id, former.company_id.browse()):
                former = departments  # of the company that it was in
            claim.department_id = (
                department
                or former
                or departments._default_department(claim.company_id)
            )

    @api.depends("line_ids.amount_company", "line_ids.product_id", "line_ids.rejected")
    def _compute_totals(self):
        for claim in self:
            lines = claim.line_ids.filtered(lambda line: not line.rejected)
            claim.amount = sum(lines.mapped("amount_company"))
            claim.product_id = (lines or claim.line_ids).product_id[:1]

    @api.depends("stage_id.state")
    def _compute_state(self):
        for claim in self:
            claim.state = claim.stage_id.state
            claim.is_open = claim.state in OPEN_STATES
            claim.counted = claim.state != "cancelled"

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for claim in self:
            claim.access_url = f"/my/claims/{claim.id}"
        return result

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id", "order_id", "picking_id", "invoice_id", "company_id")
    def _check_documents(self):
        """The documents are the customer's own, and in the books of the company."""
        if self.env.su and self.env.context.get("export_claim_keeps_customer"):
            return  # only its contact has left, see claim_follow.py
        for claim in self:
            partner = claim.commercial_partner_id
            if any(partner not in owners for owners in claim._document_owners()):
                raise ValidationError(
                    self.env._("This document is not of the customer of the claim.")
                )
            source = claim.sudo()  # whoever names them
            places = source.order_id.company_id | source.picking_id.company_id
            places |= source.invoice_id.company_id
            if places - claim.company_id._export_tree():
                raise ValidationError(
                    self.env._("This document is of another company than the claim.")
                )
            claim.line_ids._check_owner()

    @api.constrains("category_id")
    def _check_goods(self):
        """Goods that were delivered and goods that are missing: each has its limit."""
        self.line_ids._check_claimable()

    @api.constrains("opened_at")
    def _check_opened_at(self):
        """Clocks run since then: not later than now, but for clocks that differ."""
        latest = fields.Datetime.now() + timedelta(minutes=5)
        if any(claim.opened_at and claim.opened_at > latest for claim in self):
            raise ValidationError(
                self.env._("A claim can't be opened at a time that is still to come.")
            )

    def _document_owners(self):
        """Return for each document named the customers that may claim about it."""
        self.ensure_one()
        claim = self.sudo()  # whose they are, whoever names them
        order, picking, invoice = claim.order_id, claim.picking_id, claim.invoice_id
        owners = []
        if order:
            people = order.partner_id | order.partner_invoice_id
            owners.append((people | order.partner_shipping_id).commercial_partner_id)
        if picking:
            owners.append(claim.line_ids._owners(picking.move_ids[:1]))
        if invoice:
            owners.append(invoice.commercial_partner_id)
        return owners

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Number claims, give them to somebody, start their clocks, acknowledge."""
        kept = self._engine_fields() - self._fields_at_birth()
        histories = []
        # Copies: an import that is refused tries each of its rows once more.
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su and kept & vals.keys():
                raise UserError(
                    self.env._("These fields of a claim are kept by the system.")
                )
            vals.pop("name", None)
            histories.append(self._take_history(vals))
        claims = super().create(vals_list)
        for claim, history in zip(claims, histories, strict=True):
            if history:
                # Sudo: a manager says so; nothing else of a written claim happens.
                bare = super(ExportCrmClaim, claim.sudo())
                bare.write(history)
            claim._take_customer_from_documents()
            claim._take_tier()
        past = claims._keep_history()
        claims._assign()
        claims._open_clocks()
        claims._greet()
        claims.filtered(lambda claim: claim.state != "new")._moved(
            dict.fromkeys(claims.ids, "new")
        )
        for claim, moments in past.items():
            if moments:
                claim.sudo().write(moments)  # kept by the system
        return claims

    def _prepare_create_values(self, vals_list):
        """Number claims: Odoo has asked by now whether these values may be given."""
        vals_list = super()._prepare_create_values(vals_list)
        # Sudo: who may file a claim need not be allowed to read sequences.
        sequences = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            company = self.env["res.company"].browse(vals["company_id"])
            sequence = sequences.with_company(company._export_root())
            vals["name"] = sequence.next_by_code(self._name)
        return vals_list

    def write(self, vals):
        if not self.env.su and self._engine_fields() & vals.keys():
            raise UserError(
                self.env._("These fields of a claim are kept by the system.")
            )
        before = self._before_write()
        result = super().write(vals)
        self._after_write(vals, before)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_numbered(self):
        raise UserError(
            self.env._("A claim has a number and is never deleted: cancel it instead.")
        )

    @api.model
    def _engine_fields(self):
        """Return what nobody writes: it follows from other things."""
        computed = {
            name
            for name, field in self._fields.items()
            if field.store and field.compute and field.readonly
        }
        return computed | {
            "name",
            "channel",
            "opened_at",
            "cycle",
            "closed_at",
            "solved_at",
            "tier_id",
            "next_deadline",
            "next_milestone",
            "late",
            "response_hours",
            "plan_hours",
            "resolution_hours",
            "within_48h",
            "merged_into_id",
            "origin_id",
            "rating_asked_cycle",
        }

    @api.model
    def _fields_at_birth(self):
        """Return engine fields that a new claim may come with: history, a split."""
        return {
            "name",
            "channel",
            "opened_at",
            "origin_id",
            "closed_at",
            "solved_at",
        }

    def _before_write(self):
        return {
            claim.id: _Before(
                claim.stage_id,
                claim.severity_id,
                claim.next_update_at,
                claim.commercial_partner_id,
                claim.pause_reason_id,
            )
            for claim in self
        }

    def _after_write(self, vals, before):
        """Let the clocks know what has changed."""
        if "stage_id" in vals:
            self._moved({id_: was.stage.state for id_, was in before.items()})
        if {"stage_id", "pause_reason_id"} & vals.keys():
            for claim in self:
                was = before[claim.id]
                if was.stage.state == claim.state == "waiting":
                    claim._go_on_waiting(was.stage, was.pause_reason)
        retarget = self.filtered(lambda c: c.severity_id != before[c.id].severity)
        if "next_update_at" in vals:
            for claim in self:
                claim._promise_update(before[claim.id].next_update_at)
        if "partner_id" in vals:
            self._take_tier()
            for claim in self:
                claim._leave(before[claim.id].customer)
            self._subscribe_customer()
        if retarget:
            retarget._retarget()
            retarget._escalate_by_rule()
        elif {"category_id", "complexity", "line_ids"} & vals.keys():
            self._escalate_by_rule()

    def _take_customer_from_documents(self):
        """Fill in the customer from the order, delivery or invoice it was filed on."""
        if not self.partner_id:
            source = self.sudo()  # the customer of a document that was named
            self.partner_id = (
                source.order_id.partner_id
                or source.picking_id.partner_id
                or source.invoice_id.partner_id
            )

    def _assign(self):
        """Give claims without an agent to the least busy one of their department."""
        for claim in self:
            if not claim.user_id and claim.department_id:
                claim.user_id = claim.department_id._least_busy(claim.company_id)
