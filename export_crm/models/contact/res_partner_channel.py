"""How a contact likes to be contacted, and what to know before doing so."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.local_time import DEFAULT_HOURS
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
