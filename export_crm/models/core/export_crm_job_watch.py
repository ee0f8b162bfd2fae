from datetime import timedelta

from odoo import api, fields, models

# Two intervals of each: of the hourly action, and of the daily pass.
_MARKS_WAIT = timedelta(hours=2)
_PASS_WAIT = timedelta(days=2)


class ExportCrmJob(models.Model):
    """The watchdog: somebody has to hear of a job that does not finish."""

    _inherit = "export.crm.job"

    @api.model
    def _cron_watch(self):
        """Tell an administrator, once per cause, of jobs that do not finish.

        A scheduled action of its own: it also notices when those it watches have
        been switched off, or by Odoo after failing for a week.
        """
        # The watchdog looks at all companies.
        jobs_model = self.sudo()
        jobs_model._ensure_jobs()
        jobs = jobs_model.search([("company_id.active", "=", True)])
        for job in jobs.try_lock_for_update(allow_referencing=True):
            cause = job._trouble()
            if cause and cause != job.alert:
                job._raise_alarm(cause)
            elif not cause:
                job._all_clear()

    def _trouble(self):
        """Return why the job counts as stuck (a code), or False."""
        self.ensure_one()
        now = fields.Datetime.now()
        if now - (self.last_end or self.create_date) > _PASS_WAIT:
            return "failed" if self.state == "failed" else "unfinished"
        if self.kind == "check":
            since = self.env["export.crm.dirty"]._backlog(self.company_id)[1]
            if since and now - since > _MARKS_WAIT:
                return "waiting"
        return False

    def _trouble_text(self, cause):
        return {
            "failed": self.env._(
                "It fails each time: see its errors. Figures and holds are those of "
                "its last run."
            ),
            "unfinished": self.env._(
                "It has not finished for two days: is the scheduled action active, "
                "and does the server run scheduled actions?"
            ),
            "waiting": self.env._(
                "Customers with new documents have been waiting for two hours: is the "
                "scheduled action active, and does the server run scheduled actions?"
            ),
        }[cause]

    def _raise_alarm(self, cause):
        self.activity_ids.unlink()
        self.alert = cause
        user = self._alarm_user()
        if user:
            said = self.with_context(lang=user.lang or self.env.lang)
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=said.env._("%(job)s is stuck", job=said.display_name),
                note=said._trouble_text(cause),
                user_id=user.id,
            )

    def _all_clear(self):
        """Take the alarm back."""
        if self.alert:
            self.alert = False
            self.activity_ids.unlink()

    def _alarm_user(self):
        """Return who is told: a manager of the company, if possible an administrator.

        An activity for nobody reaches nobody.
        """
        managers = self.env.ref("export_crm.export_crm_group_manager").all_user_ids
        fitting = managers.filtered(
            lambda user: user.active
            and not user.share
            and self.company_id._export_enters(user)
        )
        return fitting.sorted(
            lambda user: (not user.has_group("base.group_system"), user.id)
        )[:1]
