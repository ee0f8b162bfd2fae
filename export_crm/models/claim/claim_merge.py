from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.claim import clock

_OPEN_CLOCKS = (clock.RUNNING, clock.PAUSED)


class ExportCrmClaim(models.Model):
    """Merge: one claim goes on, with all that was promised on any of them."""

    _inherit = "export.crm.claim"

    def _merge_into(self, target):
        """Merge these claims into ``target``: messages and goods go there.

        The merged ones stay, cancelled, as duplicates: their numbers still lead to
        the right place, they count in no figure and escalate no more. Whatever is the
        target, the earliest start and promise and every breach are kept.

        :raise UserError: different customers or companies, or one is not open
        """
        sources = self - target
        sources._check_merge(target)
        if target.state == "waiting" and sources.filtered(
            lambda claim: claim.state in ("new", "progress")
        ):
            target._go("progress")  # somebody waits for us on the other one
        for claim in sources:
            target._join_clocks(claim)
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
        # Sudo: kept by the system.
        target.sudo().opened_at = min((target | sources).mapped("opened_at"))
        target._keep_first_promise(sources)
        target._take_what_is_missing(sources)
        return target

    def _check_merge(self, target):
        """Raise UserError unless these claims can be merged into ``target``."""
        everybody = self | target
        everybody.check_access("write")
        if not self:
            raise UserError(self.env._("Choose at least two claims."))
        if len(everybody.company_id) > 1 or len(everybody.commercial_partner_id) > 1:
            raise UserError(
                self.env._("Only claims of one customer and company can be merged.")
            )
        if not all(everybody.mapped("is_open")):
            raise UserError(self.env._("Only open claims can be merged."))
        if target.state == "solved" and self.filtered(lambda c: c.state != "solved"):
            raise UserError(
                self.env._(
                    "%(claim)s is solved and another one is not: merge them into the "
                    "one that is still worked on.",
                    claim=target.name,
                )
            )

    def _take_what_is_missing(self, sources):
        """Take over what only the duplicates know, and the update they promised."""
        names = ("order_id", "picking_id", "invoice_id", "wanted", "promised")
        for name in names:
            known = next((c[name] for c in sources.sorted("id") if c[name]), False)
            if known and not self[name]:
                self[name] = known
        update = self._clock("update")
        if update.state == clock.RUNNING and self.next_update_at != update.deadline:
            self.next_update_at = update.deadline

    def _move_attachments(self, target):
        # Sudo: as above.
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).write({"res_id": target.id})

    # === CLOCKS === #

    def _join_clocks(self, source):
        """Take the log of ``source`` into this one, each of its cycles as a strand.

        What ended there adds its start and its breach, what runs there its promise.
        """
        log = source.sudo().event_ids  # the log is nobody's own
        vals_list = []
        for (milestone, cycle), rows in sorted(
            log.grouped(lambda e: (e.milestone, e.cycle)).items()
        ):
            goal = self._cycle_to_join(source, milestone, cycle)
            vals_list += self._joined_rows(
                source, rows.sorted("id"), {"milestone": milestone, "cycle": goal}
            )
        # Sudo: people cause events, nobody writes them.
        self.env["export.crm.claim.event"].sudo().create(vals_list)
        self.env["export.crm.claim.clock"]._refresh(self)

    def _cycle_to_join(self, source, milestone, cycle):
        """Return the cycle here that a cycle of ``source`` becomes a part of."""
        if milestone != "update":
            return self.cycle if cycle == source.cycle else min(cycle, self.cycle)
        rounds = self.sudo().event_ids.filtered(lambda e: e.milestone == "update")
        last = max(rounds.mapped("cycle"), default=0)
        theirs = source._log_cycle("update")
        if cycle != theirs or source._clock("update").state != clock.RUNNING:
            return min(cycle, last) or 1
        if last and self._clock("update").state == clock.RUNNING:
            return last
        return max(last, theirs > 1) + 1

    def _joined_rows(self, source, rows, values):
        """Return the values of events: those of one clock of ``source``, and that it
        joins this claim."""
        kept = [
            "kind", "at", "reason_id", "target", "note", "user_id", "message_id",
        ]  # fmt: skip
        by_event = {}
        for row in rows:
            by_event.setdefault(row._pure(), []).append(row)
        events = [row._pure() for row in rows]
        vals_list = []
        for strand in clock.strands(events):
            claim, cycle = strand or (source.id, rows[0].cycle)
            own = {**values, "claim_id": self.id}
            own.update(strand_id=claim, strand_cycle=cycle)
            for event in clock.strand_log(events, strand):
                row = by_event.get(event, [None])[0]
                told = {"kind": event.kind, "at": event.at}
                if row:
                    told = {name: row.read([name], load=None)[0][name] for name in kept}
                vals_list.append({**told, **own})
            now = fields.Datetime.now()
            vals_list.append({"kind": clock.JOINED, "at": now, **own})
        return vals_list

    def _keep_first_promise(self, sources):
        """An answer given on a duplicate was given to the customer.

        In the cycle that runs: who has complained anew has not been answered yet.
        """
        for milestone in ("ack", "response", "plan"):
            met = [
                (row.ended_at, claim)
                for claim in sources
                for row in claim._clock(milestone)
                if row.state == clock.MET
            ]
            if not met:
                continue
            at, claim = min(met, key=lambda one: one[0])
            event = claim.sudo().event_ids.filtered(  # the log is nobody's own
                lambda e, m=milestone, at=at: e.milestone == m
                and e.kind == clock.MET
                and e.at == at
            )[:1]
            breach = self._clock(milestone).breached_at
            if breach and breach > at:
                # Somebody was kept waiting, and told that it is late.
                self._log(clock.BREACHED, [milestone], at=breach, only=_OPEN_CLOCKS)
            self._log(
                clock.MET,
                [milestone],
                at=at,
                only=_OPEN_CLOCKS,
                user_id=event.user_id.id or self.env.uid,
                message_id=event.message_id.id,
            )
