from odoo import api, models

_MOVES = {"is_company", "parent_id"}
_PLACE = {"country_id", "state_id"}


class ResPartner(models.Model):
    """Contacts that come to belong to another customer, become one, or move."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        """Know the holidays of a country as soon as somebody is there."""
        partners = super().create(vals_list)
        self.env["export.crm.nonworking.day"]._fill_for(partners)
        return partners

    def write(self, vals):
        """Have what is kept about customers follow contacts that move.

        A changed credit limit marks its customer, too; a country that nobody was in
        before gets its holidays.
        """
        if "credit_limit" in vals:
            # The field has a value per company: this one's.
            self.env["export.crm.dirty"]._mark(self, self.env.company)
        before = {}
        if not _MOVES.isdisjoint(vals):
            before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = {
            partner: former
            for partner, former in before.items()
            if partner.commercial_partner_id != former
        }
        if moved:
            self._export_customers_changed(moved)
        if not _PLACE.isdisjoint(vals):
            self.env["export.crm.nonworking.day"]._fill_for(self)
        return result

    @api.model
    def _export_customers_changed(self, moved):
        """Follow contacts whose commercial customer is another one by now.

        Each domain extends this for what it keeps about customers. Figures: a contact
        takes its documents along, so both customers are judged again, and so is a
        contact that was or becomes a customer of its own.

        :param dict moved: ``{contact: its commercial customer before}``
        """
        for partner, former in moved.items():
            self.env["export.crm.dirty"]._mark(former, exact=True)
            self.env["export.crm.dirty"]._mark(partner)
