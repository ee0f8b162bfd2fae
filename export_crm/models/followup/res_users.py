from odoo import fields, models

from .export_crm_followup import OPEN_STATES


class ResUsers(models.Model):
    """Colleagues who speak languages, and who leave."""

    _inherit = "res.users"

    export_lang_ids = fields.Many2many(
        "res.lang",
        string="Speaks",
        help="Languages in which this person can talk with customers, besides the "
        "one of the screen.",
    )

    def _export_speaks(self, lang):
        """Tell whether this person speaks a language, e.g. ``es_MX``: any Spanish."""
        self.ensure_one()
        wanted = (lang or "").split("_")[0]
        # sudo: which languages are installed is no secret
        codes = [self.lang or "", *self.sudo().export_lang_ids.mapped("code")]
        return bool(wanted) and wanted in [code.split("_")[0] for code in codes]

    def write(self, vals):
        """Hand over the contacts of whoever is archived."""
        if vals.get("active") is False:
            self._export_hand_over()
        return super().write(vals)

    def action_archive(self):
        """Hand over before Odoo deletes the activities of whoever is archived."""
        self._export_hand_over()
        return super().action_archive()

    def _export_hand_over(self):
        # sudo: whoever may archive a user need not see the customers
        rows = (
            self.env["export.crm.followup"]
            .sudo()
            .search([("user_id", "in", self.ids), ("state", "in", OPEN_STATES)])
        )
        rows._hand_over(self)
