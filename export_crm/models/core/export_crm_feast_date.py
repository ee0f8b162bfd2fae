from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.core import feasts


class ExportCrmFeastDate(models.Model):
    """One time that a feast is kept: its first and last day."""

    _name = "export.crm.feast.date"
    _description = "Days of a Feast"
    _order = "date_from, id"
    _rec_names_search = ["feast_id"]

    feast_id = fields.Many2one(
        "export.crm.feast", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date(string="First Day", required=True, index=True)
    date_to = fields.Date(string="Last Day", required=True)
    year = fields.Integer(
        compute="_compute_year",
        store=True,
        readonly=True,
        aggregator=None,
        help="In which it ends.",
    )
    turn = fields.Integer(
        compute="_compute_turn",
        store=True,
        readonly=True,
        aggregator=None,
        help="2: the second time in one year, as feasts of the moon have it.",
    )
    greet_by = fields.Date(
        string="Last Working Day Before",
        compute="_compute_greet_by",
        store=True,
        readonly=True,
        help="By then the greeting is sent.",
    )
    by_hand = fields.Boolean(
        string="Kept by Hand",
        readonly=True,
        default=True,
        help="Entered or moved by a person: stays when public holidays are fetched.",
    )

    _turn_uniq = models.Constraint(
        "UNIQUE(feast_id, year, turn)", "These days of the feast are kept already."
    )
    _order_check = models.Constraint(
        "CHECK(date_to >= date_from)", "A feast may not end before it begins."
    )

    # === COMPUTE METHODS === #

    @api.depends("date_to")
    def _compute_year(self):
        for row in self:
            row.year = row.date_to.year if row.date_to else 0

    # Not the days: when they move it stays the same turn.
    @api.depends("feast_id")
    def _compute_turn(self):
        others = self.search(
            [("feast_id", "in", self.feast_id.ids), ("id", "not in", self.ids)]
        )
        last = {}
        for row in others:
            key = row.feast_id, row.year
            last[key] = max(last.get(key, 0), row.turn)
        for row in self:
            key = row.feast_id, row.date_to.year if row.date_to else 0
            row.turn = last[key] = last.get(key, 0) + 1

    @api.depends("date_from", "feast_id.country_id")
    def _compute_greet_by(self):
        for country, rows in self.grouped(lambda d: d.feast_id.country_id).items():
            dated = rows.filtered("date_from")
            (rows - dated).greet_by = False
            if not dated:
                continue
            days = self.env["export.crm.nonworking.day"].search(
                [
                    ("country_id", "=", country.id),
                    ("state_id", "=", False),
                    ("date", ">=", min(dated.mapped("date_from")) - timedelta(days=31)),
                    ("date", "<=", max(dated.mapped("date_from"))),
                ]
            )
            off = set(days.mapped("date"))
            weekend = frozenset(map(int, country.export_weekend or ""))
            for row in dated:
                row.greet_by = feasts.greet_by(row.date_from, off, weekend)

    @api.depends("feast_id.name", "date_from")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.feast_id.name or ''} {row.date_from or ''}"

    # === CONSTRAINT METHODS === #

    @api.constrains("date_from", "date_to")
    def _check_length(self):
        for row in self:
            if (row.date_to - row.date_from).days > 60:
                raise ValidationError(
                    self.env._(
                        "%(feast)s: a feast lasts at most 60 days.",
                        feast=row.display_name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Keep what people have moved from being moved back."""
        result = super().write(vals)
        if not self.env.su and {"date_from", "date_to"} & set(vals):
            # sudo: who keeps it is the system's to note
            self.sudo().by_hand = True
        return result

    def _move_to(self, first, last):
        """Move days that nobody keeps by hand, if they are others by now."""
        self.ensure_one()
        if (self.date_from, self.date_to) != (first, last):
            self.write({"date_from": first, "date_to": last})
