from functools import cache

import pytz

from odoo import fields, models

from ...tools import followup as calc
from .export_crm_followup import OPEN_STATES


@cache
def _zone(name):
    return pytz.timezone(name)


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_followup_ids = fields.One2many("export.crm.followup", "partner_id")
    export_followup_count = fields.Integer(
        string="Follow-ups", compute="_compute_export_followup_count"
    )

    def write(self, vals):
        """Let contacts with a customer follow to whom it belongs by now."""
        if not {"parent_id", "is_company"} & set(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda p: p.commercial_partner_id != before[p])
        if moved:
            self.env["export.crm.followup"]._follow_customers(moved)
        return result

    def _compute_export_followup_count(self):
        ledger = self.env["export.crm.followup"]
        if not ledger.has_access("read"):
            self.export_followup_count = 0
            return
        groups = ledger._read_group(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("state", "in", OPEN_STATES),
            ],
            ["partner_id"],
            ["__count"],
        )
        counts = dict(groups)
        for partner in self:
            partner.export_followup_count = counts.get(partner.commercial_partner_id, 0)

    def action_export_followups(self):
        """Open the ledger of these customers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_followup_action"
        )
        action["domain"] = [("partner_id", "in", self.commercial_partner_id.ids)]
        action["context"] = {"search_default_open": 1}
        return action

    def _export_followup_zone(self, company):
        """Return the time zone (``pytz``) of a contact; unknown: the company's."""
        # sudo: the time where a contact is, is for everybody who has to call
        # (no slice of one record: that would lose what is fetched together)
        contact = self[:1] if len(self) > 1 else self
        name = contact.sudo().export_tz
        if name in pytz.all_timezones_set:
            return _zone(name)
        return company._export_timezone()

    def _export_followup_window(self, company, day, working=False, hours=None):
        """Return begin and end (naive UTC) of working hours on a local day.

        :param working: the next working day there if the day is off
        :param hours: the contact's ``LocalHours``, where they are known already
        """
        if not self:
            return calc.window(day, company._export_timezone())
        if hours is None:
            contact = self[:1].with_company(company)
            moment = fields.Datetime.to_datetime(day)
            hours = contact._export_hours(moment)[contact.id]
        begin, end = hours.window(day)
        return hours.next_window(begin) if working else (begin, end)
