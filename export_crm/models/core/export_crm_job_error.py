from odoo import api, fields, models
from odoo.tools import SQL


class ExportCrmJobError(models.Model):
    """Something that a step could not do, for people to see.

    One open row per company, customer and step; closed by itself when a later run
    gets through. Without a customer: the step fails for everybody.
    """

    _name = "export.crm.job.error"
    _inherit = "export.crm.books.mixin"
    _description = "Pipeline Error"
    _order = "state, date desc, id desc"
    _rec_name = "message"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: the step fails for the whole company.",
    )
    kind = fields.Selection(
        [("check", "Payment-delay check"), ("nightly", "Nightly figures")],
        string="Job",
        readonly=True,
    )
    step = fields.Char(readonly=True, required=True)
    message = fields.Char(string="Error", readonly=True, required=True)
    # Tracebacks tell about the server, which is the administrator's business.
    traceback = fields.Text(readonly=True, groups="base.group_system")
    date = fields.Datetime(string="Last seen", readonly=True, required=True)
    state = fields.Selection(
        [("open", "Open"), ("resolved", "Resolved")],
        default="open",
        required=True,
        readonly=True,
    )
    date_resolved = fields.Datetime(readonly=True)

    _open_idx = models.Index("(company_id, step) WHERE state = 'open'")

    def action_retry(self):
        """Have these customers (or the whole company) judged again, soon.

        :raise AccessError: the user is no Export CRM manager
        """
        job_model = self.env["export.crm.job"]
        job_model._check_manager()
        self.check_access("read")
        for company, errors in self.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(errors.partner_id, company)
        jobs = job_model
        for error in self.filtered(lambda error: not error.partner_id):
            jobs |= job_model.search(
                [("company_id", "=", error.company_id.id), ("kind", "=", error.kind)]
            )
        if jobs:
            jobs.action_run_now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Retried in the background within a minute."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _report(self, company, kind, step, errors):
        """Open or refresh one error per customer.

        :param step: code of the step
        :param errors: ``{partner id or False: (message, traceback)}``
        """
        known = {
            error.partner_id.id: error
            for error in self.search(
                [
                    ("company_id", "=", company.id),
                    ("step", "=", step),
                    ("state", "=", "open"),
                    ("partner_id", "in", list(errors)),
                ]
            )
        }
        now = fields.Datetime.now()
        new = []
        for partner_id, (message, traceback) in errors.items():
            values = {
                "kind": kind,
                "message": message,
                "traceback": traceback,
                "date": now,
            }
            if partner_id in known:
                known[partner_id].write(values)
            else:
                new.append(
                    {
                        **values,
                        "company_id": company.id,
                        "partner_id": partner_id,
                        "step": step,
                    }
                )
        self.create(new)

    @api.model
    def _resolve(self, company, steps, partner_ids=None, kind=None):
        """Close the open errors of customers, or (none given) of the company.

        :param steps: codes of the steps that got through
        """
        if partner_ids is None:
            who = SQL("partner_id IS NULL AND kind = %s", kind)
        else:
            who = SQL("partner_id = ANY(%s)", list(partner_ids))
        self.flush_model(["state", "step", "company_id", "partner_id", "kind"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_job_error
                   SET state = 'resolved', date_resolved = %s
                 WHERE company_id = %s AND state = 'open' AND step = ANY(%s) AND %s
                """,
                fields.Datetime.now(),
                company.id,
                list(steps),
                who,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["state", "date_resolved"])
