from odoo import api, fields, models

from .mail_activity_plan import SEGMENTS, TRIGGERS, UNRATED_LIKE


class ExportCrmFollowupContent(models.Model):
    """What to bring along to a contact, by tier, segment and industry."""

    _name = "export.crm.followup.content"
    _inherit = "export.crm.books.mixin"
    _description = "Material for Follow-ups"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: all companies."
    )
    trigger = fields.Selection(
        TRIGGERS, string="Only after", help="Empty: for every planned contact."
    )
    tier_ids = fields.Many2many("export.crm.tier", string="Tiers", help="Empty: all.")
    segment = fields.Selection(SEGMENTS)
    industry_ids = fields.Many2many(
        "res.partner.industry", string="Industries", help="Empty: all."
    )
    is_offer = fields.Boolean(
        string="An Offer",
        help="Left out for customers who are on hold or have paid late lately.",
    )
    body = fields.Html(string="Text", translate=True, required=True)

    @api.model
    def _of_company(self, company):
        """Return the material that a company uses."""
        return self.search([("company_id", "in", (company.id, False))])

    def _for_contact(self, trigger, customer):
        """Return those of the materials that are for one contact.

        :param str trigger: of the step
        :param customer: ``tools.followup.Customer``
        """
        return self.filtered(lambda content: content._concerns(trigger, customer))

    def _concerns(self, trigger, customer):
        self.ensure_one()
        tiers = self.tier_ids.mapped("code")
        new = "new" if customer.orders <= 1 else "repeat"
        return (
            (not self.trigger or self.trigger == trigger)
            and (not tiers or (customer.tier or UNRATED_LIKE) in tiers)
            and (not self.segment or self.segment == new)
            and (not self.industry_ids or customer.industry_id in self.industry_ids.ids)
        )
