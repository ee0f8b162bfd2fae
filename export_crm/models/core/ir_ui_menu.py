from odoo import models


class IrUiMenu(models.Model):
    """One day in the bar: the team's for those who lead, else one's own."""

    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Take *My Day* out of the bar of those who have *Team's Day*."""
        hidden = super()._load_menus_blacklist()
        if self.env.user.has_group("export_crm.export_crm_group_team_manager"):
            own = self.env.ref("export_crm.export_crm_followup_my_day_menu", False)
            hidden += own.ids if own else []
        return hidden
