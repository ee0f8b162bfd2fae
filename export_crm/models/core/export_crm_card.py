from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain

PAGES = [
    ("promises", "Promises & Disputes"),
    ("report_customers", "Customers"),
    ("report_health", "Health"),
    ("report_followups", "Follow-ups"),
    ("report_claims", "Claims"),
    ("report_payments", "Payments"),
    ("report_actions", "Do Our Actions Work?"),
    ("tiers", "Tiers & Criteria"),
    ("teams", "Teams & Markets"),
    ("health", "Health & Warnings"),
    ("plans", "Follow-up Plans & Material"),
    ("claims", "Claims"),
    ("calendars", "Calendars & Transit"),
    ("technical", "Technical"),
]


class ExportCrmCard(models.Model):
    """A card on a page: it says in a sentence what a list is for, and opens it.

    What people need once a month stands on a page instead of in the menu. A domain
    adds a list by a record beside its menus. Nobody finds a card whose list they may
    not read; the groups leave out those who may and have no use for it.
    """

    _name = "export.crm.card"
    _description = "Overview Card"
    _order = "page, sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char(required=True, translate=True)
    page = fields.Selection(PAGES, required=True, index=True)
    sequence = fields.Integer(default=10)
    icon = fields.Char(default="fa-list-ul", help="A class of Font Awesome.")
    action_id = fields.Many2one(
        "ir.actions.act_window",
        required=True,
        ondelete="cascade",
        index=True,
        groups="base.group_system",  # as the actions themselves
    )
    res_model = fields.Char(related="action_id.res_model", store=True)
    counted = fields.Boolean(help="The card shows how many records there are.")
    count = fields.Integer(compute="_compute_count")
    group_ids = fields.Many2many("res.groups", string="Groups")

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("action_id", "counted")
    def _compute_count(self):
        """How many records of the list the reader may see.

        Cards that count open lists whose domain is plain data.
        """
        for card in self:
            # sudo: what an action opens is no secret; the count is the reader's own
            action = card.sudo().action_id
            domain = literal_eval(action.domain or "[]")
            card.count = card.counted and self.env[action.res_model].search_count(
                domain
            )

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Leave out the cards whose lists the reader may not read."""
        if not self.env.su:
            allowed = self.env["ir.model.access"]._get_allowed_models("read")
            domain = Domain(domain) & Domain("res_model", "in", list(allowed))
        return super()._search(domain, *args, **kwargs)

    def action_open(self):
        """Open the list, under the name that the card has."""
        self.check_access("read")
        # sudo: employees may not read actions; rights are those of the list's model
        action = self.sudo().action_id._get_action_dict()
        return {**action, "name": self.name, "display_name": self.name}
