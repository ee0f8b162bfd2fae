from odoo import api, fields, models

from ..account.res_partner import READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_order_news = fields.Boolean(
        string="Order-Progress Mail",
        groups=READERS,
        copy=False,
        help="The contact has agreed to a mail at 09:00 its time on days on which "
        "something about its orders has changed. It can change that in the portal.",
        prefetch="export_crm",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        chosen = [bool(vals.get("export_order_news")) for vals in vals_list]
        if any(chosen):
            partners.browse(
                partner.id for partner, yes in zip(partners, chosen, strict=True) if yes
            )._export_begin_order_news()
        return partners

    def write(self, vals):
        """Take as known, when a contact opts in, what is true then."""
        begins = self.browse()
        if vals.get("export_order_news"):
            begins = self.filtered(lambda partner: not partner.export_order_news)
        result = super().write(vals)
        if begins:
            begins._export_begin_order_news()
        return result

    def _export_begin_order_news(self):
        # sudo: the memory is the engine's, whoever notes the contact's wish
        self.env["export.crm.order.news"].sudo()._begin(self)
