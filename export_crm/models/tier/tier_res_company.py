from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.tier.tier_criteria import PARETO


class ResCompany(models.Model):
    _inherit = "res.company"

    export_tier_basis = fields.Selection(
        [
            ("pareto", "Share of our revenue made by larger customers (below 30 %)"),
            ("own_share", "The customer's share of our revenue (above 30 %)"),
            ("wallet", "Our share of the customer's own purchases (above 30 %)"),
        ],
        string="Scale is judged by",
        default=PARETO,
        required=True,
        help="What decides whether a customer is large enough for A. The numbers are "
        "tier criteria.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_tier_interval = fields.Integer(
        string="Months between gradings",
        default=6,
        help="0: no grading by itself.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_tier_next_date = fields.Date(
        string="Next grading",
        default=lambda self: self._default_export_tier_next_date(),
        help="On this day the preview of the next grading is made.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_tier_auto_days = fields.Integer(
        string="Days to confirm a grading",
        default=14,
        help="A preview that nobody has confirmed or cancelled by then takes effect "
        "by itself. 0: never by itself.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_tier_user_id = fields.Many2one(
        "res.users",
        string="Grading responsible",
        help="Gets the activity of a new preview. Empty or archived: the first active "
        "Export CRM manager of the company.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_tier_core_known = fields.Boolean(compute="_compute_export_tier_core_known")

    @api.model
    def _default_export_tier_next_date(self):
        """Return the coming 1 January or 1 July."""
        today = self.env.company._export_today()
        half = today.replace(month=1 if today.month < 7 else 7, day=1)
        return half + relativedelta(months=6)

    def _compute_export_tier_core_known(self):
        markets = self.env["export.crm.market"].sudo()
        # sudo: whether a core market exists at all is no secret
        for company in self:
            company.export_tier_core_known = markets._core_known(company._export_root())

    @api.constrains("export_tier_interval", "export_tier_auto_days")
    def _check_export_tier_settings(self):
        for company in self:
            if min(company.export_tier_interval, company.export_tier_auto_days) < 0:
                raise ValidationError(
                    self.env._("Months and days of a grading may not be negative.")
                )

    def _export_tier_manager(self):
        """Return who looks after gradings: the one set, else a manager, or nobody."""
        self.ensure_one()
        if self.export_tier_user_id.active:
            return self.export_tier_user_id
        group = self.env.ref("export_crm.export_crm_group_manager")
        # sudo: who is a manager is no secret
        people = group.sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share and self._export_enters(user)
        )
        system = self.env.ref("base.user_root")
        return (people - system).sorted("id")[:1].with_env(self.env)
