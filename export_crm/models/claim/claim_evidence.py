import io
import re

from PIL import Image

from odoo import models

#: A photo is that large, in bytes, or that wide or high, in pixels.
BYTES, PIXELS = 50_000, 400
_SHOWN = re.compile(r"/web/(?:image|content)/(\d+)")


class ExportCrmClaim(models.Model):
    """Evidence: photos that were attached, not the logo in a signature."""

    _inherit = "export.crm.claim"

    def _photo_count(self):
        """Return how many photos are attached."""
        # Sudo: photos of a message that the user may not open count, too.
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("mimetype", "=like", "image/%"),
                ]
            )
        )
        texts = self.sudo().message_ids.mapped("body")
        texts += [self.description] if self.description else []
        shown = {int(id_) for text in texts for id_ in _SHOWN.findall(str(text or ""))}
        return len(files.filtered(lambda f: f.id not in shown and _is_photo(f)))


def _is_photo(file):
    return file.file_size >= BYTES or max(_size(file.raw)) >= PIXELS


def _size(content):
    """Return width and height of a picture; (0, 0): none that can be read."""
    try:
        with Image.open(io.BytesIO(content or b"")) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return (0, 0)
