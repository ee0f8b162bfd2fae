from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.contact.local_time import yearly
from ..core.wording import labelled


class ExportCrmOccasion(models.Model):
    """A day of the year on which a contact is glad to hear from us."""

    _name = "export.crm.occasion"
    _description = "Occasion"
    _order = "month, day, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, index="btree_not_null"
    )
    kind = fields.Selection(
        [
            ("birthday", "Birthday"),
            ("national_day", "National day"),
            ("anniversary", "Anniversary of cooperation"),
            ("other", "Other"),
        ],
        required=True,
        default="birthday",
    )
    name = fields.Char(string="Description", help="What exactly, if not obvious.")
    month = fields.Selection(
        [
            ("1", "January"),
            ("2", "February"),
            ("3", "March"),
            ("4", "April"),
            ("5", "May"),
            ("6", "June"),
            ("7", "July"),
            ("8", "August"),
            ("9", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        required=True,
    )
    day = fields.Integer(required=True, default=1, aggregator=None)
    active = fields.Boolean(default=True)
    next_date = fields.Date(
        string="Next",
        compute="_compute_next_date",
        help="The next time, today included. 29 February is kept on the 28th in "
        "other years.",
    )

    @api.depends("kind", "name", "partner_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for occasion in self:
            what = occasion.name or kinds.get(occasion.kind) or ""
            whose = occasion.partner_id.name or ""
            occasion.display_name = labelled(self.env, what, whose)

    @api.depends("month", "day")
    def _compute_next_date(self):
        for occasion in self:
            company = occasion.company_id or self.env.company
            occasion.next_date = occasion._next_date(company._export_today())

    @api.constrains("month", "day")
    def _check_day(self):
        today = self.env.company._export_today()
        for occasion in self:
            if not occasion._next_date(today):
                raise ValidationError(
                    self.env._(
                        "%(name)s: there is no such day in any year.",
                        name=occasion.display_name,
                    )
                )

    @api.model
    def _forget_doubles(self, partner):
        """Keep one of the same days that a merge has brought to a contact."""
        # sudo: whoever merges contacts may not see their days
        days = self.sudo().search([("partner_id", "=", partner.id)], order="id")
        for same in days.grouped(lambda d: (d.kind, d.month, d.day, d.name)).values():
            same[1:].unlink()

    def _next_date(self, after):
        """Return the first time on or after ``after``, False for a day there isn't."""
        self.ensure_one()
        try:
            return yearly(int(self.month), self.day, after)
        except ValueError:
            return False
