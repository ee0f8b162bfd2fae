from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_split, html2plaintext
from odoo.tools.mail import unfold_references

from ...tools.claim import mail as mails
from ...tools.claim.text import plain

CLAIM = "export.crm.claim"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Take a mail without characters that no database keeps."""
        parsed = super().message_parse(message, save_original)
        for name, value in parsed.items():
            if type(value) is str:
                parsed[name] = plain(value)
            elif isinstance(value, str):
                parsed[name] = type(value)(plain(value))  # of HTML, as it was
        parsed["attachments"] = [
            file._replace(
                fname=plain(file.fname),
                content=plain(file.content)
                if isinstance(file.content, str)
                else file.content,
            )
            for file in parsed.get("attachments", [])
        ]
        return parsed

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Bring mails about a claim to it, and keep machines from opening claims."""
        claim = self.env[CLAIM]._named_in_subject(message_dict)
        if claim:
            user = self._mail_find_user_for_gateway(message_dict.get("email_from"))
            message_dict.pop("parent_id", None)
            alias = self.env["mail.alias"]
            routes = [(CLAIM, claim.id, custom_values, user.id or self.env.uid, alias)]
        else:
            routes = super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
        claims = [route for route in routes or [] if route[0] == CLAIM]
        if not claims:
            return routes
        reason = mails.machine(message)
        if self.env[CLAIM]._from_ourselves(message_dict.get("email_from")):
            reason = "ourselves"
        if not reason:
            return routes
        if any(route[1] for route in claims):
            # Kept on its claim, as a message that changes nothing.
            message_dict["message_type"] = "out_of_office"
        dropped = [route for route in claims if not route[1]]
        for route in dropped:
            self.env["export.crm.claim.mail"]._set_aside(message_dict, route[2], reason)
        return [route for route in routes if route not in dropped]


class ExportCrmClaim(models.Model):
    """Mails to the alias become claims, replies go where they belong."""

    _inherit = "export.crm.claim"

    # === NEW CLAIMS === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """File a claim for a mail, for the customer whose contact has written.

        What a colleague forwards is of the customer who is named in it, and the
        colleague's mail a note: it answers nobody.
        """
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        address = msg_dict.get("email_from")
        if self._is_employee(author) or self._is_colleague(address):
            author, address = self._forwarded_by_colleague(msg_dict.get("body"))
            msg_dict["is_internal"] = True
        values = {
            "title": msg_dict.get("subject") or self.env._("(no subject)"),
            "description": msg_dict.get("body"),
            "partner_id": author.id,
            "channel": "email",
            "user_id": False,
            **(custom_values or {}),
        }
        self._choose_company(values, author)
        return super().message_new({**msg_dict, "email_from": address}, values)

    @api.model
    def _is_colleague(self, address):
        """Tell whether an address is that of an employee, by login or by contact."""
        normalized = email_normalize(address or "")
        return bool(
            normalized
            # Sudo: whether somebody works here is no secret.
            and self.env["res.users"]
            .sudo()
            .search_count(
                [
                    ("share", "=", False),
                    "|",
                    ("login", "=ilike", normalized),
                    ("email_normalized", "=", normalized),
                ],
                limit=1,
            )
        )

    @api.model
    def _forwarded_by_colleague(self, body):
        """Return (contact, address) of the customer whom a forwarded mail names.

        The sender that it quotes; else the one customer whose contacts' addresses
        are in it. Nobody when it is not clear.
        """
        text = html2plaintext(body or "", include_references=True)
        nobody = self.env["res.partner"]
        for address in mails.forwarded_from(text):
            if not (self._is_colleague(address) or self._from_ourselves(address)):
                return self._contacts_of([address])[:1], address
        found = self._contacts_of(
            [one for one in mails.addresses(text) if not self._is_colleague(one)]
        )
        if len(found.commercial_partner_id) == 1:
            return found[0], found[0].email
        return nobody, False

    @api.model
    def _contacts_of(self, addresses):
        """Return the contacts outside with these addresses, customers first."""
        # Sudo: the gateway looks a sender up, whoever it runs as.
        partners = self.env["res.partner"].sudo()
        addresses = list(filter(None, addresses))
        found = partners.search([("email_normalized", "in", addresses)])
        found = found.filtered("partner_share").sorted(
            lambda one: (-one.commercial_partner_id.customer_rank, one.id)
        )
        return found.sudo(False)

    @api.model
    def _choose_company(self, values, author):
        """Take the company that the customer buys from; else the alias's own.

        Of several the one whose address was written to, else the latest order's.
        """
        asked = values.get("company_id")
        # Sudo: where a customer buys, whoever the gateway runs as.
        orders = self.env["sale.order"].sudo()
        customer = author.commercial_partner_id
        bought = orders.search(
            [("partner_id", "child_of", customer.ids), ("state", "=", "sale")],
            order="date_order desc, id desc",
        ).company_id
        own = author.sudo().company_id or customer.sudo().company_id
        found = own or (bought[:1] if asked not in bought.ids else False)
        if found and found.id != asked:
            values["company_id"] = found.id
            department = self.env["export.crm.claim.department"].sudo()
            department = department.browse(values.get("department_id"))
            if department.company_id not in (found, found.browse()):
                values.pop("department_id")

    # === REPLIES === #

    @api.model
    def _named_in_subject(self, message_dict):
        """Return the claim whose number is in the subject of a mail, if its sender
        speaks for the claim's customer and the mail answers nothing that we know.

        Many mail programs drop what would tell which message is answered.
        """
        # Sudo: the gateway looks for where a mail belongs.
        nothing = self.browse()
        numbers = mails.possible_numbers(message_dict.get("subject"))
        if not numbers or message_dict.get("is_bounce"):
            return nothing
        known = message_dict.get("references") or message_dict.get("in_reply_to") or ""
        messages = self.env["mail.message"].sudo()
        if messages.search_count(
            [("message_id", "in", unfold_references(known))], limit=1
        ):
            return nothing
        recipients = email_split(message_dict.get("recipients") or "")
        if (
            self.env["mail.alias"]
            .sudo()
            .search_count(
                [
                    ("alias_model_id.model", "!=", self._name),
                    ("alias_full_name", "in", [one.lower() for one in recipients]),
                ],
                limit=1,
            )
        ):
            return nothing
        claims = self.sudo().with_context(active_test=False)
        claims = claims.search([("name", "in", numbers)])
        address = email_normalize(message_dict.get("email_from") or "")
        contacts = self._contacts_of([address])
        for claim in claims if address else ():
            for author in contacts or [contacts]:
                if claim._speaks(author, address):
                    message_dict["author_id"] = author.id
                    return claim.sudo(False)
        return nothing

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
