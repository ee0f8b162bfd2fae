from markupsafe import Markup

from odoo import api, fields, models

from .export_crm_credit_rule import LEDGER_KINDS

# Who is asked, the first ones first.
DECIDING = (
    "export_crm.export_crm_group_credit_controller",
    "export_crm.export_crm_group_manager",
)


class ExportCrmCreditHold(models.Model):
    """Opening a hold: who is asked, who is told, what is kept as evidence."""

    _inherit = "export.crm.credit.hold"

    def _after_open(self):
        """Lock the gates, ask the Controller, tell salesperson, customer and quotes."""
        gate = self.env["export.crm.credit.gate"].sudo()
        # sudo: nobody has rights on gates, they exist for locking alone
        gate._touch({(hold.partner_id.id, hold.company_id.id) for hold in self})
        self._keep_figures()
        for company, holds in (
            self.filtered(lambda h: not h.user_id).grouped("company_id").items()
        ):
            holds.user_id = self._responsible_in(company)
        self._ask_controllers()
        self._tell({hold.id: hold._opening_message() for hold in self})
        self._audit_each(
            "opened",
            {
                hold: (hold.rule_id.name, "\n".join(hold._reasons_then()))
                for hold in self
            },
        )
        self.filtered(lambda hold: hold.kind == "manual")._mark_customers()

    def _keep_figures(self):
        """Copy exposure and tier as they are now: part of the evidence."""
        # sudo: the figures are kept whoever opens the hold; groups show them
        accounts = self.env["export.crm.account"].sudo()
        for company in self.company_id:
            holds = self.filtered(
                lambda hold, company=company: hold.company_id == company
            )
            partner_ids = holds.partner_id.ids
            exposures = accounts._live_exposure(company, partner_ids)
            tiers = self._tiers_of(company, partner_ids)
            for hold in holds.sudo():
                hold._decide(
                    {
                        "exposure": exposures[hold.partner_id.id],
                        "tier_id": tiers.get(hold.partner_id.id, hold.tier_id).id,
                        "standing": hold.kind in LEDGER_KINDS and "stands",
                    }
                )

    def _responsible(self):
        """Return the user who is to decide about this hold."""
        self.ensure_one()
        if self._may_be_asked(self.user_id, self.company_id):
            return self.user_id
        return self._responsible_in(self.company_id)

    @api.model
    def _may_be_asked(self, user, company):
        """Tell whether somebody can still be asked about holds of a company."""
        return (
            user.active
            and company._export_enters(user)
            and any(user.has_group(group) for group in DECIDING)
        )

    @api.model
    def _responsible_in(self, company):
        """Return who decides in a company: its choice, else the first active Credit
        Controller there, else the first Export CRM manager."""
        # sudo: who decides is no secret, in a branch as in its root company
        chosen = company.sudo().export_credit_user_id.with_env(self.env)
        if self._may_be_asked(chosen, company):
            return chosen
        for group in DECIDING:
            users = self.env.ref(group).all_user_ids
            users = users.filtered(
                lambda u: u.active and not u.share and company._export_enters(u)
            ).sorted("id")
            if users:
                return users[0]
        return self.env["res.users"]

    @api.model
    def _hand_over(self, company, partner_ids):
        """Ask somebody else about holds whose Controller is gone.

        Nobody looks at the activities of an archived user.
        """
        gone = ["|", ("user_id", "=", False), ("user_id.active", "=", False)]
        holds = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("blocking", "=", True),
                *gone,
            ]
        )
        if holds:
            holds.user_id = self._responsible_in(company)
            holds.activity_reschedule(
                ["export_crm.mail_activity_type_credit_evaluation"],
                new_user_id=holds.user_id.id,
            )
            holds.filtered(lambda hold: not hold.activity_ids)._ask_controllers()

    def _ask_controllers(self):
        """Make one activity for each hold: for today, or the day of its review."""
        # Without a user nobody could see it; the hold list and the refusal say so.
        asked = self.filtered("user_id")
        activity_type = self.env.ref("export_crm.mail_activity_type_credit_evaluation")
        model_id = self.env["ir.model"]._get_id(self._name)
        # A night's worth of holds would be as many mails: the list of activities
        # says it at once.
        quiet = len(asked) > 1
        self.env["mail.activity"].with_context(mail_activity_quick_update=quiet).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "date_deadline": hold.state == "kept"
                    and hold.review_date
                    or hold.company_id._export_today(),
                    "res_model_id": model_id,
                    "res_id": hold.id,
                    "summary": self.env._(
                        "Evaluate credit of %s", hold.partner_id.name
                    ),
                    "user_id": hold.user_id.id,
                }
                for hold in asked
            ]
        )

    def _reasons_then(self):
        """Return all reasons as they were when the hold was opened, for the record."""
        self.ensure_one()
        return ([self.note] if self.note else []) + [
            line._sentence(line._state_then()) for line in self.evidence_ids
        ]

    def _opening_message(self):
        self.ensure_one()
        reasons = [self.note] if self.kind == "manual" else []
        reasons += self.evidence_ids._told(then=True)
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("On credit hold: new orders are not confirmed until released."),
            Markup().join(Markup("<li>%s</li>") % reason for reason in reasons),
        )

    def _tell(self, bodies, notify=True, order=None):
        """Write where people look: the holds, their customers, waiting quotations.

        :param dict bodies: ``{hold id: Markup}``, what happened
        :param bool notify: each salesperson gets a notification, one for all holds
        :param sale.order order: of the quotations this one alone was decided about
        """
        if notify:
            for user, holds in self.grouped("salesperson_id").items():
                holds._notify_salesperson(user, bodies)
            self._tell_askers(bodies, order)
        else:
            self._message_log_batch(bodies=bodies)
        texts = {
            hold: Markup("<p>%s</p>%s") % (hold._get_html_link(), bodies[hold.id])
            for hold in self
        }
        for holds in self.grouped("company_id").values():
            holds.partner_id._message_log_batch(
                bodies={hold.partner_id.id: texts[hold] for hold in holds}
            )
        # sudo: the note belongs in every waiting quotation, whoever may see it
        orders = self.env["sale.order"].sudo().search(self._order_domain())
        if order:
            orders &= order.sudo()
        held = {(hold.partner_id.id, hold.company_id.id): texts[hold] for hold in self}
        orders._message_log_batch(
            bodies={
                order.id: Markup().join(
                    held.get(key, "") for key in sorted(order._export_credit_keys())
                )
                for order in orders
            }
        )

    def _notify_salesperson(self, user, bodies):
        """Tell the salesperson of these holds, in one message; log it on each."""
        if user and len(self) == 1:
            self.message_post(body=bodies[self.id], partner_ids=user.partner_id.ids)
            return
        self._message_log_batch(bodies=bodies)
        if user:
            self.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("%s of your customers: credit hold", len(self)),
                body=Markup().join(
                    Markup("<p>%s</p>%s") % (hold._get_html_link(), bodies[hold.id])
                    for hold in self
                ),
            )

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
                "evidence_ids": [
                    fields.Command.create({**row, "as_of": today})
                    for row in blocker.evidence
                ],
            }
        )

    def _add_evidence(self, vals_list):
        """Add instalments that the hold does not have yet.

        Those it has stay as they were then; what they are today is asked for anew.
        """
        self.ensure_one()
        known = set(self.evidence_ids.move_line_id.ids)
        new = self.env["export.crm.credit.evidence"].create(
            [
                {**vals, "hold_id": self.id}
                for vals in vals_list
                if vals["move_line_id"] not in known
            ]
        )
        if new:
            self._audit(
                "evidence",
                self.env._("Further evidence."),
                "\n".join(line._sentence(line._state_then()) for line in new),
            )
            sentences = Markup().join(
                Markup("<li>%s</li>") % line for line in new._told(then=True)
            )
            body = Markup("<p>%s</p><ul>%s</ul>") % (
                self.env._("Further evidence:"),
                sentences,
            )
            self._tell({self.id: body}, notify=False)
