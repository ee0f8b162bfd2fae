from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Selections up to this size are graded while the user waits.
AT_ONCE = 1000


class ExportCrmTierGrading(models.Model):
    """A grading: a preview of who would move and why, which a manager confirms.

    The half-yearly one is opened by the pipeline and takes effect by itself after
    some days; one by hand looks at a selection. Nobody's tier changes before it is
    confirmed, and then all of them in one transaction.
    """

    _name = "export.crm.tier.grading"
    _description = "Tier Grading"
    _inherit = ["export.crm.books.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "as_of desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        [("scheduled", "Half-yearly"), ("manual", "By hand")],
        default="manual",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("computing", "Computing"),
            ("preview", "Preview"),
            ("done", "In effect"),
            ("cancelled", "Cancelled"),
        ],
        default="computing",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    as_of = fields.Date(
        string="As of", required=True, readonly=True, help="Day of the figures."
    )
    auto_date = fields.Date(
        string="By itself on",
        readonly=True,
        help="The preview takes effect on this day unless confirmed or cancelled.",
    )
    account_ids = fields.Many2many(
        "export.crm.account",
        string="Selection",
        readonly=True,
        help="Only these customers; empty: all.",
    )
    line_ids = fields.One2many(
        "export.crm.tier.grading.line", "grading_id", readonly=True
    )
    change_ids = fields.One2many(
        "export.crm.tier.change", "grading_id", string="Changes"
    )
    cursor = fields.Integer(readonly=True)
    total = fields.Integer(string="Customers", readonly=True)
    done = fields.Integer(string="Looked at", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    confirmed_by_id = fields.Many2one(
        "res.users", string="Confirmed by", readonly=True, help="Empty: by itself."
    )
    confirmed_on = fields.Datetime(string="In effect since", readonly=True)
    up_count = fields.Integer(string="Up", compute="_compute_counts")
    down_count = fields.Integer(string="Down", compute="_compute_counts")
    first_count = fields.Integer(string="First tier", compute="_compute_counts")
    kept_count = fields.Integer(
        string="Kept",
        compute="_compute_counts",
        help="Would have moved, but stay: within the margin of A, failing for the "
        "first time, moved recently, or set by a person.",
    )
    skipped_count = fields.Integer(compute="_compute_counts")
    same_count = fields.Integer(
        string="Unchanged",
        compute="_compute_counts",
        help="Looked at, and in the tier that the figures say.",
    )
    core_known = fields.Boolean(related="company_id.export_tier_core_known")
    may_decide = fields.Boolean(compute="_compute_may_decide")
    no_scale = fields.Boolean(
        string="Nobody passes the scale gate",
        readonly=True,
        help="Nobody was large enough for A by the basis chosen in the settings.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "as_of", "company_id")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for grading in self:
            grading.name = f"{grading.as_of} · {labels.get(grading.kind, '')}"

    @api.depends("done", "total", "state")
    def _compute_progress(self):
        for grading in self:
            share = grading.done / max(grading.total, 1)
            running = grading.state == "computing"
            grading.progress = 100.0 * min(share, 1.0) if running else 100.0

    @api.depends("line_ids.reason", "line_ids.state", "done")
    def _compute_counts(self):
        lines = self.env["export.crm.tier.grading.line"]
        groups = lines._read_group(
            [("grading_id", "in", self.ids)],
            ["grading_id", "reason", "state"],
            ["__count"],
        )
        counts = {}
        for grading, reason, state, count in groups:
            for key in (reason, state):
                counts[grading.id, key] = counts.get((grading.id, key), 0) + count
        for grading in self:

            def count(*keys, grading=grading):
                return sum(counts.get((grading.id, key), 0) for key in keys)

            grading.up_count = count("up")
            grading.down_count = count("down", "step", "unrated")
            grading.first_count = count("first")
            grading.kept_count = count("kept", "wait", "override")
            grading.skipped_count = count("skipped")
            moves = (grading.up_count, grading.down_count, grading.first_count)
            grading.same_count = max(grading.done - sum(moves) - grading.kept_count, 0)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Gradings are opened by their methods: what they look at is checked there.

        :raise AccessError: called by a client
        """
        if not self.env.su:
            raise AccessError(
                self.env._("Open a grading from the customer list: Grade again.")
            )
        return super().create(vals_list)

    def write(self, vals):
        """Let people write to the chatter; state and selection are the methods'."""
        if not self.env.su and any(
            not name.startswith(("message_", "activity_", "my_activity_"))
            for name in vals
        ):
            raise AccessError(
                self.env._("Confirm or cancel a grading; it isn't edited.")
            )
        return super().write(vals)

    # === OPENING === #

    @api.model
    def _open_manual(self, accounts):
        """Open a grading of these accounts; return the action that shows it.

        :raise AccessError: the user is no team manager
        :raise UserError: accounts of several companies, or none
        """
        self.check_access("create")
        accounts.check_access("read")
        companies = accounts.company_id
        if len(companies) != 1:
            raise UserError(self.env._("Choose customers of one company."))
        # sudo: the fields of a grading are written by its methods alone
        grading = self.sudo().create(
            {
                "company_id": companies.id,
                "as_of": companies._export_today(),
                "account_ids": [fields.Command.set(accounts.ids)],
                "total": len(accounts),
            }
        )
        if len(accounts) <= AT_ONCE:
            grading._compute_all()
        else:
            grading._wake()
        return grading._get_records_action()

    @api.model
    def _step_gradings(self, company, as_of):
        """Open the half-yearly grading when it is due; let old previews take effect.

        Company-wide step of the nightly pass; late or repeated, it opens one.

        :param res.company company: whose customers
        :param date as_of: day of the figures
        """
        self.env["export.crm.tier.override"]._step_expire(company, as_of)
        # One that somebody is confirming right now is his.
        for grading in self._overdue_previews(company, as_of).try_lock_for_update():
            grading._confirm()
        self._open_due(company, as_of)

    @api.model
    def _overdue_previews(self, company, as_of):
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "preview"),
                ("auto_date", "!=", False),
                ("auto_date", "<=", as_of),
            ],
            order="id",
        )

    @api.model
    def _open_due(self, company, as_of):
        """Open the grading of the half year if its day has come."""
        months, due = company.export_tier_interval, company.export_tier_next_date
        live = company.export_go_live_date
        if not months or not due or as_of < due or (live and as_of < live):
            return self.browse()
        following = due
        while following <= as_of:
            following += relativedelta(months=months)
        company.export_tier_next_date = following
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "scheduled"),
                ("state", "in", ("computing", "preview")),
            ]
        )
        for grading in waiting:
            # Its figures are half a year old: the new one takes its place.
            grading._cancel()
        accounts = self.env["export.crm.account"]
        grading = self.create(
            {
                "company_id": company.id,
                "kind": "scheduled",
                "as_of": as_of,
                "total": accounts.search_count([("company_id", "=", company.id)]),
            }
        )
        grading._wake()
        return grading

    def _wake(self):
        self.env.ref("export_crm.export_crm_tier_grading_cron")._trigger()

    # === ACTIONS === #

    def action_confirm(self):
        """Let these previews take effect.

        :raise AccessError: the user may not
        :raise UserError: one is no preview (any more)
        """
        self._check_may_decide()
        for grading in self:
            # sudo: a manager decides; accounts and history are the system's to write
            grading.sudo()._confirm(self.env.user)

    def action_cancel(self):
        """Drop these previews: nobody moves."""
        self._check_may_decide()
        self.sudo()._cancel()  # sudo: see action_confirm

    def action_view_lines(self):
        """Open the lines of this grading, to filter and group them."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_tier_grading_line_action"
        )
        action["domain"] = [("grading_id", "=", self.id)]
        return action

    def action_view_moves(self):
        """Open the report of the moves of this grading."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_tier_move_action"
        )
        action["domain"] = [("grading_id", "=", self.id)]
        return action

    @api.depends("kind", "create_uid")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        """Managers decide on all gradings, team managers on those of their own."""
        user = self.env.user
        manager = self.env.su or user.has_group("export_crm.export_crm_group_manager")
        for grading in self:
            own = grading.kind == "manual" and grading.create_uid == user
            grading.may_decide = manager or own

    def _check_may_decide(self):
        self.check_access("write")
        if not all(self.mapped("may_decide")):
            raise AccessError(
                self.env._("Only a manager decides on a grading of all customers.")
            )

    def _cancel(self):
        for grading in self:
            if grading.state not in ("computing", "preview"):
                raise UserError(self.env._("%s is over.", grading.name))
            grading.state = "cancelled"
            grading.activity_ids.unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(grading.state == "done" for grading in self):
            raise UserError(self.env._("A grading in effect is history."))
