from odoo import Command, api, models
from odoo.exceptions import UserError

from ...tools.claim import clock
from .export_crm_claim_policy import TARGETS


class ExportCrmClaim(models.Model):
    """Link and split; to merge, see claim_merge.py."""

    _inherit = "export.crm.claim"

    # === LINK === #

    @api.model_create_multi
    def create(self, vals_list):
        claims = super().create(vals_list)
        for claim, vals in zip(claims, vals_list, strict=True):
            if vals.get("linked_ids"):
                claim._mirror_links(self.browse())
        return claims

    def write(self, vals):
        if "linked_ids" not in vals:
            return super().write(vals)
        # Sudo: links lead to claims of other departments, too.
        before = {claim: claim.sudo().linked_ids for claim in self}
        result = super().write(vals)
        for claim, linked in before.items():
            claim._mirror_links(linked)
        return result

    def _mirror_links(self, before):
        """Have links seen from the other side, too.

        :param before: the claims that this one was linked with
        """
        claim = self.sudo()  # as in write
        for other in claim.linked_ids - before:
            if claim not in other.linked_ids:
                other.linked_ids = [Command.link(claim.id)]
        for other in before - claim.linked_ids:
            if claim in other.linked_ids:
                other.linked_ids = [Command.unlink(claim.id)]

    # === SPLIT === #

    def _take_pauses(self, source):
        """Stand still when ``source`` did, up to now: it waits on by itself."""
        kinds = (clock.PAUSE, clock.RESUME)
        pauses = source.sudo().event_ids.filtered(  # the log is nobody's own
            lambda e: e.kind in kinds and e.cycle == source.cycle
        )
        for event in pauses.sorted("id"):
            self._log(
                event.kind,
                [event.milestone],
                at=event.at,
                reason_id=event.reason_id.id,
                user_id=event.user_id.id,
            )
        self._log(clock.RESUME, TARGETS, only=(clock.PAUSED,))

    def _split_off(self, lines, title):
        """File a claim of its own for some lines of this one.

        Its clocks run since this one was opened, or reopened: the customer has waited
        since; they stood still when this one's did.

        :return: the new claim
        """
        self.ensure_one()
        self.check_access("write")
        if not lines or lines.claim_id != self:
            raise UserError(self.env._("Choose lines of this claim."))
        claim = self.create(
            {
                "title": title or self.title,
                "description": self.description,
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "category_id": self.category_id.id,
                "order_id": self.order_id.id,
                "picking_id": self.picking_id.id,
                "invoice_id": self.invoice_id.id,
                "user_id": self.user_id.id,
                "channel": self.channel,
                "opened_at": self._clock("resolution").started_at or self.opened_at,
                "wanted": self.wanted,
                "score_ids": [
                    Command.create(
                        {
                            "criterion_id": score.criterion_id.id,
                            "option_id": score.option_id.id,
                        }
                    )
                    for score in self.score_ids
                ],
            }
        )
        claim.sudo().origin_id = self  # kept by the system
        lines.claim_id = claim
        claim._take_pauses(self)
        claim._keep_first_promise(self)
        self._message_log(body=self.env._("%(claim)s split off", claim=claim.name))
        return claim
