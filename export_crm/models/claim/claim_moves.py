from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.claim import clock
from .export_crm_claim_policy import TARGETS

_OPEN_CLOCKS = (clock.RUNNING, clock.PAUSED)


class ExportCrmClaim(models.Model):
    """From stage to stage: what that does to clocks, and what has to be there."""

    _inherit = "export.crm.claim"

    # === MOVES === #

    def _moved(self, before):
        """Follow a change of stage, however it was made.

        :param dict before: ``{claim id: state}``; stages of one state are the same
        """
        for claim in self:
            was, now = before[claim.id], claim.state
            if was == now:
                continue
            if was == "cancelled":
                raise UserError(
                    self.env._(
                        "%(claim)s was cancelled: file a new one.", claim=claim.name
                    )
                )
            if was == "closed" and now != "cancelled":
                claim._check_reopen()
                claim._begin_cycle()
            if was == "waiting":
                claim._log(clock.RESUME, TARGETS, only=(clock.PAUSED,))
                claim.pause_reason_id = False
            getattr(claim, f"_enter_{now}", lambda: None)()
        self._mark_customers()

    def _enter_waiting(self):
        reason = self.pause_reason_id or self.stage_id.pause_reason_id
        if not reason:
            raise ValidationError(self.env._("Say what the claim is waiting for."))
        self.pause_reason_id = reason
        self._log(
            clock.PAUSE,
            reason._milestones(),
            only=(clock.RUNNING,),
            reason_id=reason.id,
        )

    def _go_on_waiting(self, stage, reason):
        """Wait for something else: another stage brings its own reason, and other
        clocks may stand still now.

        :param stage: where it waited until now
        :param reason: what for
        """
        own = self.stage_id.pause_reason_id
        if self.stage_id != stage and self.pause_reason_id == reason and own != reason:
            self.pause_reason_id = own or reason  # comes back here
        elif reason and self.pause_reason_id != reason:
            self._log(clock.RESUME, TARGETS, only=(clock.PAUSED,))
            self._enter_waiting()

    def _enter_solved(self):
        """The remedy is agreed with the customer and set in motion."""
        self._settle()
        self.sudo().solved_at = fields.Datetime.now()  # kept by the system

    def _settle(self):
        """It is resolved. A plan that no message has carried was not sent: its clock
        stops, and is no plan in the figures."""
        self._log(clock.MET, ["resolution"], only=_OPEN_CLOCKS)
        self._log(clock.STOP, ["plan"], only=_OPEN_CLOCKS)

    def _enter_closed(self):
        closed_at = self.closed_at or fields.Datetime.now()
        self._settle()
        self._end_clocks(clock.STOP)
        # Sudo: kept by the system.
        self.sudo().write(
            {"closed_at": closed_at, "solved_at": self.solved_at or closed_at}
        )
        self._close_disputes()
        self._close_activities()
        self._ask_rating()

    def _enter_cancelled(self):
        self._end_clocks(clock.CANCELLED)
        self.sudo().closed_at = fields.Datetime.now()  # kept by the system
        self._close_disputes()
        self._close_activities()

    def _close_activities(self):
        # Sudo: the reminders of whoever was told about it have no object any more.
        self.sudo().activity_ids.filtered(lambda activity: activity.automated).unlink()

    def _mark_customers(self):
        """Have the figures of the customers computed anew: they count claims."""
        dirty = self.env["export.crm.dirty"]
        for company, claims in self.grouped("company_id").items():
            if partners := claims.commercial_partner_id:
                dirty._mark(partners, company)

    # === GATES === #

    @api.constrains("stage_id", "category_id")
    def _check_gates(self):
        """Hold on the form, in kanban, by RPC and on import alike."""
        for claim in self.filtered(lambda c: c.state == "closed"):
            if missing := claim._missing_to_close():
                raise ValidationError(
                    self.env._(
                        "%(claim)s can't be closed yet: %(missing)s",
                        claim=claim.name,
                        missing=" ".join(missing),
                    )
                )

    def _missing_to_close(self):
        """Return what is missing, in sentences. What else has to be there is added
        by extending this method.

        :rtype: list[str]
        """
        self.ensure_one()
        missing = []
        wanted = self.category_id._photos() if self.category_id else 0
        if wanted > (found := self._photo_count()):
            missing.append(
                self.env._(
                    "%(category)s: photos needed %(wanted)s, there %(found)s. They "
                    "count when attached as files of 50 KB or 400 pixels at least.",
                    category=self.category_id.display_name,
                    wanted=wanted,
                    found=found,
                )
            )
        response = self._clock("response")
        if response.state in _OPEN_CLOCKS or (not response and self._is_live()):
            missing.append(
                self.env._(
                    "Nobody has answered the customer: write, or record that they were "
                    "told another way."
                )
            )
        return missing

    # === BUTTONS === #

    def _go(self, state):
        stage = self.env["export.crm.claim.stage"]._of_state(state)
        if not stage:
            raise UserError(
                self.env._("There is no stage for this: ask a Claims Manager.")
            )
        self.write({"stage_id": stage.id})

    def action_start(self):
        """Take the claim into work; without an agent it becomes one's own."""
        for claim in self.filtered(lambda c: not c.user_id):
            claim.user_id = self.env.user
        self._go("progress")

    def action_wait(self):
        """Wait for the customer or somebody else: the clocks stand still."""
        self._go("waiting")

    def action_solve(self):
        """The remedy is agreed with the customer and set in motion."""
        self._go("solved")

    def action_close(self):
        """Close: raises when something is missing, see :meth:`_missing_to_close`."""
        self._go("closed")

    def action_cancel(self):
        """Cancel: it counts in no figure."""
        self._go("cancelled")

    def action_reopen(self):
        """Reopen, the closed ones within the grace period: a new cycle with fresh
        clocks."""
        if any(claim.state not in ("solved", "closed") for claim in self):
            raise UserError(
                self.env._("Only a solved or a closed claim can be reopened.")
            )
        for claim in self:
            claim._begin_anew()

    def _begin_anew(self):
        """The customer is not content: a new cycle with fresh clocks."""
        solved = self.state == "solved"
        self._go("progress")
        if solved:
            self._begin_cycle()

    def _customer_closes(self):
        """The customer says that it is settled.

        What we still owe (photos, cause, action) is not their business: then the
        claim is solved, and closed by an employee.
        """
        self.ensure_one()
        self._message_log(body=self.env._("The customer says that it is settled."))
        self._log(clock.STOP, ["response"], only=_OPEN_CLOCKS)
        self._go("solved" if self._missing_to_close() else "closed")

    # === REOPENING === #

    def _grace_ends(self):
        """Return until when a closed claim can be reopened (naive UTC)."""
        self.ensure_one()
        days = self.company_id.sudo().export_claim_grace_days  # a setting for all
        return (self.closed_at or fields.Datetime.now()) + timedelta(days=days)

    def _in_grace(self):
        return fields.Datetime.now() <= self._grace_ends()

    def _check_reopen(self):
        if not self._in_grace():
            raise UserError(
                self.env._(
                    "%(claim)s was closed too long ago to be reopened: file a new "
                    "claim that refers to it.",
                    claim=self.name,
                )
            )

    def _begin_cycle(self):
        """Begin the next cycle: fresh clocks, the old ones stay as they ended."""
        # Sudo: kept by the system. An archived claim is worked on again, too.
        self.sudo().write(
            {
                "active": True,
                "cycle": self.cycle + 1,
                "closed_at": False,
                "solved_at": False,
            }
        )
        self._log(clock.REOPENED, TARGETS)
        self._escalate_by_rule()

    def _customer_reopens(self, message):
        """The customer wrote to a closed claim: reopen it, or file the next one.

        What was cancelled stays so; a duplicate goes on where it was merged into.

        :return: the claim that goes on
        """
        self.ensure_one()
        if self.merged_into_id:
            self.merged_into_id._take_over(message)
            return self.merged_into_id
        if self.state == "closed" and self._in_grace():
            self._go("progress")
            return self
        following = self.following_ids.filtered("is_open")[:1]
        if following:
            following._take_over(message)
        else:
            following = self._follow_up(
                title=message.subject or self.title, body=message.body
            )
            following._take_files(message)
        self._message_log(
            body=self.env._(
                "The customer wrote after the claim was closed for good: "
                "%(claim)s goes on with it.",
                claim=following.name,
            )
        )
        return following

    def _take_over(self, message):
        """Have what was written to a closed claim here, where somebody reads it."""
        self.message_post(
            body=message.body,
            subject=message.subject,
            author_id=message.author_id.id,
            email_from=message.email_from,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self._take_files(message)

    def _take_files(self, message):
        for file in message.attachment_ids:
            file.copy({"res_model": self._name, "res_id": self.id})

    def _follow_up(self, title, body):
        """File a claim that comes from this closed one."""
        claim = self.create(
            {
                "title": title,
                "description": body,
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "email_from": self.email_from,
                "category_id": self.category_id.id,
                "order_id": self.order_id.id,
                "picking_id": self.picking_id.id,
                "invoice_id": self.invoice_id.id,
                "user_id": self.user_id.filtered("active").id,
                "channel": "email",
            }
        )
        claim.sudo().origin_id = self  # kept by the system
        return claim
