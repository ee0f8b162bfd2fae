from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.core.readers import CLAIM_READERS


class ExportCrmClaimCategory(models.Model):
    """What a claim is about: a tree of two levels."""

    _name = "export.crm.claim.category"
    _description = "Claim Category"
    _order = "complete_sequence, sequence, name, id"
    _parent_name = "parent_id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    complete_sequence = fields.Char(
        compute="_compute_complete_sequence", store=True, recursive=True
    )
    active = fields.Boolean(default=True)
    parent_id = fields.Many2one(
        "export.crm.claim.category", index=True, ondelete="restrict"
    )
    child_ids = fields.One2many("export.crm.claim.category", "parent_id")
    department_id = fields.Many2one(
        "export.crm.claim.department",
        ondelete="restrict",
        help="Empty: that of the category above.",
    )
    expert_ids = fields.Many2many(
        "res.users",
        "export_crm_claim_category_expert_rel",
        "category_id",
        "user_id",
        string="Experts",
        domain="[('share', '=', False)]",
        help="Level 3: asked when the specialist of the department needs help.",
    )
    severity_id = fields.Many2one(
        "export.crm.claim.severity",
        string="Usual severity",
        help="Used until the scorecard is filled in. Empty: that of the category "
        "above, or medium.",
    )
    photos_required = fields.Integer(
        help="Number of photos without which a claim of this category can't be "
        "closed. Counts for the categories below, too.",
    )
    goods = fields.Selection(
        [
            ("delivered", "Goods that were delivered"),
            ("missing", "Goods that are late or missing"),
        ],
        string="About",
        required=True,
        default="delivered",
        help="No more can be claimed about than was delivered; of goods that are late "
        "or missing, what has not been delivered, or what the delivery that is named "
        "was said to bring.",
    )
    portal = fields.Boolean(
        string="In the portal", default=True, help="Customers may choose it."
    )
    self_help = fields.Html(
        translate=True,
        help="What the customer can try or look up before filing a claim.",
    )
    procedure = fields.Html(
        string="Internal procedure",
        translate=True,
        help="How we handle such claims, and what may be disclosed. Never shown to "
        "customers.",
    )
    claim_count = fields.Integer(
        string="Claims", compute="_compute_claim_count", groups=CLAIM_READERS
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is one category for each code."
    )
    _photos_check = models.Constraint(
        "CHECK(photos_required >= 0)", "The number of photos is not negative."
    )

    @api.depends("name", "parent_id.name")
    def _compute_display_name(self):
        for category in self:
            parent = category.parent_id
            category.display_name = (
                f"{parent.name} / {category.name}" if parent else category.name
            )

    @api.depends("sequence", "parent_id.complete_sequence")
    def _compute_complete_sequence(self):
        for category in self:
            above = category.parent_id.complete_sequence or ""
            category.complete_sequence = f"{above}{category.sequence:05d}"

    def _compute_claim_count(self):
        counts = dict(
            self.env["export.crm.claim"]._read_group(
                [("category_id", "child_of", self.ids)], ["category_id"], ["__count"]
            )
        )
        for category in self:
            below = category | category.child_ids
            category.claim_count = sum(counts.get(one, 0) for one in below)

    @api.constrains("parent_id")
    def _check_levels(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category can't be above itself."))
        if any(
            category.parent_id.parent_id or (category.parent_id and category.child_ids)
            for category in self
        ):
            raise ValidationError(self.env._("Categories have two levels."))

    def _with_above(self):
        """Return this category and the one above it, in this order."""
        return self + self.parent_id

    def _department(self, company):
        """Return who answers in a company: not a department of another one."""
        return self._with_above().department_id.filtered(
            lambda one: one.active and one.company_id in (company, company.browse())
        )[:1]

    def _severity(self):
        return self._with_above().severity_id[:1]

    def _photos(self):
        return max(self._with_above().mapped("photos_required"), default=0)

    def _experts(self):
        own = self.expert_ids.filtered("active")
        return own or self.parent_id.expert_ids.filtered("active")
