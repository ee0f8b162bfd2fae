"""*Intern: Public Card Only*: what of contacts an intern may read, on every interface.

Odoo asks :meth:`_has_field_access` wherever a field is read, searched, grouped, sorted
or exported, and rules wherever a record is; so this holds for forms, lists and remote
calls alike. Colleagues are read as ever, or nobody could use Discuss or preferences.
"""

from odoo import api, models, tools
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

INTERN = "export_crm.export_crm_group_intern"
#: Name, country, industry, website and tier, and what the web client asks for besides.
CARD = {
    "id",
    "display_name",
    "name",
    "complete_name",
    "is_company",
    "company_type",
    "commercial_partner_id",
    "parent_id",
    "country_id",
    "country_code",
    "industry_id",
    "website",
    "export_tier_id",
    "export_tier_color",
    "active",
    "color",
    "type",
    "company_id",
    "partner_share",
    "user_ids",
    "main_user_id",
    "channel_ids",
    "im_status",
    "create_date",
    "write_date",
    *(f"{kind}_{size}" for kind in ("avatar", "image") for size in (1920, 1024)),
    *(f"{kind}_{size}" for kind in ("avatar", "image") for size in (512, 256, 128)),
}
#: Contexts that put more than the name into a contact's name.
TELLING = (
    "show_address",
    "show_address_only",
    "show_email",
    "show_vat",
    "partner_show_db_id",
    "address_inline",
    "formatted_display_name",
)
CARD_VIEWS = ("form", "list", "kanban", "search")


class ResUsers(models.Model):
    _inherit = "res.users"

    def _export_public_only(self):
        """Return whether this user is shown the public card of customers alone."""
        return self._export_is_intern(self.id)

    @api.model
    @tools.ormcache("user_id")
    def _export_is_intern(self, user_id):
        # One look instead of three: it is asked for each field of a contact. Odoo
        # forgets it together with a user's groups.
        return self.browse(user_id)._has_group(INTERN)


class ResPartner(models.Model):
    """Contacts as an intern sees them."""

    _inherit = "res.partner"

    # === FIELDS === #

    def _has_field_access(self, field, operation):
        # Asked some four hundred times while an order is confirmed: the ways out that
        # cost nothing come first.
        env = self.env
        if env.su:
            return True
        if field.groups and not super()._has_field_access(field, operation):
            return False
        return (
            field.name in CARD
            or not env["res.users"]._export_is_intern(env.uid)
            or self._export_are_colleagues()
        )

    def _export_are_colleagues(self):
        """Return whether all of these are people or companies of the house."""
        # sudo: asks who it is, in order to tell whether it may be read
        partners = self.sudo().with_context(active_test=False)._origin
        return bool(partners) and all(
            partner.ref_company_ids or any(not user.share for user in partner.user_ids)
            for partner in partners
        )

    @api.depends_context(*TELLING)
    def _compute_display_name(self):
        """Leave mail and postal addresses out: names are printed as superuser, too."""
        if not self.env.user._export_public_only():
            return super()._compute_display_name()
        # sudo: a name is made of fields that an intern does not read one by one
        plain = self.sudo().with_context(**dict.fromkeys(TELLING, False))
        super(ResPartner, plain)._compute_display_name()
        for partner, bare in zip(self, plain, strict=True):
            partner.display_name = bare.display_name
        return None

    # === SEARCH === #

    @api.model
    def _search_display_name(self, operator, value):
        if self.env.su or not self.env.user._export_public_only():
            return super()._search_display_name(operator, value)
        return Domain("complete_name", operator, value)

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Search by the card alone, and colleagues by mail address, as Discuss does."""
        if not self.env.su and self.env.user._export_public_only():
            domain = Domain(domain).map_conditions(self._export_asked)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _export_asked(self, condition):
        """Return what an intern's condition comes to.

        Odoo asks for fields it searches itself, not for those that bring a search
        method, such as phone numbers: they are asked for here.
        """
        if condition.field_expr == "email":
            # sudo: among colleagues, whose addresses everybody in the house knows
            house = condition & Domain("user_ids.share", "=", False)
            return Domain("id", "in", self.sudo().search(house).ids)
        _check_asked(self.browse(), condition)
        return condition

    @api.model
    def _search_phone_mobile_search(self, operator, value):
        """Refuse it from other models, too, whose records lead to contacts."""
        self.browse()._check_field_access(self._fields["phone_mobile_search"], "read")
        return super()._search_phone_mobile_search(operator, value)

    # === MESSAGES AND ACTIVITIES === #

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """What is written about a customer is for who may change it."""
        operations = super()._mail_get_operation_for_mail_message_operation(
            message_operation
        )
        if self.env.user._export_public_only():
            operations = dict.fromkeys(operations, "write")
        return operations

    def _to_store_defaults(self, target):
        fields = super()._to_store_defaults(target)
        if self.env.user._export_public_only():
            fields = [name for name in fields if name != "email"]
        return fields

    @api.model
    def search_for_channel_invite(self, search_term, channel_id=None, limit=30):
        """Offer an intern colleagues, and no invitation by mail."""
        if not self.env.user._export_public_only():
            return super().search_for_channel_invite(search_term, channel_id, limit)
        store = Store()
        found = self._search_for_channel_invite(store, search_term, channel_id, limit)
        nothing = {"email_already_sent": None, "selectable_email": None}
        return {**found, **nothing, "store_data": store.get_result()}

    # === PORTAL LINKS === #

    def signup_get_auth_param(self):
        """Refuse an intern the link by which a customer signs up: it tells names and
        mail addresses, and makes whoever follows it the customer."""
        if self.env.user._export_public_only():
            raise AccessError(
                self.env._("Portal links of customers are for their salespeople.")
            )
        return super().signup_get_auth_param()

    # === VIEWS === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user._export_public_only())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show an intern the card, whichever view was asked for."""
        if view_type in CARD_VIEWS and self.env.user._export_public_only():
            view_id = self.env["ir.model.data"]._xmlid_to_res_id(
                f"export_crm.res_partner_view_{view_type}_card"
            )
        return super()._get_view(view_id, view_type, **options)


def _check_asked(model, condition):
    """Refuse a condition that asks, anywhere on its way, for what may not be read."""
    for name in condition.field_expr.split("."):
        field = model._fields.get(name)
        if field is None:
            return
        model._check_field_access(field, "read")
        if not field.relational:
            return
        model = model.env[field.comodel_name]
    if condition.operator in ("any", "not any") and isinstance(
        condition.value, (list, tuple, Domain)
    ):
        for inner in Domain(condition.value).iter_conditions():
            _check_asked(model, inner)
