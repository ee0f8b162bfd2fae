from odoo import api, models

from ...tools.claim.text import plain


class ExportCrmPlainMixin(models.AbstractModel):
    """Texts without NUL and other control characters, whichever way they come in.

    No database keeps NUL: a form, a mail or a program that sends one would end in an
    error that tells nobody anything.
    """

    _name = "export.crm.plain.mixin"
    _description = "Plain Texts"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._plain_values(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._plain_values(vals))

    @api.model
    def _plain_values(self, vals):
        """Return values with plain texts; what is no text stays as it is."""
        texts = {
            name: type(value)(plain(value))
            for name, value in vals.items()
            if isinstance(value, str)
            and name in self._fields
            and self._fields[name].type in ("char", "text", "html")
        }
        return {**vals, **texts}
