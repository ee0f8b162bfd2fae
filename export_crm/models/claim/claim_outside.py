from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...tools.claim.files import HEAD, MAX_FILE_BYTES, MAX_FILES, kind_of
from ...tools.claim.text import plain

CLAIM = "export.crm.claim"
#: What a message from outside consists of; all else of a message is ours to say.
PARTS = ("body", "subject", "author_id", "email_from", "parent_id", "attachment_ids")
MAX_BODY = 100_000


class ExportCrmClaim(models.Model):
    """What customers write on a claim, whichever door of Odoo they come by.

    Odoo's routes post as superuser once they have checked the link or the login; that
    is the one way in. There each message is of one type, counts, and each file that
    it names is looked at, wherever it was uploaded.
    """

    _inherit = "export.crm.claim"

    def message_post(self, **kwargs):
        """Post a message; from outside, within the limits.

        :raise AccessError: by RPC from outside, past the portal
        :raise UserError: too many messages or files, or files of other kinds
        """
        if not self.env.user._is_internal():
            if not self.env.su:
                raise AccessError(self.env._("Please write on the page of your claim."))
            kwargs = self._outside_message(kwargs)
        return super().message_post(**kwargs)

    def _message_update_content(self, message, /, *, body, **kwargs):
        """Let customers correct their own words, within the limits."""
        if not self.env.user._is_internal():
            body = self._outside_body(body)
            self._check_outside_files(kwargs.get("attachment_ids") or [])
        return super()._message_update_content(message, body=body, **kwargs)

    def _outside_message(self, values):
        """Return the values of a message that a customer posts, checked."""
        self.ensure_one()
        self._check_portal_messages()
        values = {name: values[name] for name in PARTS if values.get(name)}
        values["body"] = self._outside_body(values.get("body") or "")
        if values.get("subject"):
            values["subject"] = plain(values["subject"])[:200]
        self._check_outside_files(values.get("attachment_ids") or [])
        return {
            **values,
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
            # Whoever follows the claim is told; nobody is written to besides.
            "partner_ids": [],
        }

    @api.model
    def _outside_body(self, body):
        """Return what was written, as it can be kept (None: nothing was).

        :raise UserError: a file hidden in the text, or too long a text
        """
        if body is None:
            return None
        text = plain(str(body))
        if ";base64," in text:
            raise UserError(
                self.env._(
                    "Please attach photos and documents as files to the message."
                )
            )
        if len(text) > MAX_BODY:
            raise UserError(
                self.env._("The message is too long: please attach a file instead.")
            )
        return Markup(text) if isinstance(body, Markup) else text

    @api.model
    def _check_outside_files(self, ids):
        """Raise UserError unless a customer may send these files with a message.

        :param list ids: of ``ir.attachment``, uploaded to whatever document
        """
        if not ids:
            return
        if len(ids) > MAX_FILES:
            raise UserError(self.env._("Ten files at most, please."))
        # Sudo: Odoo has checked whose they are, or drops them when it posts.
        files = self.env["ir.attachment"].sudo().browse(ids).exists()
        for file in files:
            too_big = file.file_size > MAX_FILE_BYTES
            kind = self._check_outside_file(
                b"" if too_big else file.raw or b"", file.file_size
            )
            name = plain(file.name)
            if (file.mimetype, file.name) != (kind, name):
                # A photo counts as evidence, whatever its name ends in.
                file.write({"mimetype": kind, "name": name or "file"})
        self._check_portal_files(len(files))

    @api.model
    def _check_outside_file(self, content, size=None):
        """Return the kind of a file that a customer may send.

        :param bytes content: the file, or so much that it is seen to be too long
        :raise UserError: any other file
        """
        if (len(content) if size is None else size) > MAX_FILE_BYTES:
            raise UserError(
                self.env._("The file is larger than 10 MB: please send a smaller one.")
            )
        kind = kind_of(content[:HEAD])
        if not kind:
            raise UserError(
                self.env._("Please send photos, short videos or PDF files only.")
            )
        return kind


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._check_claim_from_outside()
        return messages

    def write(self, vals):
        self._check_claim_from_outside()
        return super().write(vals)

    def _check_claim_from_outside(self):
        """Raise AccessError when a customer changes messages of claims by RPC.

        The portal's pages do it as superuser, within the limits.
        """
        if self.env.su or self.env.user._is_internal():
            return
        # Sudo: where they belong, whatever the user may read.
        if CLAIM in self.sudo().mapped("model"):
            raise AccessError(self.env._("Please write on the page of your claim."))
