from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

BLOCKING_STATES = ("open", "evaluating", "kept")
# What changes only through a decision, never by writing the field.
DECIDED = frozenset(
    (
        "name",
        "partner_id",
        "company_id",
        "rule_id",
        "state",
        "blocking",
        "opened_on",
        "closed_on",
        "note",
        "evidence_ids",
        "release_ids",
        "requested_order_ids",
    )
)


class ExportCrmCreditHold(models.Model):
    """A commercial customer whose new orders wait for a Credit Controller.

    At most one blocks per customer and company; whatever else is found against the
    customer meanwhile becomes evidence of the same hold. Holds are opened by the
    payment-delay check or by hand, and end only by a release record.
    """

    _name = "export.crm.credit.hold"
    _description = "Credit Hold"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "blocking desc, opened_on desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Reference",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._default_name(),
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('parent_id', '=', False)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    salesperson_id = fields.Many2one(
        related="partner_id.user_id", string="Salesperson", store=True
    )
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    rule_id = fields.Many2one(
        "export.crm.credit.rule", required=True, ondelete="restrict"
    )
    kind = fields.Selection(related="rule_id.kind", store=True, string="Reason")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("evaluating", "Evaluating"),
            ("kept", "Kept"),
            ("closed", "Closed"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    blocking = fields.Boolean(
        compute="_compute_blocking",
        store=True,
        help="New orders of the customer are not confirmed.",
    )
    opened_on = fields.Date(string="On hold since", required=True, readonly=True)
    closed_on = fields.Date(readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users",
        string="Credit Controller",
        tracking=True,
        domain=lambda self: self._domain_user_id(),
        help="Decides about this hold.",
    )
    review_date = fields.Date(
        tracking=True, help="A kept hold is looked at again on this day."
    )
    note = fields.Text(
        string="Explanation",
        help="Why the hold was opened by hand; salespeople read it.",
    )
    evidence_ids = fields.One2many("export.crm.credit.evidence", "hold_id")
    evidence_count = fields.Integer(compute="_compute_evidence_count")
    worst_days_late = fields.Integer(
        compute="_compute_worst_days_late",
        store=True,
        string="Worst delay (days)",
        aggregator="max",
    )
    release_ids = fields.One2many("export.crm.credit.release", "hold_id")
    requested_order_ids = fields.Many2many(
        "sale.order",
        string="Release requested for",
        help="Orders that a salesperson or the customer wants to go on with; they "
        "pass when the hold is released.",
    )
    order_ids = fields.Many2many(
        "sale.order", string="Waiting orders", compute="_compute_order_ids"
    )
    order_count = fields.Integer(compute="_compute_order_ids")

    _one_blocking = models.UniqueIndex(
        "(partner_id, company_id) WHERE blocking",
        "This customer is on credit hold already: add to the hold that blocks.",
    )

    # === DEFAULTS AND COMPUTES === #

    @api.model
    def _default_name(self):
        return self.env._("New")

    @api.model
    def _domain_user_id(self):
        group = self.env.ref("export_crm.export_crm_group_credit_controller")
        return [("all_group_ids", "in", group.ids), ("share", "=", False)]

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = f"{hold.name} · {hold.partner_id.name or ''}"

    @api.depends("state")
    def _compute_blocking(self):
        for hold in self:
            hold.blocking = hold.state in BLOCKING_STATES

    @api.depends("evidence_ids")
    def _compute_evidence_count(self):
        for hold in self:
            hold.evidence_count = len(hold.evidence_ids)

    @api.depends("evidence_ids.days_late")
    def _compute_worst_days_late(self):
        for hold in self:
            hold.worst_days_late = max(hold.evidence_ids.mapped("days_late"), default=0)

    @api.depends("partner_id", "company_id", "state")
    def _compute_order_ids(self):
        orders = self.env["sale.order"]
        for hold in self:
            if hold.blocking and orders.has_access("read"):
                hold.order_ids = orders.search(hold._order_domain())
            else:
                hold.order_ids = orders
            hold.order_count = len(hold.order_ids)

    def _order_domain(self):
        """Return the domain of the quotations that this hold keeps waiting."""
        self.ensure_one()
        customers = ("child_of", self.partner_id.ids)
        return [
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("draft", "sent")),
            "|",
            ("partner_id", *customers),
            ("partner_invoice_id", *customers),
        ]

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env["ir.sequence"]
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            partner = self.env["res.partner"].browse(vals.get("partner_id"))
            vals["partner_id"] = partner.commercial_partner_id.id
            vals["state"] = "open"
            vals.pop("requested_order_ids", None)
            vals["name"] = sequence.with_company(company).next_by_code(self._name)
            vals.setdefault(
                "opened_on", self.env["res.company"].browse(company)._export_today()
            )
            if not vals.get("rule_id"):
                vals["rule_id"] = self._manual_rule().id
        self._check_not_held_yet(vals_list)
        holds = super().create(vals_list)
        holds._check_manual_has_note()
        holds._after_open()
        return holds

    @api.model
    def _check_not_held_yet(self, vals_list):
        """Name the hold that blocks already; the index behind it settles races."""
        keys = [
            (vals["partner_id"], vals.get("company_id") or self.env.company.id)
            for vals in vals_list
        ]
        # sudo: one hold blocks, whether or not this person may see it
        blocking = self.sudo()._blocking_ids(keys)
        for key in keys:
            if key in blocking:
                hold = self.sudo().browse(blocking[key])
                raise UserError(
                    self.env._(
                        "%(customer)s is on credit hold already: see %(hold)s.",
                        customer=hold.partner_id.name,
                        hold=hold.name,
                    )
                )

    def write(self, vals):
        if DECIDED & set(vals):
            raise UserError(
                self.env._(
                    "A credit hold changes by a decision only: evaluate, keep or "
                    "release it."
                )
            )
        return super().write(vals)

    def _decide(self, vals):
        """Write what only a decision may change: passes by our own ``write``."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    @api.model
    def _manual_rule(self):
        rule = self.env["export.crm.credit.rule"]._of_company(
            self.env.company, "manual"
        )
        if not rule:
            raise UserError(
                self.env._(
                    "Holds by hand are switched off: activate the rule "
                    "“Manual” under Configuration, Credit Rules."
                )
            )
        return rule

    def _check_manual_has_note(self):
        for hold in self.filtered(lambda h: h.kind == "manual"):
            if not (hold.note or "").strip():
                raise UserError(
                    self.env._(
                        "Say why %(customer)s is put on hold: the salesperson reads "
                        "the explanation.",
                        customer=hold.partner_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("A credit hold is part of the record: release it instead.")
        )

    # === OPENING === #

    def _after_open(self):
        """Lock the gates, ask the Controller, tell salesperson, customer and quotes."""
        gate = self.env["export.crm.credit.gate"].sudo()
        # sudo: nobody has rights on gates, they exist for locking alone
        gate._touch({(hold.partner_id.id, hold.company_id.id) for hold in self})
        for hold in self:
            hold.user_id = hold.user_id or hold._responsible()
            hold._ask_controller()
            hold._tell(hold._opening_message(), hold.salesperson_id.partner_id)

    def _responsible(self):
        """Return the user who is to decide: the company's choice, else the first
        active Credit Controller there, else the first Export CRM manager."""
        self.ensure_one()
        chosen = self.company_id.export_credit_user_id
        if chosen.active:
            return chosen
        for group in ("credit_controller", "manager"):
            users = self.env.ref(f"export_crm.export_crm_group_{group}").all_user_ids
            users = users.filtered(
                lambda u: u.active and not u.share and self.company_id in u.company_ids
            ).sorted("id")
            if users:
                return users[0]
        return self.env["res.users"]

    def _ask_controller(self):
        self.ensure_one()
        if not self.user_id:
            # Nobody could see an activity; the hold list and the refusal say so.
            return
        self.activity_schedule(
            "export_crm.mail_activity_type_credit_evaluation",
            user_id=self.user_id.id,
            summary=self.env._("Evaluate credit of %s", self.partner_id.name),
        )

    def _opening_message(self):
        self.ensure_one()
        reasons = [self.note] if self.kind == "manual" else []
        reasons += [evidence._sentence() for evidence in self.evidence_ids]
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("On credit hold: new orders are not confirmed until released."),
            Markup().join(Markup("<li>%s</li>") % reason for reason in reasons),
        )

    def _tell(self, body, notified=None):
        """Write ``body`` where people look: hold, customer and waiting quotations.

        :param Markup body: what happened
        :param res.partner notified: who gets it as a notification, too
        """
        self.ensure_one()
        self.message_post(body=body, partner_ids=(notified or self.partner_id[:0]).ids)
        link = Markup("<p>%s</p>") % self._get_html_link()
        self.partner_id._message_log(body=link + body)
        # sudo: the note belongs in every waiting quotation, whoever may see it
        orders = self.env["sale.order"].sudo().search(self._order_domain())
        orders._message_log_batch(bodies={order.id: link + body for order in orders})

    @api.model
    def _open_for(self, company, rule, evidence_by_partner):
        """Open a hold, or add evidence to the one that blocks already.

        :param res.company company: whose ledger it is
        :param export.crm.credit.rule rule: what was broken
        :param dict evidence_by_partner: ``{partner id: [evidence values]}``
        :return: the holds that were opened
        """
        blocking = self.search(
            [
                ("company_id", "=", company.id),
                ("blocking", "=", True),
                ("partner_id", "in", list(evidence_by_partner)),
            ]
        )
        for hold in blocking:
            hold._add_evidence(evidence_by_partner.pop(hold.partner_id.id))
        return self.create(
            [
                {
                    "partner_id": partner_id,
                    "company_id": company.id,
                    "rule_id": rule.id,
                    "evidence_ids": [fields.Command.create(vals) for vals in evidence],
                }
                for partner_id, evidence in evidence_by_partner.items()
            ]
        )

    @api.model
    def _open_live(self, company, blocker):
        """Open a hold for what the guard found just now.

        :param res.company company: the order's
        :param blocker: ``sale_order_guard.Blocker`` without a hold
        """
        # The customer may have been held meanwhile, by the check or for another order.
        key = (blocker.partner.id, company.id)
        held = self.browse(self._blocking_ids([key]).get(key))
        if held:
            return held
        today = company._export_today()
        return self.with_company(company).create(
            {
                "partner_id": blocker.partner.id,
                "company_id": company.id,
                "rule_id": blocker.rule.id,
                "note": False if blocker.evidence else blocker.text,
                "evidence_ids": [
                    fields.Command.create({**row, "as_of": today})
                    for row in blocker.evidence
                ],
            }
        )

    def _add_evidence(self, vals_list):
        """Add instalments that the hold does not have yet; update those it has."""
        self.ensure_one()
        known = {evidence.move_line_id.id: evidence for evidence in self.evidence_ids}
        new = self.env["export.crm.credit.evidence"]
        for vals in vals_list:
            evidence = known.get(vals["move_line_id"])
            if not evidence:
                new += new.create({**vals, "hold_id": self.id})
            elif evidence.verdict != vals["verdict"]:
                evidence.write(vals)
        if new:
            sentences = Markup().join(
                Markup("<li>%s</li>") % e._sentence() for e in new
            )
            self._tell(
                Markup("<p>%s</p><ul>%s</ul>")
                % (self.env._("Further evidence:"), sentences)
            )

    @api.model
    def _blocking_ids(self, keys):
        """Return ``{(partner id, company id): hold id}`` of the blocking holds."""
        partners, companies = {key[0] for key in keys}, {key[1] for key in keys}
        holds = self.search(
            [
                ("blocking", "=", True),
                ("partner_id", "in", list(partners)),
                ("company_id", "in", list(companies)),
            ]
        )
        return {(hold.partner_id.id, hold.company_id.id): hold.id for hold in holds}

    # === WHAT PEOPLE READ === #

    def _reason_lines(self):
        """Return the sentences that explain the hold, without any amount."""
        self.ensure_one()
        newest = self.evidence_ids.sorted("due_date", reverse=True)
        lines = [evidence._sentence() for evidence in newest]
        return ([self.note] if self.note else []) + lines

    def _explanation(self):
        """Return one paragraph for a person who may not see the ledger (text)."""
        self.ensure_one()
        head = self.env._(
            "%(customer)s is on credit hold since %(date)s (%(hold)s).",
            customer=self.partner_id.name,
            date=format_date(self.env, self.opened_on),
            hold=self.name,
        )
        lines = [f"• {line}" for line in self._reason_lines()]
        return "\n".join([head, *lines, self._whom_to_ask()])

    def _whom_to_ask(self):
        """Return the sentence that names who can release (text)."""
        self.ensure_one()
        user = self.user_id or self._responsible()
        if not user:
            return self.env._("Ask a Credit Controller for a release.")
        return self.env._("Ask %s (Credit Controller) for a release.", user.name)

    def _passed_by(self, order):
        """Return the releases of this hold that let ``order`` pass."""
        self.ensure_one()
        return self.release_ids.filtered(lambda release: release._covers(order))

    # === ACTIONS === #

    def action_evaluate(self):
        """Take the hold up: the Controller is looking at it."""
        self._check_blocking()
        self._decide({"state": "evaluating", "user_id": self.env.user.id})

    def action_keep(self):
        """Keep the customer on hold until the review date."""
        self._check_blocking()
        for hold in self:
            if not hold.review_date:
                raise UserError(
                    self.env._(
                        "Set a review date for %(hold)s before keeping it: nobody "
                        "should be held and forgotten.",
                        hold=hold.display_name,
                    )
                )
        self._decide({"state": "kept"})
        self._finish_activity(self.env._("Kept on hold."))

    def action_release(self):
        """Open the dialog in which a Credit Controller releases the hold."""
        self.ensure_one()
        self._check_blocking()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release %s", self.display_name),
            "res_model": "export.crm.credit.release",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_hold_id": self.id,
                "default_order_id": self.env.context.get("export_order_id"),
            },
        }

    def action_view_orders(self):
        """Open the quotations that wait for this hold."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sale.action_quotations_with_onboarding"
        )
        action.update(domain=self._order_domain(), context={})
        return action

    def _check_blocking(self):
        closed = self.filtered(lambda hold: not hold.blocking)
        if closed:
            raise UserError(
                self.env._(
                    "Already closed: %(holds)s.",
                    holds=", ".join(closed.mapped("display_name")),
                )
            )

    def _close(self):
        """End the hold: gate, state, evidence, activity. Called by a release."""
        self.ensure_one()
        # sudo: nobody has rights on gates, they exist for locking alone
        self.env["export.crm.credit.gate"].sudo()._touch(
            {(self.partner_id.id, self.company_id.id)}
        )
        self._decide({"state": "closed", "closed_on": self.company_id._export_today()})
        # A decision consumes its evidence: the next check starts from fresh facts.
        # sudo: nobody may write evidence, a decision marks it
        self.sudo().evidence_ids.consumed = True
        self._finish_activity(self.env._("Released."))

    def _finish_activity(self, feedback):
        self.activity_feedback(
            ["export_crm.mail_activity_type_credit_evaluation"], feedback=feedback
        )
