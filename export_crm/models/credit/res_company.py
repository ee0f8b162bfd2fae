from odoo import api, fields, models
from odoo.tools import SQL


class ResCompany(models.Model):
    _inherit = "res.company"

    export_credit_user_id = fields.Many2one(
        "res.users",
        string="Credit responsible",
        help="Gets the activity of a new credit hold. Empty or archived: the first "
        "active Credit Controller of the company.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_credit_auto_release = fields.Boolean(
        string="Release by itself",
        help="A hold for late payments ends when nothing of the customer is overdue "
        "any more. Off: a Credit Controller decides even then.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_credit_check_delivery = fields.Boolean(
        string="Stop deliveries",
        help="Goods for a customer on hold are not delivered until released.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_credit_check_invoice = fields.Boolean(
        string="Stop invoices",
        help="Invoices that come from no order are not posted for a customer on hold.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_credit_check_documents = fields.Boolean(
        string="Stop shipping documents",
        help="The originals or the telex release of the bill of lading go out only "
        "when the balance of the order is received and the customer is not on hold.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_credit_cover_percent = fields.Float(
        string="Deposit that lets an order pass (%)",
        default=100.0,
        help="An order whose posted deposit reaches this share of its total confirms "
        "while its customer is on hold for payment behaviour, overdue or exposure; "
        "0: deposits change nothing.",
        groups="base.group_user",
        prefetch="export_crm",
    )

    _export_credit_cover_percent_range = models.Constraint(
        "CHECK(export_credit_cover_percent BETWEEN 0 AND 100)",
        "The deposit that lets an order pass is between 0 and 100 %.",
    )

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
