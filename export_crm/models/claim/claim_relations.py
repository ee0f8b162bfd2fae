from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...tools.claim import clock
from .export_crm_claim_policy import TARGETS


class ExportCrmClaim(models.Model):
    """Merge, split, link."""

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

    # === MERGE, SPLIT === #

    def _merge_into(self, target):
        """Merge these claims into ``target``: messages and goods go there.

        The merged ones stay, cancelled, as duplicates: their numbers still lead to
        the right place, they count in no figure and escalate no more.

        :raise UserError: different customers or companies, or one is not open
        """
        sources = self - target
        everybody = sources | target
        everybody.check_access("write")
        if not sources:
            raise UserError(self.env._("Choose at least two claims."))
        if len(everybody.company_id) > 1 or len(everybody.commercial_partner_id) > 1:
            raise UserError(
                self.env._("Only claims of one customer and company can be merged.")
            )
        if not all(everybody.mapped("is_open")):
            raise UserError(self.env._("Only open claims can be merged."))
        for claim in sources:
            # Sudo: messages and files follow whatever the user may see of them.
            claim.sudo().message_change_thread(target.sudo())
            claim._move_attachments(target)
            target.message_subscribe(partner_ids=claim.message_partner_ids.ids)
            claim.line_ids.claim_id = target
            # Sudo: what is disputed stays so; a Credit Controller has decided it.
            claim.sudo().dispute_ids.claim_id = target
            claim.sudo().merged_into_id = target  # kept by the system
            claim._go("cancelled")
            claim._message_log(
                body=self.env._("Duplicate of %(claim)s", claim=target.name)
            )
        target._message_log(
            body=self.env._(
                "Merged with %(claims)s", claims=", ".join(sources.mapped("name"))
            )
        )
        target._keep_first_promise(sources)
        target._take_what_is_missing(sources)
        return target

    def _take_what_is_missing(self, sources):
        """Take over what only the duplicates know, and the update they promised."""
        names = ("order_id", "picking_id", "invoice_id", "wanted", "promised")
        for name in names:
            known = next((c[name] for c in sources.sorted("id") if c[name]), False)
            if known and not self[name]:
                self[name] = known
        now = fields.Datetime.now()
        promised = (self | sources).filtered(
            lambda claim: claim.next_update_at and claim.next_update_at > now
        )
        first = promised.sorted("next_update_at")[:1].next_update_at
        if first and first != self.next_update_at:
            self.next_update_at = first

    def _move_attachments(self, target):
        # Sudo: as above.
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).write({"res_id": target.id})

    def _keep_first_promise(self, sources):
        """An answer given on a duplicate was given to the customer.

        In the cycle that runs: who has complained anew has not been answered yet.
        """
        for milestone in ("response", "plan"):
            met = (
                sources.sudo()  # the log of the duplicates
                .event_ids.filtered(
                    lambda e, m=milestone: e.milestone == m
                    and e.kind == clock.MET
                    and e.cycle == e.claim_id.cycle
                )
                .sorted("at")[:1]
            )
            if met:
                self._log(
                    clock.MET,
                    [milestone],
                    at=met.at,
                    only=(clock.RUNNING, clock.PAUSED),
                    user_id=met.user_id.id,
                    message_id=met.message_id.id,
                )

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
