from odoo import api, fields, models

from ...tools.core.readers import ACCOUNT_READERS
from ..core.named import linked, opens


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_credit_hold_ids = fields.One2many(
        "export.crm.credit.hold",
        "partner_id",
        string="Credit holds",
        groups=ACCOUNT_READERS,
    )
    export_credit_hold_id = fields.Many2one(
        "export.crm.credit.hold",
        string="Credit hold",
        compute="_compute_export_credit_hold_id",
        search="_search_export_credit_hold_id",
        groups=ACCOUNT_READERS,
        help="The hold of the commercial customer in the current company.",
    )
    export_credit_reason = fields.Text(
        string="Why on hold",
        compute="_compute_export_credit_hold_id",
        groups=ACCOUNT_READERS,
    )

    export_credit_hold_opens = fields.Boolean(
        compute="_compute_export_credit_hold_opens", groups=ACCOUNT_READERS
    )

    @api.depends("commercial_partner_id", "export_credit_hold_ids.blocking")
    @api.depends_context("uid", "company")
    def _compute_export_credit_hold_id(self):
        # sudo: that a customer is held is told to whoever may see the customer
        holds = self.env["export.crm.credit.hold"].sudo()
        company = self.env.company._export_root().id
        found = holds._blocking_ids(
            {(partner.commercial_partner_id.id, company) for partner in self}
        )
        holds = holds.browse(found.values())
        amounts = holds._reader_sees_amounts()
        by_id = {hold.id: hold for hold in holds}
        for partner in self:
            key = (partner.commercial_partner_id.id, company)
            hold = by_id.get(found.get(key), holds.browse())
            partner.export_credit_hold_id = hold.id
            partner.export_credit_reason = hold and hold._explanation(amounts) or False

    @api.depends("export_credit_hold_id")
    @api.depends_context("uid", "company")
    def _compute_export_credit_hold_opens(self):
        found = opens(self, "export_credit_hold_id")
        for partner in self:
            partner.export_credit_hold_opens = partner in found

    @api.model
    def _search_export_credit_hold_id(self, operator, value):
        # Odoo asks for the groups of fields it searches itself, not of such ones.
        self._check_field_access(self._fields["export_credit_hold_id"], "read")
        if operator == "any":
            return linked(self, "export_credit_hold_id", value)
        if operator != "in":
            return NotImplemented
        company = self.env.company._export_root()
        domain = [("blocking", "=", True), ("company_id", "=", company.id)]
        ids = [hold_id for hold_id in value if hold_id and hold_id is not True]
        if ids:
            domain.append(("id", "in", ids))
        # sudo: see _compute_export_credit_hold_id
        holds = self.env["export.crm.credit.hold"].sudo().search(domain)
        held = fields.Domain("commercial_partner_id", "in", holds.partner_id.ids)
        return ~held if False in value else held

    @api.model
    def _export_customers_changed(self, moved):
        result = super()._export_customers_changed(moved)
        holds = self.env["export.crm.credit.hold"]
        for partner, former in moved.items():
            now = partner.commercial_partner_id
            if former == partner:
                holds._move_customers(partner, now)
            elif now == partner:
                holds._follow_split(partner, former)
        return result

    def action_export_view_credit_hold(self):
        """Open the hold of this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "export.crm.credit.hold",
            "res_id": self.export_credit_hold_id.id,
            "view_mode": "form",
        }

    # === ONE LIMIT FOR A ROOT COMPANY AND ITS BRANCHES === #

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        company = self.env.company
        if company._export_tree() - company:
            for partner, vals in zip(partners, vals_list, strict=True):
                if "credit_limit" in vals:
                    partner.write({"credit_limit": vals["credit_limit"]})
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "credit_limit" in vals:
            for there, limit in self._export_limits(vals["credit_limit"]):
                super(ResPartner, there).write({"credit_limit": limit})
        return result

    def _export_limits(self, limit):
        """Yield what a limit set in this company is in the others of its tree.

        Odoo keeps it per company. The guard judges by the root's: so that nobody
        enters one that counts for nothing, it is the same in all of them.

        :return: pairs of these partners in the other company, and the limit
        """
        company = self.env.company
        field = self._fields["credit_limit"]
        usual = None
        for other in company._export_tree() - company:
            if usual is None:
                usual = limit == field.get_company_dependent_fallback(self)
            # sudo: who may set the limit here sets it for the books, wherever else
            # one may not enter
            there = self.sudo().with_company(other)
            yield there, field.get_company_dependent_fallback(there) if usual else limit
