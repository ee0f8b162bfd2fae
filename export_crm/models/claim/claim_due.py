from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

DUE = [
    ("late", "Late"),
    ("today", "Due today"),
    ("fine", "In time"),
    ("waiting", "Stands still"),
    ("done", "Done"),
]


class ExportCrmClaim(models.Model):
    """Deadline first: what is late, what is due today, and what has time.

    These follow from the clock on the wall, so they are asked of the database when
    they are needed and stored nowhere.
    """

    _inherit = "export.crm.claim"

    due = fields.Selection(
        DUE,
        compute="_compute_due",
        search="_search_due",
        help="By the next deadline: late, by the end of your company's day, or later.",
    )
    breach_today = fields.Boolean(
        compute="_compute_breach_today", search="_search_breach_today"
    )
    urgency = fields.Integer(
        compute="_compute_urgency",
        aggregator=None,
        help="What the list is sorted by: late ones first, the most urgent of them at "
        "the top; then by the next deadline; then the rest.",
    )

    @api.depends("next_deadline", "state", "company_id")
    def _compute_due(self):
        now = fields.Datetime.now()
        for claim in self:
            deadline = claim.next_deadline
            if not claim.is_open:
                claim.due = "done"
            elif not deadline:
                claim.due = "done" if claim.state == "solved" else "waiting"
            elif deadline < now:
                claim.due = "late"
            elif deadline < claim._end_of_today(claim.company_id):
                claim.due = "today"
            else:
                claim.due = "fine"

    @api.depends("due")
    def _compute_breach_today(self):
        for claim in self:
            claim.breach_today = claim.due == "today"

    @api.depends("due", "priority")
    def _compute_urgency(self):
        rest = {"today": 4, "fine": 4, "waiting": 5, "done": 6}
        for claim in self:
            claim.urgency = rest.get(claim.due, 3 - int(claim.priority or 0))

    @api.model
    def _search_breach_today(self, operator, value):
        """Find open claims that will be late by the end of the company's today."""
        if operator != "in" or True not in value:
            return NotImplemented
        return self._due_domain("today")

    @api.model
    def _search_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._due_domain(due) for due in value if due)

    @api.model
    def _due_domain(self, due):
        """Return the domain of the claims that are due so; see ``_compute_due``."""
        opened = Domain("is_open", "=", True)
        if due == "late":
            return opened & Domain("next_deadline", "<", fields.Datetime.now())
        if due == "today":
            return opened & self._today_domain()
        if due == "fine":
            timed = opened & Domain("next_deadline", ">=", fields.Datetime.now())
            return timed & ~self._today_domain()
        still = opened & Domain("next_deadline", "=", False)
        if due == "waiting":
            return still & Domain("state", "!=", "solved")
        return Domain("is_open", "=", False) | still & Domain("state", "=", "solved")

    @api.model
    def _today_domain(self):
        now = fields.Datetime.now()
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("next_deadline", ">=", now)
            & Domain("next_deadline", "<", self._end_of_today(company))
            for company in self.env.companies._export_root()
        )

    @api.model
    def _end_of_today(self, company):
        """Return the end of the company's day, as naive UTC."""
        company = company.sudo()  # its time zone is its partner's
        zone = company._export_timezone()
        tomorrow = company._export_today() + timedelta(days=1)
        begin = fields.Datetime.to_datetime(tomorrow)
        return zone.localize(begin).astimezone(pytz.utc).replace(tzinfo=None)

    # === IN THE DATABASE === #

    def _due_sql(self, alias, query):
        """Return ``due`` as an expression, to group by."""
        state, is_open, deadline, company = (
            self._field_to_sql(alias, name, query)
            for name in ("state", "is_open", "next_deadline", "company_id")
        )
        ends = [
            SQL("WHEN %s THEN %s::timestamp", one.id, self._end_of_today(one))
            for one in self.env.companies._export_root()
        ]
        return SQL(
            "CASE WHEN %(is_open)s IS NOT TRUE THEN 'done'"
            " WHEN %(deadline)s IS NULL THEN"
            " CASE WHEN %(state)s = 'solved' THEN 'done' ELSE 'waiting' END"
            " WHEN %(deadline)s < %(now)s THEN 'late'"
            " WHEN %(deadline)s < CASE %(company)s %(ends)s END THEN 'today'"
            " ELSE 'fine' END",
            is_open=is_open,
            deadline=deadline,
            state=state,
            company=company,
            now=fields.Datetime.now(),
            ends=SQL(" ").join(ends),
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec == "due":
            return self._due_sql(alias, query)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != "urgency":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        is_open, deadline, priority, state = (
            self._field_to_sql(alias, name, query)
            for name in ("is_open", "next_deadline", "priority", "state")
        )
        return SQL(
            "(CASE WHEN %(is_open)s IS NOT TRUE THEN 6"
            " WHEN %(deadline)s IS NULL THEN"
            " CASE WHEN %(state)s = 'solved' THEN 6 ELSE 5 END"
            " WHEN %(deadline)s < %(now)s THEN 3 - COALESCE(%(priority)s, '0')::int"
            " ELSE 4 END) %(direction)s %(nulls)s",
            is_open=is_open,
            deadline=deadline,
            priority=priority,
            state=state,
            now=fields.Datetime.now(),
            direction=direction,
            nulls=nulls,
        )
