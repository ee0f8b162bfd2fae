import json

from odoo import api, models
from odoo.tools import SQL

# Columns that the planner writes, with their types.
_COLUMNS = {
    "partner_id": "int",
    "contact_id": "int",
    "res_model": "varchar",
    "res_id": "int",
    "order_id": "int",
    "template_id": "int",
    "plan_id": "int",
    "step": "varchar",
    "cycle": "int",
    "title": "varchar",
    "feast_id": "int",
    "trigger": "varchar",
    "node": "varchar",
    "clock": "bool",
    "tier_id": "int",
    "country_id": "int",
    "role": "varchar",
    "contact_role": "varchar",
    "channel": "varchar",
    "anchor_date": "date",
    "anchor_at": "timestamp",
    "planned_date": "date",
    "window_at": "timestamp",
    "due_at": "timestamp",
    "target_hours": "float8",
    "turn_days": "float8",
    "state": "varchar",
    "reason": "varchar",
    "outcome": "varchar",
    "done_at": "timestamp",
    "on_time": "float8",
    "taken_hours": "float8",
}


class ExportCrmFollowup(models.Model):
    """Writing the ledger: one statement per batch, activities follow their rows."""

    _inherit = "export.crm.followup"

    @api.model
    def _insert(self, company, rows):
        """Insert the rows that are not there, in one statement."""
        if not rows:
            return
        names = SQL(", ").join(SQL.identifier(name) for name in _COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_followup (company_id, create_uid, create_date,
                       write_uid, write_date, %(names)s)
                SELECT %(company)s, %(uid)s, timezone('UTC', now()),
                       %(uid)s, timezone('UTC', now()), %(names)s
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(%(types)s)
                ON CONFLICT (company_id, res_model, res_id, step, cycle) DO NOTHING
                """,
                names=names,
                company=company.id,
                uid=self.env.uid,
                rows=json.dumps(rows, default=str),
                types=self._column_types(),
            )
        )
        self.env.invalidate_all()

    @api.model
    def _column_types(self):
        return SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(kind))
            for name, kind in _COLUMNS.items()
        )

    @api.model
    def _move(self, rows):
        """Move, answer or reopen rows, in one statement; activities follow."""
        if not rows:
            return
        changed = (
            "template_id",
            "plan_id",
            "role",
            "contact_role",
            "anchor_date",
            "anchor_at",
            "planned_date",
            "window_at",
            "due_at",
            "target_hours",
            "turn_days",
        ) + (
            "reason",
            "outcome",
            "done_at",
            "on_time",
            "taken_hours",
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_followup followup
                   SET %(sets)s, write_date = timezone('UTC', now()),
                       -- One that is to do stays so unless it is answered.
                       state = CASE WHEN row.state = 'planned'
                                     AND followup.state = 'scheduled'
                                    THEN 'scheduled' ELSE row.state END
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(id int, %(types)s)
                 WHERE followup.id = row.id
                """,
                sets=SQL(", ").join(
                    SQL("%s = row.%s", SQL.identifier(n), SQL.identifier(n))
                    for n in changed
                ),
                rows=json.dumps(rows, default=str),
                types=self._column_types(),
            )
        )
        self.env.invalidate_all()
        self.browse([row["id"] for row in rows])._follow_with_activities()

    def _follow_with_activities(self):
        """Have activities follow their rows: another day, or no longer needed."""
        with_activity = self.filtered("activity_id")
        open_ = with_activity.filtered(lambda row: row.state == "scheduled")
        for row in open_.filtered("clock"):
            if row.activity_id.date_deadline != row.planned_date:
                row.activity_id.date_deadline = row.planned_date
        open_._part_from_contacts()
        open_.filtered("activity_id")._plan_where_contact_is()
        (with_activity - open_)._drop_activities()

    @api.model
    def _close_by_id(self, items):
        """Close rows: ``[(id, state, reason)]``."""
        for state, reason in sorted({item[1:] for item in items}):
            ids = [item[0] for item in items if item[1:] == (state, reason)]
            self.browse(ids)._close(state, reason)

    def _close(self, state, reason):
        """End these rows without a contact; their activities go.

        An activity that other rows share stays for them.
        """
        self.write({"state": state, "reason": reason, "deferred": False})
        self._drop_activities()

    def _drop_activities(self, activities=None):
        """Remove the activities for which no open row is left.

        :param activities: by default those of these rows
        """
        activities = self.activity_id if activities is None else activities
        left = self.search(
            [("activity_id", "in", activities.ids), ("state", "=", "scheduled")]
        )
        (activities - left.activity_id).filtered("active").unlink()
        shared = left.filtered(lambda row: row.activity_id.active)
        for rows in shared.grouped("activity_id").values():
            rows._close_ranks()

    def _close_ranks(self):
        """Have the steps that are left of a shared contact go on without the others."""
        main = self.filtered(lambda row: not row.main_id)[:1]
        if not main:
            main = self.sorted(lambda row: (row.planned_date, row.id))[0]
            main.main_id = False
            (self - main).main_id = main
        if main.activity_id.date_deadline != main.planned_date:
            main.activity_id.date_deadline = main.planned_date
        main._tell_activity()
