import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

_logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)
#: Warnings of a kind and company in the mail; the list in Odoo has all.
SHOWN = 20
MANAGERS = "export_crm.export_crm_group_team_manager"


class ExportCrmWeeklyReport(models.Model):
    """The weekly warnings of one manager: made once a week, mailed if there are any.

    The record is what keeps a second mail from being sent. What it lists is read with
    the manager's own rights, in all companies of the manager that want the report.
    """

    _name = "export.crm.weekly.report"
    _description = "Weekly Report of Warnings"
    _order = "week desc, id desc"
    _rec_name = "week"

    user_id = fields.Many2one(
        "res.users", string="Manager", required=True, readonly=True, ondelete="cascade"
    )
    week = fields.Date(
        required=True, readonly=True, help="Monday of the week in which it was made."
    )
    open_count = fields.Integer(string="Warnings and Alarms", readonly=True)
    info_count = fields.Integer(string="Information", readonly=True)
    content = fields.Html(compute="_compute_content", sanitize=False)

    _user_week_uniq = models.Constraint(
        "UNIQUE(user_id, week)", "A manager gets one report a week."
    )

    # === MAKING THEM === #

    @api.model
    def _cron_send(self):
        """Make this week's report of every manager that has none yet, and mail it.

        Daily: a server that stood still on Monday makes it up the day after.
        """
        cron = self.env["ir.cron"]
        users = self._managers()
        cron._commit_progress(remaining=len(users))
        for user in users:
            try:
                with self.env.cr.savepoint():
                    self._report(user)
            except Exception:
                # One manager's broken data must not keep the others' from them.
                _logger.exception("The weekly report of %s failed", user.login)
            if not cron._commit_progress(1):
                return

    @api.model
    def _managers(self):
        """Return the managers and team managers that can be written to."""
        everybody = self.env.ref(MANAGERS).all_user_ids
        return everybody.filtered(
            lambda user: user.active and not user.share and user.email
        ).sorted("id")

    @api.model
    def _report(self, user):
        """Make the report of a manager's week, once; mail it unless it is empty."""
        companies = self._companies(user)
        if not companies:
            return self.browse()
        today = user.company_id._export_today()
        week = today - timedelta(days=today.weekday())
        if self.search_count([("user_id", "=", user.id), ("week", "=", week)]):
            return self.browse()
        report = self.create({"user_id": user.id, "week": week})
        warnings = report._warnings()
        serious = warnings.filtered(lambda warning: warning.level != "info")
        report.write(
            {
                "open_count": len(serious),
                "info_count": len(warnings) - len(serious),
            }
        )
        if warnings:
            template = self.env.ref("export_crm.mail_template_weekly_report")
            template.send_mail(
                report.id, email_layout_xmlid="mail.mail_notification_light"
            )
        return report

    @api.model
    def _companies(self, user):
        return user.company_ids.filtered("export_weekly_report")

    # === WHAT IS IN THEM === #

    def _warnings(self):
        """Return what the manager is told: open warnings, and last week's information.

        What was known at the start, or has passed or been taken care of, is left out.
        """
        self.ensure_one()
        user = self.user_id
        companies = self._companies(user)
        warnings = self.env["export.crm.warning"].with_user(user)
        said = Domain("level", "!=", "info") | (
            Domain("date", ">=", self.week - WEEK) & Domain("date", "<", self.week)
        )
        return warnings.with_context(
            allowed_company_ids=companies.ids, lang=user.lang, tz=user.tz
        ).search(
            said
            & Domain("state", "=", "open")
            & Domain("company_id", "in", companies._export_root().ids)
        )

    @api.depends_context("lang")
    @api.depends("user_id", "week")
    def _compute_content(self):
        for report in self:
            lang = report.user_id.lang
            translated = report.with_context(lang=lang)
            report.content = translated.env["ir.qweb"]._render(
                "export_crm.weekly_report",
                {
                    "companies": translated._sections(),
                    "url": f"{report.get_base_url()}/odoo/export-weekly-warnings",
                },
            )

    def _sections(self):
        """Return ``[(company, [(title, rows, number left out)])]`` for the mail."""
        found = []
        for company, warnings in self._warnings().grouped("company_id").items():
            serious = warnings.filtered(lambda warning: warning.level != "info")
            parts = [
                (self.env._("Open warnings and alarms"), serious),
                (self.env._("New last week, for information"), warnings - serious),
            ]
            found.append(
                (
                    company.sudo(),  # its name, for who may enter a branch alone
                    [
                        (
                            title,
                            [self._row(warning) for warning in part[:SHOWN]],
                            max(0, len(part) - SHOWN),
                        )
                        for title, part in parts
                        if part
                    ],
                )
            )
        return found

    @api.model
    def _row(self, warning):
        value = warning.value_at_stake
        return {
            "url": f"{warning.get_base_url()}/odoo/export-warnings/{warning.id}",
            "name": warning.display_name,
            "alarm": warning.level == "alarm",
            "user": warning.user_id.name or "",
            "evidence": warning.summary,
            "value": ""
            if value is None
            else format_amount(warning.env, value, warning.currency_id),
        }
