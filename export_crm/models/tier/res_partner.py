from odoo import api, fields, models

from ...tools.core.readers import ACCOUNT_READERS as READERS
from ...tools.core.readers import SALES


class ResPartner(models.Model):
    """Tier, segment and referrer of a customer, and what its tier means."""

    _inherit = "res.partner"

    export_tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier",
        compute="_compute_export_tier",
        search="_search_export_tier_id",
        # Customers read their own contacts: what we think of them is not theirs.
        groups="base.group_user",
        help="A, B or C in the current company; empty: unrated.",
    )
    export_tier_color = fields.Integer(
        compute="_compute_export_tier", groups="base.group_user"
    )
    export_segment = fields.Selection(
        [
            ("new", "New: compares products"),
            ("regular", "Regular: wants better service"),
            ("key", "Potential key customer: wants customisation"),
        ],
        string="Segment",
        tracking=True,
        groups=READERS,
        help="What the customer looks for; beside the tier.",
        prefetch="export_crm",
    )
    export_strategic = fields.Boolean(
        string="Strategic",
        tracking=True,
        groups=READERS,
        help="Matters to us beyond its figures.",
        prefetch="export_crm",
    )
    export_referred_by_id = fields.Many2one(
        "res.partner",
        string="Referred by",
        index="btree_not_null",
        ondelete="set null",
        groups=READERS,
        help="The customer, or its person, that brought this one. Counts for the "
        "tier of that customer once this one has ordered.",
        prefetch="export_crm",
    )
    export_tier_missing = fields.Html(
        string="For the next tier", compute="_compute_export_tier_words", groups=READERS
    )
    export_tier_policy = fields.Html(
        string="Service", compute="_compute_export_tier_words", groups=READERS
    )
    export_tier_override_id = fields.Many2one(
        "export.crm.tier.override",
        string="Set by hand",
        compute="_compute_export_tier_words",
        groups=READERS,
    )
    export_wallet_ids = fields.One2many("export.crm.wallet", "partner_id", groups=SALES)
    export_willingness_ids = fields.One2many(
        "export.crm.willingness", "partner_id", groups=SALES
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_export_tier(self):
        accounts = self._export_score_accounts(["tier_id"])
        none = self.env["export.crm.account"]
        for partner in self:
            account = accounts.get(partner.commercial_partner_id.id, none)
            partner.export_tier_id = account.tier_id
            partner.export_tier_color = account.tier_id.color

    @api.model
    def _search_export_tier_id(self, operator, value):
        # Odoo asks for the groups of fields it searches itself, not of such ones.
        self._check_field_access(self._fields["export_tier_id"], "read")
        if operator == "any":
            return self._search_export_accounts([("tier_id", "any", value)])
        if operator != "in":
            return NotImplemented
        tiers = [tier_id for tier_id in value if tier_id]
        rated = self._search_export_accounts([("tier_id", "!=", False)])
        domain = self._search_export_accounts([("tier_id", "in", tiers)])
        return domain | ~rated if False in value else domain

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_export_tier_words(self):
        accounts = self._export_score_accounts(["tier_id", "tier_lines"])
        none = self.env["export.crm.account"]
        for partner in self:
            account = accounts.get(partner.commercial_partner_id.id, none)
            partner.export_tier_missing = account.tier_missing
            partner.export_tier_override_id = account.tier_override_id.id
            partner.export_tier_policy = partner._export_render_policy(account)

    def _export_render_policy(self, account):
        """Return service and account team of the customer as it is shown."""
        company = self.env.company._export_root()
        tier = account.tier_id
        policy = self.env["export.crm.tier.policy"]._of_tier(company, tier)
        customer = self.commercial_partner_id
        team = self.env["export.crm.team.role"]._team_of(company, customer, tier)
        amount = policy._rebate(account.revenue_365d or 0.0)
        return self.env["ir.qweb"]._render(
            "export_crm.tier_policy",
            {
                "policy": policy,
                "service": list(policy._service().values()) if policy else [],
                "team": team,
                "rebate": amount[0],
                "next_step": amount[2],
                "currency": self.env.company.currency_id,
                "tier": tier,
            },
        )

    def action_export_grade(self):
        """Re-grade these customers in the current company: a preview."""
        return self._export_own_accounts().action_grade()

    def action_export_override_tier(self):
        """Set the tier of this customer by hand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set the tier by hand"),
            "res_model": "export.crm.tier.override",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "default_tier_id": self.export_tier_id.id,
            },
        }

    def action_export_tier_changes(self):
        """Open the history of this customer's tier in the current company."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_tier_change_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "=", self.env.company._export_root().id),
        ]
        action["context"] = {}
        return action

    def _export_own_accounts(self):
        return self.env["export.crm.account"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company._export_root().id),
            ]
        )
