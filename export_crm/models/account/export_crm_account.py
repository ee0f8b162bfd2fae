from odoo import fields, models


class ExportCrmAccount(models.Model):
    """Facts and current scores of one commercial customer in one company.

    The only place where figures of a customer are kept: scores read it, decisions
    read the scores, views show both. Rows are written by the pipeline, set-based;
    nobody edits them by hand.
    """

    _name = "export.crm.account"
    _description = "Customer Account"
    _rec_name = "partner_id"
    _order = "id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        help="The commercial customer: all its contacts' documents count here.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    as_of = fields.Date(help="No document dated after this day was used.")

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "There is one account per customer and company.",
    )
