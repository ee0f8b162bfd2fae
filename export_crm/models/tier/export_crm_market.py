from odoo import api, fields, models


class ExportCrmMarket(models.Model):
    """A market: countries, and what they mean to us."""

    _name = "export.crm.market"
    _inherit = "export.crm.books.mixin"
    _description = "Market"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: all companies."
    )
    kind = fields.Selection(
        [("core", "Core market"), ("potential", "Potential market")],
        required=True,
        default="core",
        help="Customers of core markets can become A and score higher for market "
        "potential. Potential markets are for reports and planning.",
    )
    country_ids = fields.Many2many("res.country", string="Countries")
    country_group_ids = fields.Many2many("res.country.group", string="Country Groups")
    country_count = fields.Integer(compute="_compute_country_count")
    note = fields.Text(string="Notes")

    @api.depends("country_ids", "country_group_ids.country_ids")
    def _compute_country_count(self):
        for market in self:
            market.country_count = len(market._countries())

    def _countries(self):
        """Return the countries of these markets, those of their groups included."""
        return self.country_ids | self.country_group_ids.country_ids

    @api.model
    def _of_company(self, company, kind="core"):
        return self.search(
            [("kind", "=", kind), ("company_id", "in", (company.id, False))]
        )

    @api.model
    def _core_known(self, company):
        """Tell whether any country is core for ``company``."""
        return bool(self._of_company(company)._countries())

    @api.model
    def _core_country_ids(self, company):
        """Return the ids of the core countries of ``company``."""
        return frozenset(self._of_company(company)._countries().ids)
