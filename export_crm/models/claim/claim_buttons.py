from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.named import opens


class ExportCrmClaim(models.Model):
    """What the workbench shows and offers beside the fields."""

    _inherit = "export.crm.claim"

    merged_count = fields.Integer(compute="_compute_relation_counts")
    related_count = fields.Integer(compute="_compute_relation_counts")
    missing_text = fields.Char(compute="_compute_missing_text")
    self_procedure = fields.Html(related="category_id.procedure", string="Procedure")

    order_opens = fields.Boolean(compute="_compute_documents_open")
    picking_opens = fields.Boolean(compute="_compute_documents_open")
    invoice_opens = fields.Boolean(compute="_compute_documents_open")

    @api.depends("order_id", "picking_id", "invoice_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_documents_open(self):
        """A document of another branch has a number, and no button that leads to it."""
        for name in ("order", "picking", "invoice"):
            found = opens(self, f"{name}_id")
            for claim in self:
                claim[f"{name}_opens"] = claim in found

    @api.depends("merged_ids", "linked_ids", "origin_id", "following_ids")
    def _compute_relation_counts(self):
        for claim in self:
            claim.merged_count = len(claim.merged_ids)
            claim.related_count = len(claim._related_claims())

    def _related_claims(self):
        return self.linked_ids | self.origin_id | self.following_ids | self.merged_ids

    @api.depends("stage_id", "category_id", "message_ids", "clock_ids.state")
    def _compute_missing_text(self):
        for claim in self:
            missing = claim._missing_to_close() if claim._origin.is_open else []
            claim.missing_text = " ".join(missing)

    # === ACTION METHODS === #

    def action_meeting(self):
        """Make a meeting with a link, for the customer and the agent; open it."""
        self.ensure_one()
        self.check_access("write")
        begin = fields.Datetime.now() + timedelta(minutes=15)
        people = self.env.user.partner_id | self.partner_id | self.user_id.partner_id
        event = self.env["calendar.event"].create(
            {
                "name": f"{self.name} {self.title}",
                "start": begin,
                "stop": begin + timedelta(minutes=30),
                "partner_ids": [(6, 0, people.ids)],
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": self.id,
            }
        )
        event._set_discuss_videocall_location()
        self.meeting_url = event.videocall_location
        return {"type": "ir.actions.act_url", "url": self.meeting_url, "target": "new"}

    def action_view_related(self):
        """Open the claims that have to do with this one."""
        self.ensure_one()
        return self._action_claims([("id", "in", self._related_claims().ids)])

    @api.model
    def _action_claims(self, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_claim_action"
        )
        action["domain"] = domain
        action["context"] = context
        return action

    def action_view_order(self):
        """Open the sales order."""
        return self._action_document(self.order_id)

    def action_view_picking(self):
        """Open the delivery."""
        return self._action_document(self.picking_id)

    def action_view_invoice(self):
        """Open the invoice."""
        return self._action_document(self.invoice_id)

    @api.model
    def _action_document(self, document):
        if not document:
            raise UserError(self.env._("There is no such document."))
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
        }

    def action_reply(self):
        """Choose a standard reply, to be adapted and sent."""
        self.ensure_one()
        return self._wizard(
            self.env._("Answer the Customer"),
            "export.crm.claim.reply.send",
            {"default_claim_id": self.id},
        )

    def action_merge(self):
        """Merge the selected claims."""
        return self._wizard(
            self.env._("Merge Claims"),
            "export.crm.claim.merge",
            {"active_ids": self.ids},
        )

    def action_split(self):
        """File some lines as a claim of their own."""
        self.ensure_one()
        return self._wizard(
            self.env._("Split the Claim"),
            "export.crm.claim.split",
            {"default_claim_id": self.id},
        )

    @api.model
    def _wizard(self, name, model, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": context,
        }
