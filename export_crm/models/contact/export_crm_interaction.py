from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..account.unknown import FactFloat
from .channels import CHANNELS

# Clocks of phones are not those of the server.
_AHEAD = timedelta(minutes=10)
_ACTIVITY_TYPES = {
    "phone": "mail.mail_activity_data_call",
    "video": "mail.mail_activity_data_call",
    "visit": "mail.mail_activity_data_meeting",
    "email": "mail.mail_activity_data_email",
}
# What changes the facts of the customer.
_WATCHED = {
    "activity_id",
    "answered",
    "channel",
    "company_id",
    "date",
    "direction",
    "partner_id",
    "sentiment",
}


class ExportCrmInteraction(models.Model):
    """A contact with a customer outside Odoo: a call, a chat, a visit.

    Logged by people in one tap; feeds the facts (``models/account/sources/contact``)
    and the list of who talks with whom.
    """

    _name = "export.crm.interaction"
    _inherit = "export.crm.books.mixin"
    _description = "Logged Contact"
    _order = "date desc, id desc"
    _rec_name = "note"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        help="Whom we talked with.",
    )
    customer_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Customer",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        help="Who of us talked with them.",
    )
    date = fields.Datetime(
        string="When", required=True, default=lambda self: fields.Datetime.now()
    )
    channel = fields.Selection(
        [*CHANNELS, ("video", "Video call"), ("visit", "Visit"), ("other", "Other")],
        required=True,
        default="phone",
    )
    direction = fields.Selection(
        [("out", "We contacted them"), ("in", "They contacted us")],
        required=True,
        default="out",
    )
    answered = fields.Boolean(
        string="Reached",
        default=True,
        help="Somebody answered. Off: a try, which counts as effort of ours only.",
    )
    reply_rate = FactFloat(
        compute="_compute_reply_rate",
        store=True,
        digits=(16, 3),
        aggregator="avg",
        help="1 for a try of ours that was answered, 0 for one that was not: its "
        "average is the share of answers by channel.",
    )
    sentiment = fields.Selection(
        [("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")],
        string="Mood",
        help="How it went, as you see it. Nothing is guessed from texts.",
    )
    note = fields.Text(string="What Was Said")
    next_step = fields.Char(help="Becomes an activity of yours on the contact.")
    next_date = fields.Date(
        string="On", help="Empty: the contact's next working day from tomorrow on."
    )
    activity_id = fields.Many2one(
        "mail.activity",
        string="Finished Activity",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        help="The planned activity that this contact was; it counts once.",
    )
    next_activity_id = fields.Many2one(
        "mail.activity",
        ondelete="set null",
        copy=False,
        readonly=True,
    )

    _company_date_idx = models.Index("(company_id, date)")

    @api.depends("channel", "partner_id.name", "date")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for contact in self:
            contact.display_name = self.env._(
                "%(channel)s: %(contact)s",
                channel=channels.get(contact.channel, ""),
                contact=contact.partner_id.name or "",
            )

    @api.depends("direction", "answered")
    def _compute_reply_rate(self):
        for contact in self:
            tried = contact.direction == "out"
            contact.reply_rate = float(contact.answered) if tried else None

    @api.constrains("date")
    def _check_date(self):
        limit = fields.Datetime.now() + _AHEAD
        if any(contact.date > limit for contact in self):
            raise ValidationError(
                self.env._(
                    "A contact is logged after it happened. Plan a future one as a "
                    "next step."
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        contacts._mark_customers()
        contacts._schedule_next_step()
        return contacts

    def write(self, vals):
        """Have the customers judged again, the one before and the one after."""
        if _WATCHED.isdisjoint(vals):
            result = super().write(vals)
        else:
            self._mark_customers()
            result = super().write(vals)
            self._mark_customers()
        if vals.get("next_step"):
            self._schedule_next_step()
        return result

    def unlink(self):
        self._mark_customers()
        return super().unlink()

    # === BUSINESS METHODS === #

    def action_log(self):
        """Close the dialog and say so (button); saving it has logged the contact."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Logged: %(contact)s", contact=self.partner_id.display_name
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _mark_customers(self):
        for company, contacts in self.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(contacts.partner_id, company)

    def _schedule_next_step(self):
        """Plan the next step as an activity, once."""
        now = fields.Datetime.now()
        for contact in self:
            if not contact.next_step or contact.next_activity_id:
                continue
            company = contact.company_id._export_entered()
            partner = contact.partner_id.with_company(company)
            if not contact.next_date:
                hours = partner._export_hours(now)[partner.id]
                tomorrow = hours.local(now).date() + timedelta(days=1)
                opens, _end = hours.next_window(hours.window(tomorrow)[0])
                contact.next_date = hours.local(opens).date()
            # sudo: which activity came of it is the system's to note
            contact.sudo().next_activity_id = partner.activity_schedule(
                _ACTIVITY_TYPES.get(contact.channel, "mail.mail_activity_data_todo"),
                contact.next_date,
                summary=contact.next_step,
                note=contact.note or "",
                user_id=contact.user_id.id,
            )
