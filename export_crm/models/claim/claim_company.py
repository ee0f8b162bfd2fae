from odoo import models
from odoo.exceptions import AccessError, UserError


class ExportCrmClaim(models.Model):
    """A claim that came into the wrong company, or whose agent has left."""

    _inherit = "export.crm.claim"

    def write(self, vals):
        """Give a claim to another company, until something of it is booked; refuse to
        archive what somebody still waits for."""
        if "active" in vals and not vals["active"]:
            self._check_archive()
        company = self.env["res.company"].browse(vals.get("company_id"))
        company = company._export_root()
        moving = self.filtered(lambda claim: company and claim.company_id != company)
        moving._check_move_company(company)
        former = {claim: claim.company_id for claim in moving}
        result = super().write(vals)
        if moving:
            moving._after_move_company(former)
        return result

    def _check_archive(self):
        if found := self.filtered("is_open")[:1]:
            raise UserError(
                self.env._(
                    "%(claim)s is open and somebody waits for it: close it, cancel it "
                    "or merge it into another one, then archive it.",
                    claim=found.name,
                )
            )

    # === COMPANY === #

    def _check_move_company(self, company):
        """Raise unless these claims can be given to a company."""
        if not self:
            return
        if not self.env.su and not company._export_enters(self.env.user):
            raise AccessError(self.env._("You may not enter that company."))
        for claim in self:
            # Sudo: what is booked, whatever the user may see of it.
            if claim.is_open and not claim.sudo().dispute_ids and not claim.merged_ids:
                continue
            raise UserError(
                self.env._(
                    "%(claim)s stays in its company: it is not open any more, or "
                    "something of it is in the books already. File a new claim there.",
                    claim=claim.name,
                )
            )

    def _after_move_company(self, former):
        """Let people, tier, promises and figures follow; no promise is loosened.

        :param dict former: ``{claim: company that it was in}``
        """
        for claim in self:
            agent = claim.user_id
            if agent and not claim.company_id._export_enters(agent):
                claim.user_id = False
            claim._message_log(
                body=self.env._(
                    "Given from %(former)s to %(company)s",
                    former=former[claim].name,
                    company=claim.company_id.name,
                )
            )
        self._assign()
        self._take_tier()
        self.filtered("event_ids")._retarget()
        self.env["export.crm.claim.clock"]._refresh(self)
        self._mark_customers()
        dirty = self.env["export.crm.dirty"]
        for claim, company in former.items():
            if claim.commercial_partner_id:
                dirty._mark(claim.commercial_partner_id, company)

    # === PEOPLE WHO LEFT === #

    def _leave_behind(self):
        """Give these open claims to who answers for them: their agent has left."""
        for claim in self:
            agent = claim.user_id
            claim.user_id = False
            heir = claim._person("leader")
            claim.user_id = heir
            if heir:
                claim._remind(
                    heir,
                    self.env._(
                        "%(person)s has left: look after this claim, or give it to "
                        "somebody",
                        person=agent.name,
                    ),
                )


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        """Leave no open claim with people who have left."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            # Sudo: claims of everybody, whoever administers users.
            claims = self.env["export.crm.claim"].sudo()
            claims.search(
                [("user_id", "in", self.ids), ("is_open", "=", True)]
            )._leave_behind()
        return result
