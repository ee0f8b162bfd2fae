from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

REASONS = [
    ("newsletter", "Newsletter or mailing list"),
    ("automatic", "Sent by a machine"),
    ("server", "Report of a mail server"),
    ("ourselves", "From one of our own addresses"),
]
KEPT_DAYS = 90


class ExportCrmClaimMail(models.Model):
    """A mail to a claims address that opened no claim: kept where people see it."""

    _name = "export.crm.claim.mail"
    _inherit = "export.crm.books.mixin"
    _description = "Mail Set Aside"
    _order = "id desc"
    _rec_name = "subject"
    _rec_names_search = ["subject", "email_from"]

    company_id = fields.Many2one("res.company", required=True, index=True)
    department_id = fields.Many2one("export.crm.claim.department", ondelete="set null")
    received_at = fields.Datetime(required=True, default=lambda self: self._now())
    email_from = fields.Char(string="From")
    subject = fields.Char()
    body = fields.Html(string="Text", sanitize_attributes=True)
    reason = fields.Selection(REASONS, required=True)
    files = fields.Char(
        help="Names of what came with it. The files themselves are not kept: ask the "
        "sender for them."
    )
    claim_id = fields.Many2one("export.crm.claim", readonly=True, ondelete="set null")

    @api.model
    def _now(self):
        return fields.Datetime.now()

    @api.model
    def _set_aside(self, message_dict, custom_values, reason):
        """Keep a mail that opens no claim.

        :param dict message_dict: the mail, as Odoo has read it
        :param dict custom_values: what the alias would have given a claim
        """
        values = custom_values or {}
        names = [file.fname for file in message_dict.get("attachments") or []]
        # Sudo: the gateway keeps it, whoever it runs as.
        return self.sudo().create(
            {
                "company_id": values.get("company_id") or self.env.company.id,
                "department_id": values.get("department_id"),
                "email_from": message_dict.get("email_from"),
                "subject": message_dict.get("subject"),
                "body": message_dict.get("body"),
                "reason": reason,
                "files": ", ".join(names),
            }
        )

    def action_file(self):
        """File a claim of this mail after all; its sender is told."""
        self.ensure_one()
        self.check_access("read")
        if self.claim_id:
            raise UserError(self.env._("A claim was filed of this mail already."))
        claims = self.env["export.crm.claim"]
        author = claims._contacts_of([email_normalize(self.email_from or "")])[:1]
        values = {
            "title": self.subject or self.env._("(no subject)"),
            "description": self.body,
            "partner_id": author.id,
            "email_from": self.email_from,
            "channel": "email",
            "company_id": self.company_id.id,
        }
        if self.department_id:
            values["department_id"] = self.department_id.id
        claim = claims.create(values)
        self.sudo().claim_id = claim  # kept by the system
        return claim._action_document(claim)

    @api.autovacuum
    def _gc_old(self):
        """Nobody looks for a newsletter of last quarter."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([("received_at", "<", old)], limit=1000).unlink()
