from markupsafe import Markup

from odoo import api, fields, models


class ExportCrmCreditHold(models.Model):
    """Opening a hold: who is asked, who is told, what is kept as evidence."""

    _inherit = "export.crm.credit.hold"

    def _after_open(self):
        """Lock the gates, ask the Controller, tell salesperson, customer and quotes."""
        gate = self.env["export.crm.credit.gate"].sudo()
        # sudo: nobody has rights on gates, they exist for locking alone
        gate._touch({(hold.partner_id.id, hold.company_id.id) for hold in self})
        self._keep_figures()
        for hold in self:
            hold.user_id = hold.user_id or hold._responsible()
            hold._ask_controller()
            hold._tell(hold._opening_message(), hold.salesperson_id.partner_id)
            hold._audit("opened", hold.rule_id.name, "\n".join(hold._reason_lines()))

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
                    }
                )

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
            self._audit(
                "evidence",
                self.env._("Further evidence."),
                "\n".join(evidence._sentence() for evidence in new),
            )
            sentences = Markup().join(
                Markup("<li>%s</li>") % e._sentence() for e in new
            )
            self._tell(
                Markup("<p>%s</p><ul>%s</ul>")
                % (self.env._("Further evidence:"), sentences)
            )
