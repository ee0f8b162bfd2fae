from odoo import api, fields, models


class ExportCrmTransit(models.Model):
    """How long goods are under way: the first line that fits counts."""

    _name = "export.crm.transit"
    _rec_names_search = ["route_id", "incoterm_id"]
    _inherit = "export.crm.books.mixin"
    _description = "Transit Days"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: all companies."
    )
    route_id = fields.Many2one(
        "stock.route", ondelete="cascade", check_company=True, help="Empty: any."
    )
    incoterm_id = fields.Many2one(
        "account.incoterms", ondelete="cascade", help="Empty: any."
    )
    country_group_ids = fields.Many2many(
        "res.country.group", string="Country Groups", help="Empty: anywhere."
    )
    days = fields.Integer(
        required=True, help="From leaving our door to the customer's."
    )
    note = fields.Char(translate=True)

    _days_positive = models.Constraint(
        "CHECK(days >= 0)", "Transit days may not be negative."
    )

    @api.depends("days", "incoterm_id", "route_id")
    def _compute_display_name(self):
        for line in self:
            what = line.route_id.name or line.incoterm_id.code or self.env._("Any")
            line.display_name = self.env._(
                "%(what)s: %(days)s days", what=what, days=line.days
            )

    @api.model
    def _resolver(self, company):
        """Return a function ``(route ids, incoterm id, country id) → days``.

        It asks no database and remembers what it has found. Without a line that
        fits the goods are there on the day they leave.
        """
        lines = [
            (
                line.route_id.id,
                line.incoterm_id.id,
                frozenset(line.country_group_ids.country_ids.ids),
                bool(line.country_group_ids),
                line.days,
            )
            for line in self.search([("company_id", "in", (company.id, False))])
        ]
        known = {}

        def days(routes, incoterm, country):
            key = routes, incoterm, country
            if key not in known:
                known[key] = next(
                    (
                        number
                        for route, term, countries, limited, number in lines
                        if (not route or route in routes)
                        and (not term or term == incoterm)
                        and (not limited or country in countries)
                    ),
                    0,
                )
            return known[key]

        return days
