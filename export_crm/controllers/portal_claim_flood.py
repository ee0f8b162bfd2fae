from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.portal.controllers.portal_thread import PortalChatter

from ..tools.claim.files import MAX_FILE_BYTES
from ..tools.claim.text import plain

CLAIM = "export.crm.claim"


class ClaimUpload(AttachmentController):
    """Files for a message on a claim: refused as soon as they are chosen.

    They are looked at once more when the message is posted: then wherever they were
    uploaded.
    """

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
                    claim._check_outside_file(ufile.read(MAX_FILE_BYTES + 1))
                    # Sudo: to count files; access is checked.
                    claim.sudo()._check_portal_files()
            except UserError as error:
                # As Odoo's client shows it, beside the composer.
                return request.make_json_response({"error": {"message": str(error)}})
            ufile.seek(0)
            ufile.filename = plain(ufile.filename)
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending=is_pending, **kwargs
        )


class ClaimChatter(PortalChatter):
    """Pictures of who has written: those of notes are nobody's business."""

    @http.route()
    def portal_avatar(self, res_id=None, **kwargs):
        """Show who has written a message to customers."""
        message = request.env["mail.message"].browse(int(res_id)).exists()
        if message._export_is_of_the_house():
            raise request.not_found()
        return super().portal_avatar(res_id=res_id, **kwargs)
