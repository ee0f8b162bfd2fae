from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.tier import rebate
from ..core.wording import labelled, number, percent

# Fields that make up the service, in the order in which they are shown.
SERVICE = (
    "inquiry_hours",
    "order_hours",
    "sample_hours",
    "payment_hours",
    "shipment_hours",
    "contact_days",
    "terms_extra_days",
    "freight_free_trial",
    "trial_priority",
    "content_kind",
    "rebate_text",
)
# Numbers that steps of follow-up plans take from here.
PROMISES = (
    "inquiry_hours",
    "order_hours",
    "sample_hours",
    "payment_hours",
    "shipment_hours",
    "contact_days",
)
UNRATED_LIKE = "C"


class ExportCrmTierPolicy(models.Model):
    """What customers of a tier can expect: the service behind the letter.

    A company's own policy takes the place of the one for all companies. Unrated
    customers are served by C's.
    """

    _name = "export.crm.tier.policy"
    _inherit = "export.crm.books.mixin"
    _description = "Service Policy of a Tier"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    tier_id = fields.Many2one(
        "export.crm.tier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: all companies."
    )
    inquiry_hours = fields.Float(
        string="Answer inquiries within",
        help="Hours until the first answer to an inquiry.",
    )
    order_hours = fields.Float(
        string="Answer order matters within",
        help="Hours until an answer about a running order.",
    )
    sample_hours = fields.Float(
        string="Send samples within",
        default=72,
        help="Hours from the request of a sample until it leaves.",
    )
    payment_hours = fields.Float(
        string="Agree on payment within",
        default=11,
        help="Hours from a quotation until it is agreed how the customer pays.",
    )
    shipment_hours = fields.Float(
        string="Send shipment news within",
        default=24,
        help="Hours from the goods' leaving until the customer is told.",
    )
    contact_days = fields.Integer(
        string="Contact every (days)",
        help="A contact by us at least this often. Follow-up plans take this and the "
        "hours above from here; 0: no such contact for this tier.",
    )
    content_kind = fields.Selection(
        [
            ("insight", "Industry insight and a tailored proposal"),
            ("upgrade", "Upgrade and a peer's success story"),
            ("starter", "Starter guide and market data"),
            ("comparison", "Product comparison"),
        ],
        string="Content",
        help="What kind of material these customers get.",
    )
    terms_extra_days = fields.Integer(
        string="More days to pay",
        help="Proposed on quotations of customers who have ordered before; the "
        "salesperson accepts it or not.",
    )
    freight_free_trial = fields.Boolean(
        string="Freight free on trial orders",
        help="The first order of a product that is marked as new: freight lines "
        "are set to 0.",
    )
    trial_priority = fields.Integer(
        string="Turn at new products",
        help="Who is offered new products first: 1, then 2. 0: not offered.",
    )
    rebate_above_only = fields.Boolean(
        string="Rates count for the part above",
        help="Off: the rate that is reached counts for the whole year's amount.",
    )
    rebate_step_ids = fields.One2many(
        "export.crm.rebate.step", "policy_id", string="Rebate ladder", copy=True
    )
    rebate_text = fields.Char(string="Yearly rebate", compute="_compute_rebate_text")
    plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Activities of a new customer of the tier",
        domain="[('res_model', '=', 'res.partner')]",
        check_company=True,
        help="Planned for the salesperson when a customer comes into this tier.",
    )
    note = fields.Html(string="For the team", translate=True)

    _tier_company_uniq = models.UniqueIndex(
        "(tier_id, COALESCE(company_id, 0)) WHERE active",
        "There is one policy for each tier and company.",
    )

    # === COMPUTE AND CONSTRAINTS === #

    @api.depends("rebate_step_ids.amount_from", "rebate_step_ids.rate")
    @api.depends_context("lang")
    def _compute_rebate_text(self):
        for policy in self:
            steps = policy.rebate_step_ids.sorted("amount_from")
            policy.rebate_text = (
                ", ".join(
                    self.env._(
                        "%(rate)s above %(amount)s",
                        rate=percent(self.env, step.rate / 100.0, None),
                        amount=number(self.env, step.amount_from, 0),
                    )
                    if step.amount_from
                    else percent(self.env, step.rate / 100.0, None)
                    for step in steps
                )
                or False
            )

    @api.constrains(*PROMISES, "terms_extra_days")
    def _check_numbers(self):
        for policy in self:
            if min(policy[name] for name in (*PROMISES, "terms_extra_days")) < 0:
                raise ValidationError(
                    self.env._("Hours and days of a policy may not be negative.")
                )

    # === LOOK-UPS === #

    @api.model
    def _by_tier(self, company):
        """Return ``{tier id: policy}`` in a company; ``False``: for unrated ones."""
        # sudo: everybody who deals with a customer keeps to its policy
        records = self.sudo().search([("company_id", "in", (company.id, False))])
        found = {
            policy.tier_id.id: policy
            for policy in records.sorted(lambda policy: bool(policy.company_id))
        }
        unrated = self.env["export.crm.tier"]._ids_by_code().get(UNRATED_LIKE)
        found[False] = found.get(unrated, self.sudo().browse())
        return found

    @api.model
    def _of_tier(self, company, tier):
        """Return the policy for a tier (empty: unrated) in a company, or none."""
        by_tier = self._by_tier(company)
        return by_tier.get(tier.id, by_tier[False].browse())

    @api.model
    def _promises(self, company):
        """Return ``{tier code: {field: number}}`` of what plans take from policies.

        ``None``: for unrated customers.
        """
        tiers = {
            tier_id: code
            for code, tier_id in self.env["export.crm.tier"]._ids_by_code().items()
        }
        return {
            tiers.get(tier_id): {name: policy[name] for name in PROMISES}
            for tier_id, policy in self._by_tier(company).items()
            if policy and (not tier_id or tier_id in tiers)
        }

    # === WORDS === #

    def _service(self):
        """Return ``{field: (label, text)}`` of what this policy gives."""
        labels = self.fields_get(SERVICE, ["string"])
        return {
            name: (labels[name]["string"], self._service_text(name)) for name in SERVICE
        }

    def _service_text(self, name):
        value = self[name] if self else False
        if name.endswith("_hours") and value:
            return self.env._("%s h", number(self.env, value))
        if name == "terms_extra_days" and value:
            return self.env._("+%s days", value)
        if name == "content_kind" and value:
            return dict(self._fields[name]._description_selection(self.env))[value]
        if isinstance(value, bool):
            return self.env._("yes") if value else "–"
        return str(value) if value else "–"

    @api.model
    def _difference(self, company, old_tier, new_tier):
        """Return in words what changes with the move from a tier to another."""
        if old_tier == new_tier:
            return self.env._("none")
        old = self._of_tier(company, old_tier)._service()
        new = self._of_tier(company, new_tier)._service()
        changed = [
            labelled(self.env, label, f"{old[name][1]} → {text}")
            for name, (label, text) in new.items()
            if old[name][1] != text
        ]
        return "; ".join(changed) or self.env._("none")

    def _rebate(self, revenue):
        """Return ``(rebate, rate 0-1, (missing, next rate) or None)`` of a year.

        :param float revenue: of the year, company currency
        """
        ladder = [(s.amount_from, s.rate / 100.0) for s in self.rebate_step_ids]
        return (
            rebate.rebate(revenue, ladder, self.rebate_above_only),
            rebate.rate_of(revenue, ladder),
            rebate.next_step(revenue, ladder),
        )


class ExportCrmRebateStep(models.Model):
    """One rung of a rebate ladder: above an amount a year, this rate."""

    _name = "export.crm.rebate.step"
    _rec_names_search = ["policy_id"]
    _description = "Rebate Step"
    _order = "amount_from, id"

    policy_id = fields.Many2one(
        "export.crm.tier.policy", required=True, index=True, ondelete="cascade"
    )
    amount_from = fields.Float(
        string="Above",
        digits=(16, 2),
        help="Revenue of a year, in company currency.",
    )
    rate = fields.Float(string="Rate (%)", digits=(5, 2), required=True)

    _amount_uniq = models.Constraint(
        "UNIQUE(policy_id, amount_from)", "There is one rate above each amount."
    )
    _rate_valid = models.Constraint(
        "CHECK(rate >= 0 AND rate <= 100 AND amount_from >= 0)",
        "A rate is between 0 and 100 %, an amount not below 0.",
    )
