"""Why a customer has this health: parts, the median customer, what fell."""

from odoo import api, fields, models

from ...tools.health import health

HISTORY = 24


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    health_explanation = fields.Html(compute="_compute_health_explanation")
    forecast_flagged = fields.Boolean(
        string="Forecast Too Low",
        compute="_compute_forecast_flagged",
        search="_search_forecast_flagged",
        help="More than 1.2 times the forecast was bought over the closed periods: no "
        "reason for a worse health, and a reason to talk about the forecast.",
    )
    health_history = fields.Json(
        compute="_compute_health_history",
        help="Day, index and colour of the latest snapshots, and of today.",
    )
    health_snapshot_ids = fields.One2many(
        "export.crm.health.snapshot", "account_id", string="Health Snapshots"
    )

    @api.depends(
        "health_lines", "health_known", "health_snapshot_ids", "forecast_completion"
    )
    @api.depends_context("lang")
    def _compute_health_explanation(self):
        names = self._health_names()
        Median = self.env["export.crm.health.median"].sudo()
        # sudo: the median of all customers tells nothing about any of them
        medians = {company: Median._medians(company) for company in self.company_id}
        for account in self:
            stored = account.health_lines or {}
            account.health_explanation = self.env["ir.qweb"]._render(
                "export_crm.health_lines",
                {
                    **account._health_table(
                        stored.get("lines", []), medians.get(account.company_id, {})
                    ),
                    "missing": [names[c] for c in stored.get("missing", [])],
                    "warned": account._held_below_green(stored.get("warnings", [])),
                    "names": names,
                    "account": account,
                },
            )

    def _held_below_green(self, causes):
        """Return the warnings that keep this customer from being called healthy.

        :param list causes: of the serious warnings that were open when it was scored
        """
        if not self.health_known or self.health_band != "amber":
            return []
        # sudo: from where on customers are healthy is shown to whoever sees them
        company = self.company_id.sudo()
        if self.health < company.export_health_green:
            return []
        names = self.env["export.crm.warning"]._fields["code"]
        names = dict(names._description_selection(self.env))
        return [names[code] for code in causes if code in names]

    def _health_table(self, lines, medians):
        """Return the rows of the explanation and the largest falls."""
        differences = dict(health.against(lines, medians))
        before = self.health_snapshot_ids.filtered(
            lambda s: self.as_of and s.date < self.as_of
        )[:1]
        fallen = health.drops(lines, (before.lines or {}).get("lines", []))
        return {
            "rows": [
                {
                    "code": code,
                    "percent": 100.0 * h,
                    "weight": weight,
                    "points": points,
                    "against": differences.get(code),
                    "note": code == "forecast" and self._forecast_note(),
                }
                for code, h, weight, points in lines
            ],
            "before": before,
            "fallen": [(code, 100.0 * old, 100.0 * new) for code, old, new in fallen],
        }

    def _forecast_note(self):
        """Say that the forecast is too low: the component itself stops at 100."""
        if not self.forecast_flagged:
            return False
        return self.env._(
            "Bought %(percent).0f %% of the forecast: the forecast is too low",
            percent=100.0 * self.forecast_completion,
        )

    @api.depends("forecast_completion")
    def _compute_forecast_flagged(self):
        for account in self:
            account.forecast_flagged = health.forecast_too_low(
                account.forecast_completion
            )

    @api.model
    def _search_forecast_flagged(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [("forecast_completion", ">", health.FORECAST_FLAG)]

    @api.model
    def _health_names(self):
        """Return ``{component: its name}`` in the user's language."""
        field = self.env["export.crm.health.component"]._fields["code"]
        return dict(field._description_selection(self.env))

    @api.depends("health", "health_band", "as_of", "health_snapshot_ids")
    def _compute_health_history(self):
        for account in self:
            kept = account.health_snapshot_ids[:HISTORY].sorted("date")
            points = [
                {"date": s.date.isoformat(), "health": s.health, "band": s.band}
                for s in kept
                if s.health_known
            ]
            today = account.as_of
            if account.health_known and today and kept[-1:].date != today:
                points.append(
                    {
                        "date": today.isoformat(),
                        "health": account.health,
                        "band": account.health_band,
                    }
                )
            account.health_history = points
