from odoo import api, models


class ExportCrmCreditHold(models.Model):
    """A hold follows its customer: merged, given to a parent, made a company."""

    _inherit = "export.crm.credit.hold"

    @api.model
    def _move_customers(self, sources, target):
        """Give the holds of ``sources`` to ``target``; the oldest one blocks on.

        :param res.partner sources: commercial customers that cease to be ones
        :param res.partner target: the commercial customer they become part of
        """
        # sudo: whoever merges customers may not see their holds
        moving = self.sudo().search([("partner_id", "in", sources.ids)])
        if not moving:
            return
        standing = self.sudo().search(
            [("partner_id", "=", target.id), ("blocking", "=", True)]
        )
        blocking = (moving.filtered("blocking") | standing).sorted(
            lambda hold: (hold.opened_on, hold.id)
        )
        for company in blocking.company_id:
            first, *others = blocking.filtered(
                lambda hold, company=company: hold.company_id == company
            )
            for other in others:
                first._absorb(other)
        # The others must be closed in the database before the index sees them move.
        blocking.flush_recordset()
        for hold in moving:
            name = hold.partner_id.name
            hold._decide({"partner_id": target.id})
            text = self.env._(
                "%(customer)s is part of %(target)s now: the hold follows.",
                customer=name,
                target=target.name,
            )
            hold.message_post(body=text)
            hold._audit("moved", text)
        gates = self.env["export.crm.credit.gate"].sudo()
        gates._touch({(target.id, hold.company_id.id) for hold in moving})

    def _absorb(self, other):
        """Take over what another blocking hold knows, and close that one."""
        self.ensure_one()
        known = self.evidence_ids.move_line_id
        other.evidence_ids.filtered(
            lambda evidence: evidence.move_line_id not in known
        ).copy({"hold_id": self.id})
        asked = other.request_ids._open()
        asked.write({"hold_ids": [(3, other.id), (4, self.id)]})
        text = self.env._("Merged into %s.", self.name)
        # Nothing is consumed: the copies are what a decision is about now.
        other._close("merged", text)
        other._audit("closed", text)

    @api.model
    def _follow_split(self, partner, former):
        """Hold a contact that was made a customer of its own while on hold.

        :param res.partner partner: the new commercial customer
        :param res.partner former: the commercial customer it belonged to
        """
        # sudo: whoever edits a contact may not see holds
        holds = self.sudo().search(
            [("partner_id", "=", former.id), ("blocking", "=", True)]
        )
        for hold in holds:
            if self.sudo()._blocking_ids([(partner.id, hold.company_id.id)]):
                continue
            self.sudo().with_company(hold.company_id).create(
                {
                    "partner_id": partner.id,
                    "company_id": hold.company_id.id,
                    "rule_id": hold.rule_id.id,
                    "note": self.env._(
                        "%(partner)s was part of %(former)s, which is on hold "
                        "(%(hold)s).",
                        partner=partner.name,
                        former=former.name,
                        hold=hold.name,
                    ),
                }
            )
