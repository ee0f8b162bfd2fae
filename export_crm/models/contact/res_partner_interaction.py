"""Logged contacts on the contact's form."""

from odoo import api, fields, models

from ..account.res_partner import READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_interaction_count = fields.Integer(
        string="Logged Contacts",
        compute="_compute_export_interaction_count",
        groups=READERS,
        help="Calls, chats and visits logged in the current company; on a customer "
        "those with all its contacts.",
    )

    @api.depends_context("company", "uid")
    def _compute_export_interaction_count(self):
        interactions = self.env["export.crm.interaction"]
        company = ("company_id", "=", self.env.company.id)
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
            ("company_id", "=", self.env.company.id),
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
