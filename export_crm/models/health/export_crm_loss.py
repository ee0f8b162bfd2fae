from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class ExportCrmLoss(models.Model):
    """A customer who was lost: how, why, and whether it came back."""

    _name = "export.crm.loss"
    _description = "Lost Customer"
    _inherit = ["export.crm.account.work.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    # People choose whom they have lost; the company follows.
    account_id = fields.Many2one(readonly=False)
    company_id = fields.Many2one(
        related="account_id.company_id",
        store=True,
        precompute=True,
        required=False,
        ondelete="set null",
    )
    date = fields.Date(
        required=True,
        default=lambda self: self._default_date(),
        tracking=True,
        help="Day on which the customer was given up.",
    )
    kind = fields.Selection(
        [
            ("chose", "Chose to Leave"),
            ("forced", "Forced"),
            ("fault", "Our Fault"),
        ],
        required=True,
        tracking=True,
        help="Chose to leave: went to somebody else. Forced: closed down, sanctions, "
        "no foreign currency. Our fault: we let them down.",
    )
    reason = fields.Selection(
        [
            ("price", "Price"),
            ("service", "Service"),
            ("credit", "Credit"),
            ("information", "Information"),
            ("after_sales", "After-sales"),
        ],
        required=True,
        tracking=True,
    )
    note = fields.Text(help="What happened, and what would bring them back.")
    revenue_before = fields.Monetary(
        string="Revenue of the Year Before",
        compute="_compute_revenue_before",
        store=True,
        help="Untaxed orders of the 365 days up to the last one, company currency.",
    )
    state = fields.Selection(
        [
            ("lost", "Lost"),
            ("winning", "Winning Back"),
            ("won", "Won Back"),
            ("given_up", "Given Up"),
        ],
        default="lost",
        required=True,
        tracking=True,
        index=True,
    )
    won_date = fields.Date(readonly=True, help="Day of the first order afterwards.")
    warning_ids = fields.One2many("export.crm.warning", "loss_id", readonly=True)

    @api.model
    def _default_date(self):
        return self.env.company._export_today()

    @api.depends("account_id")
    def _compute_revenue_before(self):
        # Kept as of the day of the record: later orders are another story.
        rows = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT a.id, SUM(s.amount_untaxed
                           / COALESCE(NULLIF(s.currency_rate, 0), 1))
                      FROM export_crm_account a
                      JOIN res_partner p ON p.commercial_partner_id = a.partner_id
                      JOIN sale_order s ON s.partner_id = p.id
                      JOIN res_company place
                        ON place.id = s.company_id
                       AND split_part(place.parent_path, '/', 1)::int = a.company_id
                     WHERE a.id = ANY(%s) AND s.state = 'sale'
                       AND s.export_kind = 'order'
                       AND s.date_order::date > a.last_order_date - 365
                     GROUP BY a.id
                    """,
                    self.account_id.ids,
                )
            )
        )
        for loss in self:
            loss.revenue_before = rows.get(loss.account_id.id, 0.0)

    @api.constrains("account_id", "state")
    def _check_one_open(self):
        for loss in self.filtered(lambda loss: loss.state in ("lost", "winning")):
            others = self.search_count(
                [
                    ("account_id", "=", loss.account_id.id),
                    ("state", "in", ("lost", "winning")),
                    ("id", "!=", loss.id),
                ],
                limit=1,
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(customer)s is recorded as lost already.",
                        customer=loss.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        losses = super().create(vals_list)
        for loss in losses:
            # sudo: a salesperson may not write warnings of others; these are closed
            # because the customer is recorded as lost
            warnings = (
                self.env["export.crm.warning"]
                .sudo()
                .search(
                    [
                        ("account_id", "=", loss.account_id.id),
                        ("state", "in", ("open", "known")),
                    ]
                )
            )
            warnings.write({"loss_id": loss.id, "state": "done"})
        return losses

    def action_win_back(self):
        """Start to win the customer back."""
        self.filtered(lambda loss: loss.state == "lost").state = "winning"

    def action_give_up(self):
        """Stop trying."""
        open_ones = self.filtered(lambda loss: loss.state in ("lost", "winning"))
        open_ones.state = "given_up"

    @api.model
    def _note_won_back(self, company, partner_ids):
        """Close the losses of customers who have ordered since.

        :param res.company company: whose customers
        :param list partner_ids: commercial customers
        """
        losses = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "in", ("lost", "winning", "given_up")),
            ]
        )
        for loss in losses:
            last = loss.account_id.last_order_date
            if last and last > loss.date:
                loss.write({"state": "won", "won_date": last})
