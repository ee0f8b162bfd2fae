from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools.core import pipeline

CRONS = {
    "check": "export_crm.export_crm_payment_delay_cron",
    "nightly": "export_crm.export_crm_nightly_cron",
}


class ExportCrmJob(models.Model):
    """Where a scheduled action stands in one company.

    The row is the memory of a pass over all customers (cursor, as-of day, counts),
    written in the transaction of each batch: a killed run goes on from here and
    comes to the same result. It is also the lock between the two actions, and
    the status screen.
    """

    _name = "export.crm.job"
    _rec_names_search = ["company_id"]
    _description = "Pipeline Job"
    # A thread only because assigning an activity notifies by way of its record.
    _inherit = ["export.crm.books.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "company_id, kind"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("check", "Payment-delay check"), ("nightly", "Nightly figures")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "Running"), ("failed", "Failed")],
        default="waiting",
        required=True,
        readonly=True,
    )
    # === The running pass === #
    as_of = fields.Date(
        readonly=True, help="Day that the running pass looks at; empty between passes."
    )
    phase = fields.Char(
        readonly=True, help="Code of the first step of the running phase."
    )
    cursor = fields.Integer(
        readonly=True, help="Last customer (database id) done in the running phase."
    )
    last_start = fields.Datetime(readonly=True)
    done = fields.Integer(
        string="Work done",
        readonly=True,
        help="Customers done, counted once per phase, and company-wide steps.",
    )
    total = fields.Integer(
        string="Work in all", readonly=True, help="Estimated when the pass starts."
    )
    progress = fields.Float(compute="_compute_progress")
    heartbeat = fields.Datetime(readonly=True, help="Last time a batch was finished.")
    run_requested = fields.Boolean(readonly=True)
    retry_at = fields.Datetime(readonly=True, help="After a failure: not before.")
    # === The last finished pass === #
    last_end = fields.Datetime(string="Last finished", readonly=True)
    last_as_of = fields.Date(string="Figures as of", readonly=True)
    duration = fields.Float(
        string="Duration (s)",
        readonly=True,
        digits=(12, 1),
        help="Seconds from start to end of the last finished pass.",
    )
    customers_done = fields.Integer(
        string="Customers", readonly=True, help="Customers of the last or running pass."
    )
    # === Now === #
    waiting_count = fields.Integer(
        string="Changes waiting", compute="_compute_waiting_count"
    )
    error_count = fields.Integer(string="Open errors", compute="_compute_error_count")
    next_run = fields.Datetime(compute="_compute_next_run")
    alert = fields.Char(
        readonly=True, help="What the watchdog has told the administrators about."
    )

    _company_kind_uniq = models.Constraint(
        "UNIQUE(company_id, kind)", "There is one job of each kind per company."
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for job in self:
            # sudo: who may enter a branch alone sees its root's jobs
            company = job.company_id.sudo().name
            job.display_name = f"{labels.get(job.kind, '')} ({company})"

    @api.depends("done", "total", "as_of")
    def _compute_progress(self):
        for job in self:
            job.progress = (
                100.0 * min(job.done / max(job.total, 1), 1) if job.as_of else 100.0
            )

    def _compute_waiting_count(self):
        groups = self.env["export.crm.dirty"]._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id"], ["__count"]
        )
        counts = dict(groups)
        for job in self:
            job.waiting_count = (
                counts.get(job.company_id, 0) if job.kind == "check" else 0
            )

    def _compute_error_count(self):
        groups = self.env["export.crm.job.error"]._read_group(
            [("company_id", "in", self.company_id.ids), ("state", "=", "open")],
            ["company_id"],
            ["__count"],
        )
        counts = dict(groups)
        for job in self:
            job.error_count = counts.get(job.company_id, 0)

    @api.depends("kind", "last_as_of", "as_of", "run_requested", "retry_at")
    def _compute_next_run(self):
        now = fields.Datetime.now()
        for job in self:
            if job.run_requested or job.as_of:
                due = now
            else:
                local = pipeline.next_due(
                    job.company_id._export_local_now(),
                    job._hour(),
                    job.last_as_of or None,
                )
                due = pipeline.local_to_utc(local, job.company_id._export_timezone())
            job.next_run = max(filter(None, (due, now, job.retry_at)))

    def _hour(self):
        """Return the company-local hour from which the day's pass may run."""
        self.ensure_one()
        # sudo: see _compute_display_name
        return (
            self.company_id.sudo().export_nightly_hour if self.kind == "nightly" else 0
        )

    # === ACTION METHODS === #

    def action_run_now(self):
        """Ask the scheduler for a full pass; the web worker does not wait for it.

        :raise AccessError: the user is no Export CRM manager
        """
        self._check_manager()
        # Job rows are the engine's alone; the button changes this one thing.
        self.sudo()._request_run()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The run starts in the background within a minute. "
                    "Reload this page to follow it."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_view_errors(self):
        """Open the errors of these jobs' companies, the open ones first."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_job_error_action"
        )
        action["domain"] = [("company_id", "in", self.company_id.ids)]
        return action

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "export_crm.export_crm_group_manager"
        ):
            raise AccessError(
                self.env._("Only an Export CRM manager may run the pipeline.")
            )
        self.check_access("read")

    # === BUSINESS METHODS === #

    def _request_run(self):
        """Have a full pass made soon, due or not."""
        self.write({"run_requested": True, "retry_at": False})
        for kind in set(self.mapped("kind")):
            cron = self.env.ref(CRONS[kind], raise_if_not_found=False)
            if cron:
                cron._trigger()

    @api.model
    def _ensure_jobs(self):
        """Create the missing job rows; two callers at once do no harm.

        A branch has none: its documents are judged in its root company.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_job (company_id, kind, state, create_date)
                SELECT c.id, k.kind, 'waiting', timezone('UTC', now())
                  FROM res_company c
                 CROSS JOIN unnest(%s) AS k(kind)
                 WHERE c.parent_id IS NULL
                ON CONFLICT (company_id, kind) DO NOTHING
                """,
                list(CRONS),
            )
        )
