from odoo import api, models

#: Roles in the order in which they say what somebody's main work is, and the screen
#: that their app opens on.
HOMES = (
    ("export_crm_group_team_manager", "export_crm_followup_team_day_action"),
    ("export_crm_group_user", "export_crm_followup_my_day_action"),
    ("export_crm_group_credit_controller", "export_crm_credit_hold_action"),
    ("export_crm_group_claims_agent", "export_crm_claim_breaching_action"),
    ("export_crm_group_claims_department", "export_crm_claim_action"),
)
#: A screen without an entry of its own, and the one that it is part of: the web
#: client shows an app's bar for actions that the bar has.
IN_MENU = {"export_crm_claim_breaching_action": "export_crm_claim_action"}


class ResUsers(models.Model):
    """Where people of this app land."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        """Let people of this app land in it."""
        users = super().create(vals_list)
        users._export_land_here()
        return users

    def write(self, vals):
        """Let people who get a role of this app land in it."""
        result = super().write(vals)
        if "group_ids" in vals:
            self._export_land_here()
        return result

    def _export_land_here(self):
        """Set Odoo's own *Home Action* for whoever has none and a role of this app.

        People who administer Odoo have another main work. Everybody may choose
        another screen, and keeps it: nothing that is set is changed.
        """
        home = self.env.ref("export_crm.export_crm_home_action", False)
        if not home:  # the add-on is just being installed
            return
        roles = self.env["res.groups"].browse(
            self.env.ref(f"export_crm.{role}").id for role, _action in HOMES
        )
        system = self.env.ref("base.group_system")
        free = self.filtered(
            lambda user: not user.action_id and system not in user.all_group_ids
        )
        people = free.filtered(lambda user: user.all_group_ids & roles)
        people.action_id = home.id
        # Interns have no menu of this app: their customers are Odoo's contacts.
        intern = self.env.ref("export_crm.export_crm_group_intern")
        interns = (free - people).filtered(lambda user: intern in user.all_group_ids)
        interns.action_id = self.env.ref("contacts.action_contacts").id

    @api.model
    def _export_home_action(self):
        """Return the action of the screen that the current user's app opens on.

        :return: an action as a dict; the list of customers for a role without own
        """
        name = self._export_home_name()
        action = self.env["ir.actions.actions"]._for_xml_id(f"export_crm.{name}")
        return self._export_in_menu(action, IN_MENU.get(name))

    @api.model
    def _export_home_name(self):
        """Return the XML id of the action that the current user's app opens on."""
        for role, action in HOMES:
            if self.env.user.has_group(f"export_crm.{role}"):
                return action
        return "export_crm_account_action"

    def _export_in_menu(self, action, parent):
        """Return ``action`` as the opening of the ``parent`` that is in the bar."""
        if not parent:
            return action
        entry = self.env["ir.actions.actions"]._for_xml_id(f"export_crm.{parent}")
        shown = {key: entry[key] for key in ("id", "path", "name", "display_name")}
        return {**action, **shown}
