import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)

_BULK = {"bulk", "list", "junk", "auto_reply"}
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")
# Mail servers that report; what comes without a return path wants no answer either.
_SERVERS = {"mailer-daemon", "postmaster"}


def is_automatic(message):
    """Tell whether a mail was sent by a machine (RFC 3834 and older habits).

    >>> from email.message import EmailMessage
    >>> mail = EmailMessage()
    >>> is_automatic(mail)
    False
    >>> mail["Auto-Submitted"] = "auto-replied (vacation)"
    >>> is_automatic(mail)
    True
    >>> bounce = EmailMessage()
    >>> bounce["From"] = "Mail Delivery System <MAILER-DAEMON@mx.example.com>"
    >>> is_automatic(bounce)
    True

    :param email.message.EmailMessage message: the mail
    """
    submitted = (message.get("Auto-Submitted") or "no").strip().lower()
    precedence = (message.get("Precedence") or "").strip().lower()
    sender = (email_normalize(str(message.get("From") or "")) or "").split("@")[0]
    return (
        not submitted.startswith("no")
        or precedence in _BULK
        or sender in _SERVERS
        or (message.get("Return-Path") or "").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or any(message.get(name) for name in _AUTO_HEADERS)
    )


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Keep machines from opening claims; on a claim, say that one has written."""
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        sender = message_dict.get("email_from")
        ours = self.env["export.crm.claim"]._from_ourselves(sender)
        if not routes or not (ours or is_automatic(message)):
            return routes
        claims = [r for r in routes if r[0] == "export.crm.claim"]
        if not claims:
            return routes
        if any(route[1] for route in claims):
            # Kept on its claim, as a message that changes nothing.
            message_dict["message_type"] = "out_of_office"
        dropped = [route for route in claims if not route[1]]
        if dropped:
            _logger.info(
                "Automatic mail %s opens no claim", message_dict.get("message_id")
            )
        return [route for route in routes if route not in dropped]


class ExportCrmClaim(models.Model):
    """Mails to the alias become claims, replies go where they belong."""

    _inherit = "export.crm.claim"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """File a claim for a mail, for the customer whose contact has written."""
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        if self._is_employee(author):
            # A colleague forwards: the customer is named later.
            author = self.env["res.partner"]
        values = {
            "title": msg_dict.get("subject") or self.env._("(no subject)"),
            "description": msg_dict.get("body"),
            "partner_id": author.id,
            "channel": "email",
            "user_id": False,
            **(custom_values or {}),
        }
        if not author:
            values.setdefault("email_from", msg_dict.get("email_from"))
        if author and author.company_id and not (custom_values or {}).get("company_id"):
            values["company_id"] = author.company_id.id
        claim = super().message_new(msg_dict, values)
        return claim

    def _detect_loop_sender_domain(self, email_from_normalized):
        """Stop an address that files claims by the dozen."""
        return Domain("email_from", "ilike", email_from_normalized) | Domain(
            "partner_id.email_normalized", "=", email_from_normalized
        )

    @api.model
    def _from_ourselves(self, email_from):
        """Tell whether an address is one of our own aliases."""
        normalized = email_normalize(email_from or "")
        domains = self.env["mail.alias.domain"].sudo()  # not readable by everybody
        return bool(normalized and domains._find_aliases([normalized]))
