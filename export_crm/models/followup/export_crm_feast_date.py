from odoo import models

from ...tools.followup import followup as calc


class ExportCrmFeastDate(models.Model):
    """What the ledger of follow-ups knows the time of a feast by."""

    _inherit = "export.crm.feast.date"

    def _cycle(self):
        """Return the number of the greeting's turn; it stays when the days move."""
        self.ensure_one()
        return calc.turn_number(self.year, f"{self.feast_id._key()}/{self.turn}")
