from markupsafe import Markup

from odoo import api, fields, models


class SaleOrder(models.Model):
    """An order that passed by its deposit, and what happens when that is taken back."""

    _inherit = "sale.order"

    export_credit_covered = fields.Boolean(
        string="Confirmed by its deposit",
        readonly=True,
        copy=False,
        help="Credit control would have stopped the order; its deposit let it pass.",
        prefetch="export_crm",
        groups="base.group_user",
    )

    @api.model
    def _step_deposits(self, company, partner_ids, _as_of):
        """Look after orders that were confirmed by a deposit which is gone now.

        The order stands, goods may be on their way: whoever decides is asked once.

        :param res.company company: whose orders, its branches' included
        :param list partner_ids: commercial customers of this batch
        """
        partners = list(partner_ids)
        covered = self.search(
            [
                ("export_credit_covered", "=", True),
                ("company_id", "in", company._export_tree().ids),
                ("state", "=", "sale"),
                "|",
                ("partner_id.commercial_partner_id", "in", partners),
                ("partner_invoice_id.commercial_partner_id", "in", partners),
            ]
        )
        for order in covered:
            posted, required = order._export_deposit()
            if company.currency_id.compare_amounts(posted, required) < 0:
                order._export_tell_deposit_gone(company)

    def _export_tell_deposit_gone(self, company):
        self.ensure_one()
        self.export_credit_covered = False
        text = self.env._(
            "The deposit that %s was confirmed by is not there any more.", self.name
        )
        self.message_post(body=text, partner_ids=self.user_id.partner_id.ids)
        self.env["export.crm.credit.hold"]._ask_about_customer(
            self.partner_invoice_id.commercial_partner_id,
            company,
            text,
            Markup("<p>%s</p>") % self._get_html_link(),
        )
