from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.portal.controllers.portal_thread import PortalChatter

CLAIM = "export.crm.claim"
MAX_FILE_BYTES = 10 * 1024 * 1024
# By content, not by name; no SVG, which can carry scripts.
ALLOWED_TYPES = {
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "application/pdf",
}


def check_file(content):
    """Raise UserError unless a customer may send this file.

    :param bytes content: the file, or so much of it that it is seen to be too long
    """
    if len(content) > MAX_FILE_BYTES:
        raise UserError(request.env._("A file is larger than 10 MB."))
    if guess_mimetype(content) not in ALLOWED_TYPES:
        raise UserError(request.env._("Only photos and PDF files, please."))


class ClaimChatter(PortalChatter):
    """Messages on a claim that come from outside: so many within the hour."""

    @http.route()
    def mail_message_post(
        self, thread_model, thread_id, post_data, context=None, **kwargs
    ):
        """Post a message, unless the customer has written too many."""
        if thread_model == CLAIM and not request.env.user._is_internal():
            claim = self._get_thread_with_access_for_post(
                thread_model, thread_id, **kwargs
            )
            # Sudo: to count what the customer has written; access is checked.
            claim.sudo()._check_portal_messages()
        return super().mail_message_post(
            thread_model, thread_id, post_data, context=context, **kwargs
        )


class ClaimUpload(AttachmentController):
    """Files for a message on a claim: as few, small and harmless as with a claim."""

    @http.route()
    def mail_attachment_upload(
        self, ufile, thread_id, thread_model, is_pending=False, **kwargs
    ):
        """Take a file, unless a customer may not send it; say why."""
        if thread_model == CLAIM and not request.env.user._is_internal():
            if not hasattr(ufile, "read"):
                raise BadRequest()
            claim = self._get_thread_with_access_for_post(
                thread_model, thread_id, **kwargs
            )
            try:
                if claim:
                    check_file(ufile.read(MAX_FILE_BYTES + 1))
                    # Sudo: to count files; access is checked.
                    claim.sudo()._check_portal_files()
            except UserError as error:
                return request.make_json_response({"error": str(error)})
            ufile.seek(0)
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending=is_pending, **kwargs
        )
