from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.followup import followup as calc
from ..account.unknown import FactFloat
from ..core.wording import labelled
from .mail_activity_plan import CHANNELS, CONTACT_ROLES, NODES, ROLES, TRIGGERS

OPEN_STATES = ("planned", "scheduled")
REASONS = [
    ("order_cancelled", "Order cancelled"),
    ("returned", "Everything came back"),
    ("lost", "Inquiry lost"),
    ("services", "Nothing to produce or send"),
    ("paid", "Paid"),
    ("answered", "No longer needed"),
    ("no_contact", "Nobody left to contact"),
    ("too_late", "Found too late"),
    ("tier", "No longer for this customer"),
    ("gone", "Document deleted"),
    ("plan_off", "No longer planned"),
    ("merged", "Customers merged"),
    ("user", "Cancelled by a person"),
    ("person", "Skipped by a person"),
]
# Closed by us because of facts: opens again when the facts are others.
HEALABLE = ("order_cancelled", "returned", "lost", "services", "plan_off")
OUTCOMES = [
    ("reached", "Reached"),
    ("replied", "Replied"),
    ("no_answer", "No answer"),
    ("order", "Order expected"),
    ("problem", "Has a problem"),
    ("answered", "Answered by a document"),
]
# What people may change by hand.
FREE = frozenset(("contact_id", "channel", "user_id", "note"))
REPLIES = ("reached", "replied", "order", "problem")


class ExportCrmFollowup(models.Model):
    """The ledger of contacts: what is owed to a customer, became of it, and when.

    One row per company, document, step and turn, unique in the database. Activities
    come and go; the row stays and remembers, so that nothing is done twice and
    nothing that somebody has cancelled comes back.
    """

    _name = "export.crm.followup"
    _inherit = "export.crm.books.mixin"
    _description = "Follow-up"
    _order = "due_at, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", search="_search_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Empty: an inquiry of somebody who is no customer yet.",
    )
    contact_id = fields.Many2one(
        "res.partner", ondelete="set null", index="btree_not_null"
    )
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    template_id = fields.Many2one(
        "mail.activity.plan.template",
        string="Step of a Plan",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    plan_id = fields.Many2one(related="template_id.plan_id", store=True, readonly=True)
    step = fields.Char(required=True, readonly=True)
    cycle = fields.Integer(
        string="Turn", required=True, readonly=True, default=1, aggregator=None
    )
    title = fields.Char(readonly=True, help="What is special this time.")
    feast_id = fields.Many2one(
        "export.crm.feast", readonly=True, index="btree_not_null", ondelete="set null"
    )
    trigger = fields.Selection(TRIGGERS, readonly=True, string="Starts with")
    node = fields.Selection(NODES, string="Response Time of", readonly=True)
    clock = fields.Boolean(readonly=True, help="Measured in hours from an event.")
    tier_id = fields.Many2one(
        "export.crm.tier",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The customer's tier; when the contact was over if it is.",
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Colour")
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    role = fields.Selection(ROLES, string="Done by Role", readonly=True)
    contact_role = fields.Selection(CONTACT_ROLES, readonly=True)
    channel = fields.Selection(CHANNELS)

    # === TIME === #
    anchor_date = fields.Date(
        string="Counts from", readonly=True, help="E.g. the day the goods arrived."
    )
    anchor_at = fields.Datetime(string="Since", readonly=True)
    planned_date = fields.Date(
        string="Planned for",
        required=True,
        readonly=True,
        help="Day where the customer is.",
    )
    window_at = fields.Datetime(
        string="From", readonly=True, help="When their working hours begin that day."
    )
    due_at = fields.Datetime(
        string="Until",
        required=True,
        readonly=True,
        help="When their working hours end that day, or a response time is over.",
    )
    tel_url = fields.Char(related="contact_id.export_tel_url")
    whatsapp_url = fields.Char(related="contact_id.export_whatsapp_url")
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    today = fields.Boolean(compute="_compute_late", search="_search_today")

    # === WHAT BECAME OF IT === #
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("scheduled", "To do"),
            ("done", "Done"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="planned",
    )
    reason = fields.Selection(REASONS, readonly=True)
    deferred = fields.Boolean(
        readonly=True, help="Waits until the customer's open claim is closed."
    )
    on_hold = fields.Boolean(
        string="On credit hold",
        readonly=True,
        help="The customer is on credit hold: nothing is sold in this contact.",
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    activity_ref = fields.Integer(
        string="Activity No.",
        readonly=True,
        aggregator=None,
        help="Stays when the activity is gone.",
    )
    main_id = fields.Many2one(
        "export.crm.followup",
        string="Together with",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contact in which this step is made, too.",
    )
    member_ids = fields.One2many("export.crm.followup", "main_id", string="Also")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        ondelete="set null",
    )
    done_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    done_at = fields.Datetime(readonly=True, index="btree_not_null")
    outcome = fields.Selection(OUTCOMES, readonly=True)
    note = fields.Text(string="What was said")
    on_time = FactFloat(
        readonly=True,
        aggregator="avg",
        help="Share of the contacts made by their time.",
    )
    replied = FactFloat(
        string="Reply Rate", readonly=True, aggregator="avg", help="Share answered."
    )
    ordered_after = FactFloat(
        string="Followed by an Order",
        readonly=True,
        aggregator="avg",
        help="Share of the contacts after which the customer ordered within the days "
        "set in the settings.",
    )
    target_hours = FactFloat(readonly=True, aggregator="avg")
    turn_days = fields.Float(
        string="Every (days)",
        readonly=True,
        aggregator=None,
        help="Of a rhythm: days between its turns when this one was planned.",
    )
    taken_hours = FactFloat(
        string="Hours Taken",
        readonly=True,
        aggregator="avg",
        help="From the event to the response; working hours where the target is in "
        "working hours.",
    )
    script = fields.Html(string="Questions", compute="_compute_script")

    _step_uniq = models.Constraint(
        "UNIQUE(company_id, res_model, res_id, step, cycle)",
        "This step was planned for this document already.",
    )
    _due_idx = models.Index("(company_id, partner_id, state)")

    # === COMPUTE METHODS === #

    @api.depends("template_id", "partner_id", "title")
    @api.depends_context("lang")
    def _compute_name(self):
        for row in self:
            text = row.template_id._export_text() if row.template_id else ""
            if text and row.title:
                row.name = labelled(self.env, text, row.title)
            else:
                row.name = text or row.title or row.step or ""

    @api.model
    def _search_name(self, operator, value):
        return [
            "|",
            ("title", operator, value),
            ("template_id.export_title", operator, value),
        ]

    @api.depends("name", "partner_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            who = row.partner_id.name or row.contact_id.name
            row.display_name = f"{row.name} · {who}" if who else row.name

    @api.depends("due_at", "done_at", "state", "window_at")
    def _compute_late(self):
        now = fields.Datetime.now()
        for row in self:
            row.late = row.state in (*OPEN_STATES, "done") and calc.is_late(
                row.due_at or now, row.done_at, now
            )
            company = row.company_id or self.env.company
            row.today = (
                row.state == "scheduled" and row.planned_date <= company._export_today()
            )

    @api.model
    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [
            "|",
            "&",
            ("state", "in", OPEN_STATES),
            ("due_at", "<", fields.Datetime.now()),
            "&",
            ("state", "=", "done"),
            ("on_time", "=", 0),
        ]
        return late if True in value else ["!", *late]

    @api.model
    def _search_today(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        # sudo: which day it is somewhere is no secret
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        due = [
            Domain("company_id", "=", company.id)
            & Domain("planned_date", "<=", company._export_today())
            for company in companies
        ]
        due.append(
            Domain("company_id", "=", False)
            & Domain("planned_date", "<=", self.env.company._export_today())
        )
        return Domain("state", "=", "scheduled") & Domain.OR(due)

    @api.depends_context("lang")
    @api.depends("template_id", "on_hold", "member_ids", "partner_id")
    def _compute_script(self):
        for row in self:
            row.script = row._script_html()

    # === CRUD === #

    def write(self, vals):
        """Let people change whom, who and how; all else changes by decisions only."""
        if not self.env.su and set(vals) - FREE:
            raise UserError(
                self.env._(
                    "A follow-up changes by its buttons: log the outcome or skip it."
                )
            )
        result = super().write(vals)
        if not self.env.su:
            self._check_people(vals)
        if "user_id" in vals:
            self._pass_on_activity()
        return result

    def _check_people(self, vals):
        """Refuse people who can't make a contact, or are not the customer's.

        :raise UserError: another customer's contact, nobody, no colleague there
        """
        # sudo: of whom a contact is, and who works where, is no secret here
        for row in self.sudo():
            contact = row.contact_id
            theirs = not contact or contact.commercial_partner_id == row.partner_id
            if "contact_id" in vals and not theirs:
                raise UserError(
                    self.env._(
                        "%s: choose a contact of the customer.", row.display_name
                    )
                )
            if "user_id" in vals and not row._can(row.user_id):
                raise UserError(
                    self.env._(
                        "%s: choose a colleague who works in the company.",
                        row.display_name,
                    )
                )

    def _pass_on_activity(self):
        """Have the activity belong to whom the contact belongs."""
        # sudo: whoever may hand a contact over need not own its activity
        for row in self.sudo().filtered(lambda r: r.activity_id.active and r.user_id):
            if row.activity_id.user_id != row.user_id:
                row.activity_id.with_context(
                    mail_activity_quick_update=True
                ).user_id = row.user_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("The ledger of follow-ups is never deleted: skip the row.")
        )

    # === LOOK-UPS === #

    def _contact_zone(self):
        """Return the time zone (``pytz``) of the contact."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return (self.contact_id or self.partner_id)._export_followup_zone(company)

    def _document(self):
        """Return the record that the row hangs on; empty when it is gone."""
        self.ensure_one()
        if self.res_model not in self.env:
            return self.env["res.partner"]
        return self.env[self.res_model].browse(self.res_id).exists()

    def _activity_record(self):
        """Return the record on which people see the activity.

        Sales people read orders, not transfers: a delivery's steps are shown there.
        """
        self.ensure_one()
        if self.order_id:
            return self.order_id
        document = self._document()
        if self.res_model == self._name:
            return document._activity_record()
        if document and "activity_ids" in document._fields:
            return document
        return self.partner_id

    def _contact_group(self):
        """Return these rows and all that are made in the same contacts."""
        mains = self.main_id | self.filtered(lambda row: not row.main_id)
        return mains | mains.member_ids
