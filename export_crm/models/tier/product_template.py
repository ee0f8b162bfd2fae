from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    export_new_until = fields.Date(
        string="New product until",
        help="Until this day a customer's first order of it is a trial order.",
        prefetch="export_crm",
    )
