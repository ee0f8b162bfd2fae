"""How a contact likes to be contacted, its numbers, and what was logged with it."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.contact.local_time import DEFAULT_HOURS
from ...tools.contact.phone_kind import takes_chats
from ..account.res_partner import READERS
from .channels import CHANNELS


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_channel_own = fields.Selection(
        CHANNELS,
        string="Own Channel",
        groups=READERS,
        help="How this contact likes to be contacted. Empty: as its company, else as "
        "usual in the country.",
        prefetch="export_crm",
    )
    export_channel = fields.Selection(
        CHANNELS,
        string="Preferred Channel",
        compute="_compute_export_channel",
        store=True,
        groups=READERS,
        help="The contact's own choice, else that of its company, else what is usual "
        "in the country, else e-mail.",
        prefetch="export_crm",
    )
    export_channel_address = fields.Char(
        string="ID on the Channel",
        groups=READERS,
        help="WeChat ID, LINE ID, LinkedIn profile or Trade Manager name.",
        prefetch="export_crm",
    )
    export_contact_role = fields.Selection(
        [
            ("management", "Management"),
            ("commercial", "Commercial"),
            ("technical", "Technical"),
        ],
        string="Contact Role",
        index="btree_not_null",
        groups=READERS,
        help="Whom a follow-up is meant for: each role has its own rhythm and "
        "questions.",
        prefetch="export_crm",
    )
    export_language_id = fields.Many2one(
        "res.lang",
        string="Likes to Speak",
        context={"active_test": False},
        groups=READERS,
        help="Language of talks, also one that documents are not printed in.",
        prefetch="export_crm",
    )
    export_preferences = fields.Text(
        string="Good to Know",
        groups=READERS,
        help="What a colleague should know before calling: coffee, family, gifts, "
        "what to avoid. Shown in follow-up activities.",
        prefetch="export_crm",
    )
    export_hours_own = fields.Boolean(
        string="Own Hours",
        groups=READERS,
        help="The contact can be reached at other hours than usual in the country.",
        prefetch="export_crm",
    )
    export_hours_from = fields.Float(
        string="Do Not Contact Before",
        compute="_compute_export_hours_from",
        store=True,
        readonly=False,
        groups=READERS,
        help="In the contact's local time.",
        prefetch="export_crm",
    )
    export_hours_to = fields.Float(
        string="Nor After",
        compute="_compute_export_hours_to",
        store=True,
        readonly=False,
        groups=READERS,
        help="In the contact's local time.",
        prefetch="export_crm",
    )
    export_occasion_ids = fields.One2many(
        "export.crm.occasion", "partner_id", string="Occasions", groups=READERS
    )
    export_phone_problem = fields.Char(
        string="Problem With the Number",
        compute="_compute_export_phone_links",
        groups=READERS,
        help="Why this number can't be dialled from here.",
    )
    export_whatsapp = fields.Char(
        string="WhatsApp Number",
        groups=READERS,
        help="Only if it is not the phone number, e.g. where that is a landline.",
        prefetch="export_crm",
    )
    export_tel_url = fields.Char(
        compute="_compute_export_phone_links", string="Call Link", groups=READERS
    )
    export_whatsapp_url = fields.Char(
        compute="_compute_export_phone_links", string="WhatsApp Link", groups=READERS
    )
    export_interaction_count = fields.Integer(
        string="Logged Contacts",
        compute="_compute_export_interaction_count",
        groups=READERS,
        help="Calls, chats and visits logged in the current company; on a customer "
        "those with all its contacts.",
    )

    @api.depends(
        "export_channel_own",
        "country_id.export_channel",
        "commercial_partner_id.export_channel_own",
        "commercial_partner_id.country_id.export_channel",
    )
    def _compute_export_channel(self):
        for partner in self:
            company = partner.commercial_partner_id
            country = partner.country_id or company.country_id
            partner.export_channel = (
                partner.export_channel_own
                or company.export_channel_own
                or country.export_channel
                or "email"
            )

    # No defaults of the fields: Odoo would write them, and refuse, for whoever makes a
    # partner without being allowed to see them. Two methods: writing one of two fields
    # that are computed together keeps the other from being computed.
    @api.depends("export_hours_own")
    def _compute_export_hours_from(self):
        for partner in self:
            usual = DEFAULT_HOURS[0] if partner.export_hours_own else 0.0
            partner.export_hours_from = partner.export_hours_from or usual

    @api.depends("export_hours_own")
    def _compute_export_hours_to(self):
        for partner in self:
            usual = DEFAULT_HOURS[1] if partner.export_hours_own else 0.0
            partner.export_hours_to = partner.export_hours_to or usual

    @api.constrains("export_hours_own", "export_hours_from", "export_hours_to")
    def _check_export_hours(self):
        for partner in self.filtered("export_hours_own"):
            if not 0 <= partner.export_hours_from < partner.export_hours_to <= 24:
                raise ValidationError(
                    self.env._(
                        "%(contact)s: the hours must begin before they end, between "
                        "0:00 and 24:00.",
                        contact=partner.display_name,
                    )
                )

    # === PHONE NUMBER === #

    def _export_e164(self):
        """Return the phone number as E.164, False for one that can't be dialled.

        Odoo reads a number without country code as one of our own country where the
        contact has none: for an exporter that is a guess, and mostly a wrong one.
        """
        self.ensure_one()
        country = self.country_id or self.commercial_partner_id.country_id
        number = (self.phone or "").strip()
        if self.country_id or number.startswith(("+", "00")):
            return self.phone_sanitized or False
        if not number or not country:
            return False
        return self._phone_format(number=number, country=country)

    @api.depends(
        "phone",
        "phone_sanitized",
        "export_whatsapp",
        "country_id",
        "commercial_partner_id.country_id",
    )
    def _compute_export_phone_links(self):
        for partner in self:
            number = partner._export_e164()
            partner.export_tel_url = number and f"tel:{number}"
            partner.export_phone_problem = (
                partner._export_phone_problem(partner.phone)
                if partner.phone and not number
                else False
            )
            if partner.export_whatsapp:
                number = partner._phone_format(number=partner.export_whatsapp)
                if not number:
                    partner.export_phone_problem = partner._export_phone_problem(
                        partner.export_whatsapp
                    )
            elif not takes_chats(number):
                number = False
            partner.export_whatsapp_url = (
                number and f"https://wa.me/{number.removeprefix('+')}"
            )

    def _export_phone_problem(self, number):
        self.ensure_one()
        country = self.country_id or self.commercial_partner_id.country_id
        if country:
            return self.env._(
                "“%(number)s” is no number that can be dialled in %(country)s. Write "
                "it with the country code, as +44 …",
                number=number,
                country=country.name,
            )
        return self.env._(
            "“%(number)s” can't be dialled from here: write it with the country code, "
            "as +44 …",
            number=number,
        )

    # === LOGGED CONTACTS === #

    @api.depends_context("company", "uid")
    def _compute_export_interaction_count(self):
        interactions = self.env["export.crm.interaction"]
        company = ("company_id", "=", self.env.company._export_root().id)
        by_contact, by_customer = (
            dict(
                interactions._read_group(
                    [company, (name, "in", self.ids)], [name], ["__count"]
                )
            )
            for name in ("partner_id", "customer_id")
        )
        for partner in self:
            whole = partner == partner.commercial_partner_id
            counts = by_customer if whole else by_contact
            partner.export_interaction_count = counts.get(partner._origin, 0)

    def action_export_view_interactions(self):
        """Open what was logged with this contact, or with all of this customer."""
        self.ensure_one()
        whole = self == self.commercial_partner_id
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_interaction_action"
        )
        action["domain"] = [
            ("customer_id" if whole else "partner_id", "=", self.id),
            ("company_id", "=", self.env.company._export_root().id),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_export_log_contact(self):
        """Open the small dialog that logs a call, chat or visit."""
        self.ensure_one()
        channel = self.env.context.get("export_channel") or self.export_channel
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log Contact"),
            "res_model": "export.crm.interaction",
            "views": [
                (
                    self.env.ref(
                        "export_crm.export_crm_interaction_view_form_quick"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {
                "default_partner_id": self.id,
                "default_channel": channel,
                "dialog_size": "medium",
            },
        }
