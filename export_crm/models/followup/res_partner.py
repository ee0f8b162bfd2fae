from functools import cache

import pytz

from odoo import api, fields, models

from ...tools.core.readers import ACCOUNT_READERS
from ...tools.followup import followup as calc
from .export_crm_followup import OPEN_STATES

# What decides when a contact can be reached.
_PLACE = frozenset(
    (
        "export_tz_own",
        "export_hours_own",
        "export_hours_from",
        "export_hours_to",
        "country_id",
        "state_id",
        "phone",
    )
)


@cache
def _zone(name):
    return pytz.timezone(name)


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_followup_ids = fields.One2many(
        "export.crm.followup", "partner_id", groups=ACCOUNT_READERS
    )
    export_followup_count = fields.Integer(
        string="Follow-ups",
        compute="_compute_export_followup_count",
        groups=ACCOUNT_READERS,
    )
    export_order_news = fields.Boolean(
        string="Order-Progress Mail",
        groups=ACCOUNT_READERS,
        copy=False,
        help="The contact has agreed to a mail at 09:00 its time on days on which "
        "something about its orders has changed. It can change that in the portal.",
        prefetch="export_crm",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        chosen = [bool(vals.get("export_order_news")) for vals in vals_list]
        if any(chosen):
            partners.browse(
                partner.id for partner, yes in zip(partners, chosen, strict=True) if yes
            )._export_begin_order_news()
        return partners

    def write(self, vals):
        """Take as known, when a contact opts in, what is true then.

        With the customer, what is to do goes to its new salesperson. Who is archived
        is not on anybody's list any more, and who moves is contacted in the hours of
        the new place.
        """
        begins = self.browse()
        if vals.get("export_order_news"):
            begins = self.filtered(lambda partner: not partner.export_order_news)
        if "user_id" in vals:
            ledger = self.env["export.crm.followup"]
            with ledger._following_people([("partner_id", "in", self.ids)]):
                result = super().write(vals)
        else:
            result = super().write(vals)
        if begins:
            begins._export_begin_order_news()
        ledger = self.env["export.crm.followup"]
        if vals.get("active") is False:
            ledger._leave_archived(self)
        elif _PLACE & set(vals):
            ledger._follow_places(self)
        return result

    @api.model
    def _export_customers_changed(self, moved):
        """Let contacts with a customer follow to whom it belongs by now."""
        result = super()._export_customers_changed(moved)
        self.env["export.crm.followup"]._follow_customers(self.browse().concat(*moved))
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

    def _export_begin_order_news(self):
        # sudo: the memory is the engine's, whoever notes the contact's wish
        self.env["export.crm.order.news"].sudo()._begin(self)
