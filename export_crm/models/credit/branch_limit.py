"""One credit limit for a root company and its branches.

Odoo keeps the limit, its default and the switch per company, branches included. The
guard judges by the root's; so that nobody enters one that counts for nothing, what is
set in one company of the tree is set in all of them.
"""

from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        for partner, vals in zip(partners, vals_list, strict=True):
            if "credit_limit" in vals:
                for there, limit in partner._export_limits(vals["credit_limit"]):
                    super(ResPartner, there).write({"credit_limit": limit})
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "credit_limit" in vals:
            for there, limit in self._export_limits(vals["credit_limit"]):
                super(ResPartner, there).write({"credit_limit": limit})
        return result

    def _export_limits(self, limit):
        """Yield what a limit set in this company is in the others of its tree.

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


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Give a new branch the limits of its root company."""
        companies = super().create(vals_list)
        for branch in companies.filtered("parent_id"):
            root = branch._export_root().sudo()
            branch.account_use_credit_limit = root.account_use_credit_limit
            self.env["ir.default"]._export_copy_limit(root, branch)
            self.env["res.partner"].flush_model(["credit_limit"])
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_partner SET credit_limit = jsonb_set(
                           credit_limit, ARRAY[%(branch)s], credit_limit->%(root)s)
                     WHERE credit_limit->%(root)s IS NOT NULL
                    """,
                    branch=str(branch.id),
                    root=str(root.id),
                )
            )
            self.env["res.partner"].invalidate_model(["credit_limit"])
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "account_use_credit_limit" in vals:
            used = vals["account_use_credit_limit"]
            # sudo: as the limit itself
            others = (self._export_tree() - self).sudo()
            others = others.filtered(lambda c: c.account_use_credit_limit != used)
            if others:
                others.write({"account_use_credit_limit": used})
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    def _inverse_account_default_credit_limit(self):
        result = super()._inverse_account_default_credit_limit()
        for setting in self:
            company = setting.company_id
            for other in company._export_tree() - company:
                self.env["ir.default"]._export_copy_limit(company, other)
        return result


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _export_copy_limit(self, source, target):
        """Make one company's default credit limit another one's."""
        field = self.env["ir.model.fields"]._get("res.partner", "credit_limit")
        # sudo: a default of the books, set by whoever may set it in one company
        defaults = self.sudo().search(
            [
                ("field_id", "=", field.id),
                ("user_id", "=", False),
                ("company_id", "in", (source | target).ids),
            ]
        )
        old = defaults.filtered(lambda row: row.company_id == target)
        new = defaults - old
        if new and old:
            old.json_value = new[:1].json_value
        elif new:
            new[:1].copy({"company_id": target.id})
        else:
            old.unlink()
