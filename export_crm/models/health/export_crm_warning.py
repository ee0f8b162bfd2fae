from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ...tools.health import early_warning
from ..account.unknown import FactMonetary
from ..core.wording import labelled, number, percent
from .export_crm_warning_rule import CAUSES

OPEN_STATES = ("open", "known")
#: Evidence is shown in this order, whatever the database makes of the keys.
EVIDENCE = (
    "gap_open",
    "interval_mean",
    "silence_chance",
    "last_sign",
    "churn_risk",
    "orders_182d",
    "orders_prev_182d",
    "probability",
    "order_average_182d",
    "order_average_prev_182d",
    "claims_182d",
    "claims_prev_182d",
    "satisfaction",
    "satisfaction_before",
    "limit",
)


class ExportCrmWarning(models.Model):
    """A warning about one customer, with what it stands on.

    Once per cause and period (a quarter); one that is still open is not repeated.
    """

    _name = "export.crm.warning"
    _rec_names_search = ["partner_id"]
    _description = "Customer Warning"
    _inherit = "export.crm.dismiss.mixin"
    _order = "level_rank desc, value_at_stake desc nulls last, id desc"
    _dismissed_as = "warning_ids"

    code = fields.Selection(CAUSES, string="Cause", required=True, readonly=True)
    level = fields.Selection(
        [("info", "Information"), ("warning", "Warning"), ("alarm", "Alarm")],
        required=True,
        readonly=True,
        tracking=True,
    )
    level_rank = fields.Integer(
        compute="_compute_level_rank", store=True, aggregator=None
    )
    period = fields.Char(
        required=True, readonly=True, help="The quarter in which it is said once."
    )
    date = fields.Date(required=True, readonly=True, help="First day it was so.")
    passed_date = fields.Date(readonly=True, help="First day it was no longer so.")
    evidence = fields.Json(string="Evidence Figures", readonly=True)
    evidence_text = fields.Html(compute="_compute_evidence_text", string="Evidence")
    summary = fields.Char(compute="_compute_summary")
    wants_contact = fields.Boolean(
        readonly=True, help="Asks for a contact with the customer."
    )
    value_at_stake = FactMonetary(
        readonly=True, help="Revenue expected in the next 12 months, company currency."
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("known", "Known at Start"),
            ("done", "Taken Care Of"),
            ("dismissed", "Dismissed"),
            ("passed", "Passed"),
        ],
        default="open",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
        help="Known at start: it was so already when warnings began; nobody is "
        "disturbed. Passed: it is no longer so.",
    )
    loss_id = fields.Many2one("export.crm.loss", readonly=True, check_company=True)

    _cause_period_uniq = models.Constraint(
        "UNIQUE(account_id, code, period)",
        "A customer is warned of once per cause and period.",
    )

    # === COMPUTE METHODS === #

    @api.depends("level")
    def _compute_level_rank(self):
        for warning in self:
            warning.level_rank = early_warning.LEVELS.index(warning.level or "info")

    @api.depends("code", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        causes = dict(self._fields["code"]._description_selection(self.env))
        for warning in self:
            warning.display_name = self.env._(
                "%(cause)s: %(customer)s",
                cause=causes.get(warning.code, ""),
                customer=warning.partner_id.display_name or "",
            )

    @api.depends("evidence")
    @api.depends_context("lang")
    def _compute_evidence_text(self):
        for warning in self:
            warning.evidence_text = self.env["ir.qweb"]._render(
                "export_crm.warning_evidence", {"rows": warning._evidence_rows()}
            )

    @api.depends("evidence")
    @api.depends_context("lang")
    def _compute_summary(self):
        for warning in self:
            warning.summary = " · ".join(
                labelled(self.env, label, value)
                for label, value in warning._evidence_rows()
            )

    def _evidence_rows(self):
        """Return ``(label, value)`` of what the warning stands on."""
        own = {
            "last_sign": self.env._("Last sign of life"),
            "limit": self.env._("Limit"),
            "probability": self.env._("Chance that the rate fell"),
        }
        account = self.env["export.crm.account"]._fields
        rows = []
        seen = self.evidence or {}
        for name in sorted(seen, key=EVIDENCE.index):
            value = seen[name]
            label = own.get(name)
            if label is None and name in account:
                label = account[name]._description_string(self.env)
            rows.append((label or name, self._evidence_value(name, value)))
        return rows

    def _evidence_value(self, name, value):
        if value is None:
            return "–"
        if name in ("churn_risk", "probability", "silence_chance") or (
            name == "limit" and self.code == "churn"
        ):
            places = 1 if name == "silence_chance" else 0
            return percent(self.env, value, places)
        if name.startswith("order_average"):
            return format_amount(self.env, value, self.currency_id)
        if name == "last_sign":
            return format_date(self.env, value)
        if isinstance(value, float):
            return number(self.env, value, 0)
        return str(value)

    # === WHAT PEOPLE DO === #

    def action_done(self):
        """Say that somebody has taken care of it."""
        self._close("done", False)

    def action_dismiss(self, reason):
        """Say that it is none, and why.

        :param str reason: required
        :raise UserError: without a reason
        """
        if not (reason or "").strip():
            raise UserError(self.env._("A warning is dismissed with a reason."))
        self._close("dismissed", reason.strip())

    def _close(self, state, reason):
        self.check_access("read")
        wrong = self.filtered(lambda w: w.state not in OPEN_STATES)
        if wrong:
            raise UserError(
                self.env._(
                    "No longer open: %(names)s",
                    names=", ".join(wrong.mapped("display_name")),
                )
            )
        # sudo: whoever may see a warning may close it, and change nothing else of it
        warnings = self.sudo()
        warnings.write({"state": state, "reason": reason})
        for company, closed in warnings.grouped("company_id").items():
            # The colour of their health may be another one now.
            self.env["export.crm.dirty"]._mark(closed.partner_id, company)

    def action_record_loss(self):
        """Open the form for the loss of this customer."""
        self.ensure_one()
        return self.account_id.action_record_loss()
