from odoo import api, models

_MOVES = {"is_company", "parent_id"}


class ResPartner(models.Model):
    """Contacts that come to belong to another customer, or become one."""

    _inherit = "res.partner"

    def write(self, vals):
        """Have what is kept about customers follow contacts that move.

        A changed credit limit marks its customer, too.
        """
        if "credit_limit" in vals:
            # The field has a value per company: this one's.
            self.env["export.crm.dirty"]._mark(self, self.env.company)
        if _MOVES.isdisjoint(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = {
            partner: former
            for partner, former in before.items()
            if partner.commercial_partner_id != former
        }
        if moved:
            self._export_customers_changed(moved)
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
