from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..contact import reachable
from .export_crm_followup import OPEN_STATES

#: Channels that wait on the other side until somebody reads.
WRITTEN = ("email", "linkedin", "trade_manager")


class ExportCrmFollowup(models.Model):
    """What to do first on *My Day*: whom the clock there lets us reach."""

    _inherit = "export.crm.followup"

    # Codes in the alphabet's order: groups are sorted by them.
    section = fields.Selection(
        [("call", "Call Now"), ("text", "Write"), ("wait", "Opens Later")],
        string="When",
        compute="_compute_section",
        search="_search_section",
        help="Call now: a call or a chat, and it is working time there. Write: read "
        "whenever they come in. Opens later: a call or a chat, and they are closed.",
    )
    due = fields.Selection(
        [("overdue", "Overdue"), ("today", "Today"), ("upcoming", "Later")],
        compute="_compute_due",
        search="_search_due",
        help="Of what is still to be done; today is the day of the company.",
    )
    who = fields.Char(
        string="Whom",
        compute="_compute_who",
        help="The customer, or who wrote an inquiry and is none yet.",
    )
    local_time = fields.Char(string="There", compute="_compute_local_time")

    @api.depends_context("lang", "company")
    @api.depends("contact_id", "partner_id")
    def _compute_local_time(self):
        """The same sentence as on the contact's form, of the same hours."""
        now = fields.Datetime.now()
        # sudo: what time it is there is no secret, whosever customer it is
        hours = (self.contact_id | self.partner_id).sudo()._export_hours(now)
        for row in self:
            who = row.contact_id or row.partner_id
            row.local_time = who and who._export_local_sentence(
                hours[who.id].status(now)
            )

    @api.depends("partner_id.name", "contact_id.name", "res_model", "res_id")
    def _compute_who(self):
        inquirers = self._inquirers()
        for row in self:
            name = row.partner_id.name or row.contact_id.name
            row.who = name or inquirers.get(row.id, "")

    def _inquirers(self):
        """Return ``{row id: name}`` of those whose inquiries these rows hang on."""
        rows = self.filtered(lambda row: row.res_model == "crm.lead")
        # sudo: whoever is to answer may read whom, before the inquiry is theirs
        leads = self.env["crm.lead"].sudo().browse(rows.mapped("res_id")).exists()
        names = {
            lead.id: lead.partner_name
            or lead.contact_name
            or lead.email_from
            or lead.name
            for lead in leads
        }
        return {row.id: names.get(row.res_id, "") for row in rows}

    @api.depends_context("company")
    @api.depends("late", "state", "planned_date", "company_id")
    def _compute_due(self):
        for row in self:
            company = row.company_id or self.env.company
            if row.state not in OPEN_STATES:
                row.due = False
            elif row.late:
                row.due = "overdue"
            else:
                comes = row.planned_date > company._export_today()
                row.due = "upcoming" if comes else "today"

    @api.model
    def _search_due(self, operator, value):
        return self._search_by_sql(self._due_sql, operator, value)

    @api.depends_context("company")
    @api.depends("channel", "contact_id", "partner_id")
    def _compute_section(self):
        now = fields.Datetime.now()
        spoken = self.filtered(lambda row: row.channel not in WRITTEN)
        # sudo: see _compute_local_time
        people = (spoken.contact_id | spoken.partner_id).sudo()
        hours = people._export_hours(now)
        for row in self:
            who = row.contact_id or row.partner_id
            if row not in spoken or not who:
                row.section = "text"
            else:
                row.section = "call" if hours[who.id].status(now).open else "wait"

    @api.model
    def _search_section(self, operator, value):
        return self._search_by_sql(self._section_sql, operator, value)

    @api.model
    def _search_by_sql(self, to_sql, operator, value):
        """Return the rows for which the SQL of ``to_sql(alias)`` is in ``value``."""
        if operator != "in":
            return NotImplemented
        found = Domain.FALSE
        if names := tuple(filter(None, value)):
            found = Domain.custom(
                to_sql=lambda model, alias, query: SQL("%s IN %s", to_sql(alias), names)
            )
        if False in value:
            found |= Domain.custom(
                to_sql=lambda model, alias, query: SQL("%s IS NULL", to_sql(alias))
            )
        return found

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Group by what no column could keep, because it is of now."""
        if groupby_spec == "section":
            return self._section_sql(alias)
        if groupby_spec == "due":
            return self._due_sql(alias)
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def _due_sql(self, alias):
        """Return in SQL whether the rows of ``alias`` are overdue: ``_compute_due``."""
        return SQL(
            """CASE WHEN %(state)s NOT IN %(open)s THEN NULL
                    WHEN %(due_at)s < %(now)s THEN 'overdue'
                    WHEN %(planned)s <= %(today)s THEN 'today'
                    ELSE 'upcoming' END""",
            state=self._followup_column(alias, "state"),
            open=OPEN_STATES,
            due_at=self._followup_column(alias, "due_at"),
            now=fields.Datetime.now(),
            planned=self._followup_column(alias, "planned_date"),
            today=self.env["res.company"]._export_today_sql(
                self._followup_column(alias, "company_id")
            ),
        )

    @api.model
    def _followup_column(self, alias, name):
        return SQL.identifier(alias, name, to_flush=self._fields[name])

    @api.model
    def _section_sql(self, alias):
        """Return the section of the rows of ``alias`` in SQL: ``_compute_section``."""
        for model, names in reachable.READ.items():
            # sudo: flushing writes what is pending, whoever asks
            self.env[model].sudo().flush_model(names)
        clocks = reachable.clocks(self.env, fields.Datetime.now())
        return SQL(
            """CASE WHEN %(channel)s IN %(written)s
                      OR COALESCE(%(contact)s, %(partner)s) IS NULL THEN 'text'
                    WHEN COALESCE(%(contact)s, %(partner)s) IN (%(open)s) THEN 'call'
                    ELSE 'wait' END""",
            channel=self._followup_column(alias, "channel"),
            contact=self._followup_column(alias, "contact_id"),
            partner=self._followup_column(alias, "partner_id"),
            written=WRITTEN,
            open=reachable.reachable_sql(clocks),
        )
