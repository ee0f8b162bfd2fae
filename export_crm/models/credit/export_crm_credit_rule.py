from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

# Kinds whose hold is opened by the pipeline; the others are judged at the order.
LEDGER_KINDS = ("behaviour", "overdue")
# Kinds that are questions about one order and hold no customer.
ORDER_KINDS = ("exposure", "terms")


class ExportCrmCreditRule(models.Model):
    """What stops new orders of a customer: one record per reason."""

    _name = "export.crm.credit.rule"
    _inherit = "export.crm.books.mixin"
    _description = "Credit Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: holds for every company.")
    kind = fields.Selection(
        [
            ("behaviour", "Payment behaviour"),
            ("overdue", "Overdue"),
            ("exposure", "Exposure above the credit limit"),
            ("terms", "Payment terms not allowed"),
            ("manual", "Manual"),
        ],
        required=True,
        default="behaviour",
        help="Payment behaviour: so many late or overdue instalments in a row.\n"
        "Overdue: more than an amount, or older than a number of days.\n"
        "Exposure: open receivables less unapplied payments plus confirmed not "
        "invoiced orders, this one included, above Odoo's credit limit.\n"
        "Payment terms: not among those allowed for the customer's country.\n"
        "Manual: a Credit Controller decides, with a reason.",
    )
    tier_ids = fields.Many2many(
        "export.crm.tier", string="Tiers", help="Only these tiers; empty: all."
    )
    country_group_ids = fields.Many2many(
        "res.country.group",
        string="Country groups",
        help="Only customers there; empty: everywhere.",
    )
    run_length = fields.Integer(
        string="Instalments in a row",
        default=2,
        help="So many judged instalments in a row, late or overdue, open a hold.",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", string="Company currency"
    )
    overdue_amount = fields.Monetary(
        help="Overdue beyond the grace by more than this, in company currency, opens "
        "a hold; 0: the amount does not matter.",
    )
    overdue_days = fields.Integer(
        help="An instalment overdue for more than so many days opens a hold; 0: the "
        "age does not matter.",
    )
    payment_term_ids = fields.Many2many(
        "account.payment.term",
        string="Allowed payment terms",
        help="Orders with other terms, or none, wait for a Credit Controller.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    @api.constrains("kind", "run_length", "overdue_amount", "overdue_days")
    def _check_parameters(self):
        for rule in self:
            if rule.kind == "behaviour" and rule.run_length < 1:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: at least one instalment must be late.",
                        rule=rule.name,
                    )
                )
            if rule.kind == "overdue" and not (
                rule.overdue_amount > 0 or rule.overdue_days > 0
            ):
                raise ValidationError(
                    self.env._(
                        "%(rule)s: set an amount or a number of days, else every "
                        "customer with an overdue cent is held.",
                        rule=rule.name,
                    )
                )

    # === LOOKING UP === #

    @api.model
    @tools.ormcache("company_id", "kinds")
    def _ids_of_company(self, company_id, kinds):
        # sudo: rules hold for everybody; who may read them is another question
        return tuple(
            self.sudo()
            .search([("kind", "in", kinds), ("company_id", "in", [company_id, False])])
            .ids
        )

    @api.model
    def _of_company(self, company, *kinds):
        """Return the active rules of ``kinds`` for ``company``, in their order."""
        return self.browse(self._ids_of_company(company.id, kinds))

    def _concerns(self, partner, tier):
        """Tell whether this rule is about a customer of that country and tier."""
        self.ensure_one()
        groups = self.country_group_ids
        return (not self.tier_ids or tier in self.tier_ids) and (
            not groups or partner.country_id in groups.country_ids
        )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
