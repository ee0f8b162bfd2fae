from odoo import api, fields, models

from ...tools.core.readers import SALES
from ..core.named import linked


class ExportCrmAccount(models.Model):
    """Giving a tier to one customer; gradings do it for many in ``grading_apply``."""

    _inherit = "export.crm.account"

    tier_override_id = fields.Many2one(
        "export.crm.tier.override",
        compute="_compute_tier_override_id",
        search="_search_tier_override_id",
        help="The tier was set by a person, for the time being.",
    )
    tier_change_count = fields.Integer(
        compute="_compute_tier_change_count", groups=SALES
    )

    @api.depends("partner_id", "company_id")
    def _compute_tier_override_id(self):
        # sudo: that a tier was set by hand is shown with the tier
        found = (
            self.env["export.crm.tier.override"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("state", "=", "active"),
                ],
                order="id",
            )
        )
        by_key = {(o.partner_id.id, o.company_id.id): o.id for o in found}
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            account.tier_override_id = by_key.get(key, False)

    @api.model
    def _search_tier_override_id(self, operator, value):
        if operator == "any":
            return linked(self, "tier_override_id", value)
        if operator != "in":
            return NotImplemented
        # sudo: see _compute_tier_override_id
        overrides = self.env["export.crm.tier.override"].sudo()
        active = fields.Domain("state", "=", "active")
        ids = set(value) - {False, True}
        found = overrides.search(
            active & fields.Domain("id", "in", ids) if ids else active
        )
        domain = fields.Domain.FALSE
        for company, group in found.grouped("company_id").items():
            domain |= fields.Domain("company_id", "=", company.id) & fields.Domain(
                "partner_id", "in", group.partner_id.ids
            )
        return ~domain if False in value else domain

    def _compute_tier_change_count(self):
        groups = self.env["export.crm.tier.change"]._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            ["partner_id", "company_id"],
            ["__count"],
        )
        counts = {(p.id, c.id): count for p, c, count in groups}
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            account.tier_change_count = counts.get(key, 0)

    @api.model
    def _tier_account(self, record):
        """Return the account of ``record``'s customer and company, made if missing."""
        values = {
            "partner_id": record.partner_id.id,
            "company_id": record.company_id.id,
        }
        domain = [(name, "=", value) for name, value in values.items()]
        return self.with_context(active_test=False).search(domain) or self.create(
            values
        )

    def _assign_tier(self, tier, date):
        self.ensure_one()
        self.write(
            {
                "tier_id": tier.id,
                "tier_since": date,
                "tier_fails": 0,
                "tier_failed_on": False,
            }
        )

    def _log_change(self, old, reason, **values):
        """Write the history of the change from ``old`` to the tier as it is now."""
        self.ensure_one()
        return self.env["export.crm.tier.change"].create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "old_tier_id": old.id,
                "new_tier_id": self.tier_id.id,
                "reason": reason,
                "score": self.tier_score,
                "breakdown": self.tier_lines,
                "revenue_365d": self.revenue_365d,
                "currency_id": self.currency_id.id,
                "country_id": self.country_id.id,
                "salesperson_id": self.user_id.id,
                **values,
            }
        )

    # === ACTIONS === #

    def action_grade(self):
        """Re-grade these customers: a preview, to be confirmed."""
        return self.env["export.crm.tier.grading"]._open_manual(self)

    def action_override_tier(self):
        """Set this customer's tier by hand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set the tier by hand"),
            "res_model": "export.crm.tier.override",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_tier_id": self.tier_id.id,
            },
        }

    def action_view_tier_changes(self):
        """Open the history of this customer's tier."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_tier_change_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        action["context"] = {}
        return action
