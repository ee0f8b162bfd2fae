from odoo import api, fields, models


class ExportCrmAccount(models.Model):
    """Facts and current scores of one commercial customer in one company.

    The only place where figures of a customer are kept: scores read it, decisions
    read the scores, views show both. Rows are written by the pipeline, set-based
    (``facts_refresh.py``); nobody edits them by hand. An unknown figure is NULL and
    reads ``None``, never 0: see ``unknown.py``.
    """

    _name = "export.crm.account"
    _inherit = "export.crm.books.mixin"
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
        readonly=True,
        help="The commercial customer: all its contacts' documents count here.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(
        related="company_id.currency_id",
        store=True,
        help="Currency of the company: all amounts are in it.",
    )
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="Off when the customer became a contact of another one: its documents "
        "count there now.",
    )
    as_of = fields.Date(
        readonly=True,
        help="No document dated after this day was used.",
    )
    country_id = fields.Many2one(
        related="partner_id.country_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        compute="_compute_responsible",
        store=True,
        index="btree_not_null",
        help="Who is responsible: the salesperson on the customer, else the one of "
        "most of its orders of the last two years. This person sees the account.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_responsible",
        store=True,
        index="btree_not_null",
        help="Team of the salesperson, else the one of most of the orders of the "
        "last two years.",
    )

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "There is one account per customer and company.",
    )

    @api.depends(
        "partner_id.user_id",
        "partner_id.user_id.sale_team_id",
        "usual_user_id",
        "usual_user_id.sale_team_id",
        "usual_team_id",
    )
    def _compute_responsible(self):
        """Follow a change of the customer at once: access depends on it.

        The refresh writes the same by SQL (``_facts_identity_sql``).
        """
        for account in self:
            user = account.partner_id.user_id or account.usual_user_id
            account.user_id = user
            account.team_id = user.sale_team_id or account.usual_team_id
