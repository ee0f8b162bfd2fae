"""Mails to a department's address, as the gateway gets them."""

from email.header import Header

from .common import ClaimCase

# 400 pixels wide: a photo, and no logo.
PHOTO = """--x
Content-Type: image/png
Content-Disposition: attachment; filename="panel.png"
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAZAAAAABAQAAAADYicUzAAAADElEQVR4nGNgIBkAAAAzAAGHXpxVAAAAAElFTkSuQmCC
"""
MAIL = """From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{id}@lagos.example.com>
{headers}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain; charset=utf-8

{text}
{photo}--x--
"""


class GatewayCase(ClaimCase):
    """A department with an address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.alias.domain"].search([]).unlink()
        domain = cls.env["mail.alias.domain"].create({"name": "acme.example.com"})
        cls.company.alias_domain_id = domain
        cls.department.write({"alias_name": "claims", "alias_domain_id": domain.id})
        cls.department.alias_id.alias_defaults = repr(
            {"company_id": cls.company.id, "department_id": cls.department.id}
        )
        cls.number = 0

    def _mail(self, sender=None, to="claims@acme.example.com", headers="", **values):
        """Let a mail come in; return the claims that it has opened."""
        type(self).number += 1
        text = MAIL.format(
            sender=sender or self.customer.email,
            to=to,
            subject=Header(values.get("subject", "Flicker"), "utf-8").encode()
            if not values.get("subject", "").isascii()
            else values.get("subject", "Flicker"),
            id=values.get("id", f"m{self.number}"),
            headers=headers,
            text=values.get("text", "Ten panels flicker, see the photo."),
            photo=PHOTO if values.get("photo", True) else "",
        )
        last = self.env["export.crm.claim"].search([], order="id desc", limit=1)
        self.env["mail.thread"].message_process(False, text)
        return self.env["export.crm.claim"].search(
            [("id", ">", last.id or 0)], order="id"
        )

    def _reply(self, claim, sender=None, headers="", **values):
        ack = claim.message_ids.filtered(lambda m: m.message_type == "auto_comment")
        headers = f"In-Reply-To: {ack[:1].message_id}\n{headers}"
        values.setdefault("subject", f"Re: {claim.name}")
        return self._mail(sender, headers=headers, **values)

    def _acks(self, claim):
        return claim.message_ids.filtered(
            lambda m: m.message_type == "auto_comment" and claim.name in m.subject
        )
