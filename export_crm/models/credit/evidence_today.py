from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ...tools.core.readers import FIGURES

STATUSES = [
    ("overdue", "Overdue"),
    ("late", "Paid late"),
    ("on_time", "Paid in time"),
    ("pending", "Not due any more"),
    ("neutral", "Set aside"),
    ("credited", "Credited"),
    ("cancelled", "Cancelled"),
    ("moved", "Of another customer"),
]
EXCUSES = [
    ("promised", "Promised"),
    ("transit", "Payment on its way"),
    ("not_due", "Later due date"),
    ("disputed", "Disputed"),
    ("blocked", "Blocked"),
]
#: What stands against the customer, by its weight.
RANK = {"overdue": 2, "late": 1}
#: How many instalments a text names one by one.
NAMED = 3
#: What is computed as of today.
TODAY = (
    "status_now",
    "excuse_now",
    "due_now",
    "settled_now",
    "days_late_now",
    "open_now",
    "unpaid_now",
    "text_now",
)


class State(NamedTuple):
    """What an instalment is, then, today, or when it was decided about.

    ``status`` and ``excuse`` as the fields ``status_now`` and ``excuse_now``;
    ``open_amount`` in company currency; ``unpaid``: more than the tolerance is open.
    """

    status: str
    due: object
    settled: object = False
    days: int = 0
    excuse: str | bool = False
    open_amount: float = 0.0
    unpaid: bool = False


class ExportCrmCreditEvidence(models.Model):
    """What became of the evidence: today, and when a decision used it up."""

    _inherit = "export.crm.credit.evidence"

    status_now = fields.Selection(
        STATUSES, string="Today", compute="_compute_today", compute_sudo=True
    )
    excuse_now = fields.Selection(
        EXCUSES, string="Why not late", compute="_compute_today", compute_sudo=True
    )
    due_now = fields.Date(
        string="Due now",
        compute="_compute_today",
        compute_sudo=True,
        help="After a change of the invoice, or an approved promise to pay.",
    )
    settled_now = fields.Date(
        string="Paid on, today", compute="_compute_today", compute_sudo=True
    )
    days_late_now = fields.Integer(
        string="Days late now",
        compute="_compute_today",
        compute_sudo=True,
        aggregator=None,
        help="Calendar days after the due date, up to today if it is unpaid.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    open_now = fields.Monetary(
        string="Open now",
        compute="_compute_today",
        compute_sudo=True,
        currency_field="company_currency_id",
        groups=FIGURES,
        help="What is left to pay of it, in company currency.",
    )
    unpaid_now = fields.Boolean(compute="_compute_today", compute_sudo=True)
    text_now = fields.Char(
        string="What became of it", compute="_compute_text_now", compute_sudo=True
    )
    decided_as = fields.Selection(
        STATUSES,
        string="When decided",
        copy=False,
        help="What it was when a Credit Controller decided. Once it is worse, it "
        "counts again.",
    )
    decided_excuse = fields.Selection(EXCUSES, copy=False)
    decided_due = fields.Date(copy=False)
    decided_settled_on = fields.Date(copy=False)
    decided_days = fields.Integer(copy=False, aggregator=None)

    # === TODAY === #

    @api.depends("move_line_id", "hold_id.partner_id", "company_id")
    def _compute_today(self):
        # What the guard has found just now is of today.
        kept = self.filtered(lambda line: line._origin)
        states = {line: line._state_then() for line in self - kept}
        judged = kept._origin._judge_today()
        states |= {line: judged[line._origin] for line in kept}
        for line, state in states.items():
            line.status_now = state.status
            line.excuse_now = state.excuse
            line.due_now = state.due
            line.settled_now = state.settled
            line.days_late_now = state.days
            line.open_now = state.open_amount
            line.unpaid_now = state.unpaid

    @api.depends("status_now", "due_now", "settled_now", "days_late_now", "excuse_now")
    @api.depends_context("lang")
    def _compute_text_now(self):
        for line in self:
            line.text_now = line._phrase(line._state_now())

    def _judge_today(self):
        """Judge these instalments by the ledger as it is: one query per company.

        :return: ``{evidence: State}``
        """
        accounts = self.env["export.crm.account"]
        states = {}
        for company, lines in self.grouped("company_id").items():
            today = company._export_today()
            rows = self.env.execute_query_dict(
                accounts._lateness_lines_sql(
                    company,
                    today,
                    lines.hold_id.partner_id.ids,
                    lines.move_line_id.ids,
                )
            )
            by_line = {row["move_line_id"]: row for row in rows}
            for line in lines:
                row = by_line.get(line.move_line_id.id)
                states[line] = line._state_of(row, today)
        return states

    def _state_of(self, row, today):
        """Read one row of ``export.crm.account._lateness_lines_sql``, or None."""
        self.ensure_one()
        if not row or not row["posted"]:
            return State("cancelled", self.due_date)
        if row["partner_id"] != self.hold_id.partner_id.id:
            return State("moved", row["original_due_date"])
        if not row["is_judged"]:
            return self._state_unjudged(row, today)
        due = row["due_date"]
        status, excuse = row["verdict"] or "credited", False
        if status == "pending":
            promised = due > row["original_due_date"]
            excuse = "promised" if promised else "not_due"
            excuse = "transit" if row["in_transit"] else excuse
        elif status == "neutral":
            excuse = "blocked" if row["is_blocked"] else "disputed"
        return State(
            status,
            due,
            row["settled_on"] or False,
            row["days_late"],
            excuse,
            float(row["open_amount"] or 0.0),
            # What is disputed is not paid, though nothing of it is to be paid now.
            status == "overdue"
            or excuse == "disputed"
            or bool(excuse and row["is_short"]),
        )

    def _state_unjudged(self, row, today):
        """Say what an instalment is that doesn't count as of today."""
        due = row["original_due_date"]
        if row["reconciled"]:
            # Closed, and due before the window in which payments are judged.
            return State("late", self.due_date, self.settled_on, self.days_late)
        # Given a later date, or left out by a setting: down payments, say.
        later = due > today
        status, excuse = ("pending", "not_due") if later else ("neutral", "blocked")
        return State(status, due, excuse=excuse, unpaid=True)

    def _state_then(self):
        self.ensure_one()
        return State(self.verdict, self.due_date, self.settled_on, self.days_late)

    def _state_decided(self):
        """Return what it was when decided; of old decisions only the word is known."""
        self.ensure_one()
        if not self.decided_due:
            return self._state_then()
        return State(
            self.decided_as,
            self.decided_due,
            self.decided_settled_on,
            self.decided_days,
            self.decided_excuse,
        )

    def _state(self):
        """Return what people are told: of today, of a closed hold as decided."""
        self.ensure_one()
        # sudo: what an instalment is is no secret, nobody is told the amount
        line = self.sudo()
        if line.hold_id.state == "closed":
            return line._state_decided()
        return line._state_now()

    def _state_now(self):
        self.ensure_one()
        return State(
            self.status_now,
            self.due_now,
            self.settled_now,
            self.days_late_now,
            self.excuse_now,
            self.open_now,
            self.unpaid_now,
        )

    def _consume(self):
        """Use these instalments up, as they are: they open no other hold as such."""
        for line, state in self._judge_today().items():
            line.write(
                {
                    "consumed": True,
                    "decided_as": state.status,
                    "decided_excuse": state.excuse,
                    "decided_due": state.due,
                    "decided_settled_on": state.settled,
                    "decided_days": state.days,
                }
            )

    @api.model
    def _forget_today(self):
        """Drop what was read of today: the ledger has changed in this transaction."""
        self.invalidate_model(TODAY, flush=False)

    # === IN WORDS === #

    def _sentence(self, state=None):
        """Return what a salesperson may know of it: invoice, due date, days late.

        :param State state: default: of today, see :meth:`_state`
        """
        self.ensure_one()
        state = state or self._state()
        values = {"invoice": self.invoice_name, "what": self._phrase(state)}
        if state.excuse in ("promised", "not_due"):
            return self.env._("%(invoice)s: %(what)s", **values)
        due = format_date(self.env, state.due)
        return self.env._("%(invoice)s, due %(due)s: %(what)s", due=due, **values)

    def _phrase(self, state):
        """Return what became of it, with its days."""
        self.ensure_one()
        if state.status == "overdue":
            return self.env._("unpaid for %s days", state.days)
        if state.status == "late" and state.settled:
            return self.env._("paid %s days late", state.days)
        if state.status == "on_time" and state.due == self.due_date:
            return self.env._("paid in time (entered late)")
        if state.excuse == "not_due":
            return self.env._("due %s now", format_date(self.env, state.due))
        if state.excuse == "promised":
            return self.env._("promised until %s", format_date(self.env, state.due))
        return self._word(state)

    @api.model
    def _word(self, state):
        """Return in a word or two what became of an instalment."""
        if state.excuse:
            return {
                "promised": self.env._("promised"),
                "transit": self.env._("paid by a transfer on its way"),
                "not_due": self.env._("given a later due date"),
                "disputed": self.env._("disputed"),
                "blocked": self.env._("set aside"),
            }[state.excuse]
        if state.status == "late" and not state.settled:
            return self.env._("written off")
        return {
            "overdue": self.env._("unpaid"),
            "late": self.env._("paid late"),
            "on_time": self.env._("paid in time"),
            "credited": self.env._("credited"),
            "cancelled": self.env._("cancelled"),
            "moved": self.env._("given to another customer"),
        }[state.status]

    def _told(self, then=False, amounts=False):
        """Return the lines that tell of these instalments, the gravest first.

        Of more than a few the sum, and the first ones.

        :param bool then: as they were when held against the customer
        :param bool amounts: the reader may see amounts
        """
        states = {line: line._state_then() if then else line._state() for line in self}
        gravest = self.sorted(
            lambda line: (
                -RANK.get(states[line].status, 0),
                -states[line].days,
                line.due_date,
                line.id or 0,
            )
        )
        lines = [line._sentence(states[line]) for line in gravest[:NAMED]]
        if len(gravest) > NAMED:
            lines.insert(0, self._summed(states.values(), amounts))
        return lines

    def _summed(self, states, amounts=False):
        """Return one line about many: how many unpaid, how many paid late."""
        unpaid = [state for state in states if state.status == "overdue"]
        late = [state for state in states if state.status == "late"]
        rest = len(states) - len(unpaid) - len(late)
        parts = []
        if unpaid:
            text = self.env._(
                "%(count)s unpaid, oldest %(days)s days",
                count=len(unpaid),
                days=max(state.days for state in unpaid),
            )
            total = sum(state.open_amount for state in unpaid)
            if amounts and total:
                currency = self.company_id.currency_id[:1]
                text = f"{text}, {format_amount(self.env, total, currency)}"
            parts.append(text)
        if late:
            parts.append(
                self.env._(
                    "%(count)s paid late, at most %(days)s days",
                    count=len(late),
                    days=max(state.days for state in late),
                )
            )
        if rest:
            parts.append(self.env._("%s not late any more", rest))
        return "; ".join(parts)


class ExportCrmDirty(models.Model):
    _inherit = "export.crm.dirty"

    @api.model
    def _mark(self, partners, company=None, exact=False):
        """Whatever has a customer judged anew makes what was read of today old."""
        self.env["export.crm.credit.evidence"]._forget_today()
        self.env["export.crm.credit.hold"]._forget_today()
        return super()._mark(partners, company, exact)
