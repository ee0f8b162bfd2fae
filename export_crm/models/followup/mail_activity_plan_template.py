from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.followup import followup as calc
from .mail_activity_plan import (
    CHANNELS,
    CONTACT_ROLES,
    NODES,
    ROLES,
    SEGMENTS,
    UNRATED_LIKE,
)


class MailActivityPlanTemplate(models.Model):
    """A step of a plan: for whom, by whom, by which channel, how soon."""

    _inherit = "mail.activity.plan.template"

    export_trigger = fields.Selection(related="plan_id.export_trigger")
    export_code = fields.Char(
        string="Step",
        copy=False,
        index="btree_not_null",
        help="Steps with the same code are alternatives, e.g. one per tier: a "
        "document gets one of them. Empty: the step stands alone.",
    )
    export_title = fields.Char(
        string="Subject", translate=True, help="What the activity is called."
    )
    export_script = fields.Html(
        string="Questions", translate=True, help="What to ask and to offer."
    )
    export_hold_script = fields.Html(
        string="Questions during a credit hold",
        translate=True,
        help="Takes the place of the questions while the customer is on hold: nothing "
        "is sold then.",
    )
    export_usage = fields.Boolean(
        string="With product usage",
        help="The activity says what the customer bought in the last twelve months and "
        "received, the last purchase, open claims and the use of the portal.",
    )
    export_per = fields.Selection(
        [("delivery", "Each delivery"), ("order", "Order, after its last delivery")],
        string="Once for",
        default="delivery",
        help="For steps after a delivery.",
    )
    export_promise = fields.Selection(
        [
            ("inquiry_hours", "Answer inquiries within … hours"),
            ("order_hours", "Answer order matters within … hours"),
            ("sample_hours", "Send samples within … hours"),
            ("payment_hours", "Agree on payment within … hours"),
            ("shipment_hours", "Send shipment news within … hours"),
            ("contact_days", "Contact every … days"),
        ],
        string="As promised",
        help="The number is that of the service policy of the customer's tier, and "
        "kept there alone. Empty: the step's own number.",
    )
    export_delay_hours = fields.Float(
        string="Within (hours)",
        help="For response times: due so many hours after the event; what would end "
        "on a day off of ours ends at the same hour of our next working day. 0: by "
        "the day.",
    )
    export_working_hours = fields.Boolean(
        string="Working hours",
        help="The hours are those of the company's working schedule.",
    )
    export_node = fields.Selection(
        NODES,
        string="Response Time of",
        help="Step of the order at which response times are measured.",
    )
    export_tier_ids = fields.Many2many(
        "export.crm.tier",
        "export_crm_step_tier_rel",
        "template_id",
        "tier_id",
        string="Tiers",
        help="Empty: all. Customers without a tier get the steps of C.",
    )
    export_segment = fields.Selection(
        SEGMENTS, string="Segment", help="New: at most one order so far."
    )
    export_industry_ids = fields.Many2many(
        "res.partner.industry",
        "export_crm_step_industry_rel",
        "template_id",
        "industry_id",
        string="Industries",
        help="Empty: all.",
    )
    export_country_group_ids = fields.Many2many(
        "res.country.group",
        "export_crm_step_country_group_rel",
        "template_id",
        "group_id",
        string="Country Groups",
        help="Empty: all.",
    )
    export_role = fields.Selection(
        ROLES,
        string="Done by",
        default="salesperson",
        help="Who does it: the person in this role for the customer.",
    )
    export_contact_role = fields.Selection(
        CONTACT_ROLES,
        string="Whom to Contact",
        help="Empty: the contact of the document.",
    )
    export_channel = fields.Selection(
        CHANNELS, string="Channel", help="Empty: the one that the contact prefers."
    )
    export_mail_template_id = fields.Many2one(
        "mail.template",
        string="Mail Template",
        help="Offered when the contact is made by mail; nothing is sent by itself.",
    )

    @api.constrains("export_delay_hours", "export_code")
    def _check_export_delay_hours(self):
        for template in self:
            if template.export_delay_hours < 0:
                raise ValidationError(
                    self.env._("The hours of a step may not be negative.")
                )

    @api.constrains("export_promise", "plan_id")
    def _check_export_promise(self):
        for template in self.filtered("export_promise"):
            rhythm = template.export_promise == "contact_days"
            if rhythm != (template.export_trigger == "cadence"):
                raise ValidationError(
                    self.env._(
                        "%s: days between contacts are for tier cadences, hours for "
                        "the other plans.",
                        template.export_title,
                    )
                )

    def _export_step(self):
        """Return the key of the step in the ledger: alternatives share it."""
        self.ensure_one()
        return self.export_code or f"step-{self.id}"

    def _export_is_clock(self):
        """Tell whether a response is measured in hours from the event."""
        self.ensure_one()
        if self.export_promise:
            return self.export_promise != "contact_days"
        return bool(self.export_delay_hours)

    def _export_text(self):
        """Return the subject in the context's language."""
        self.ensure_one()
        return self.export_title or self.summary or self.activity_type_id.name

    def _export_before(self):
        # Native default of the field; a cadence has no "before".
        return self.delay_from == "before_plan_date" and self.export_trigger in (
            "invoice_due",
            "occasion",
        )

    @api.model
    def _export_matchers(self, company):
        """Return ``{trigger: [(template, function of a Customer)]}`` of a company."""
        templates = self.search(
            [
                ("plan_id.active", "=", True),
                ("plan_id.export_trigger", "!=", False),
                ("plan_id.company_id", "in", (company.id, False)),
            ]
        )
        pace, found = self._export_pacer(company), {}
        for template in templates:
            found.setdefault(template.plan_id.export_trigger, []).append(
                (template, template._export_matcher(pace))
            )
        return found

    @api.model
    def _export_pacer(self, company):
        """Return a function ``(template, Customer) → Pace`` that asks no database.

        The number of the policy of the customer's tier, or the step's own; None: the
        policy promises nothing of the kind (0).
        """
        promises = self.env["export.crm.tier.policy"]._promises(company)
        known = {}

        def pace(template, customer):
            key = template.id, customer.tier
            if key not in known:
                numbers = promises.get(customer.tier, promises.get(None, {}))
                known[key] = template._export_pace(numbers)
            return known[key]

        return pace

    def _export_pace(self, numbers):
        """Return the ``Pace`` of the step; ``numbers``: of a policy, by field."""
        self.ensure_one()
        name = self.export_promise
        own = calc.Pace(self.export_delay_hours, self.delay_count, self.delay_unit)
        if not name:
            return own
        if name not in numbers:  # there are no policies at all
            return own if own.hours or name == "contact_days" else None
        number = numbers[name]
        if not number:
            return None
        if name == "contact_days":
            return calc.Pace(0.0, number, "days")
        return calc.Pace(number, self.delay_count, self.delay_unit)

    def _export_matcher(self, pace=None):
        """Return a function that tells whether the step concerns a customer.

        It takes a ``tools.followup.Customer`` and asks no database.

        :param pace: see ``_export_pacer``; None: nothing is promised in the step
        """
        self.ensure_one()
        tiers = frozenset(self.export_tier_ids.mapped("code"))
        industries = frozenset(self.export_industry_ids.ids)
        countries = frozenset(self.export_country_group_ids.country_ids.ids)
        groups, segment = bool(self.export_country_group_ids), self.export_segment

        def concerns(customer):
            new = "new" if customer.orders <= 1 else "repeat"
            return (
                (not tiers or (customer.tier or UNRATED_LIKE) in tiers)
                and (not segment or segment == new)
                and (not industries or customer.industry_id in industries)
                and (not groups or customer.country_id in countries)
                and (pace is None or pace(self, customer) is not None)
            )

        return concerns
