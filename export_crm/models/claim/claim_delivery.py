from odoo import api, fields, models
from odoo.tools import email_normalize

from ...tools.claim import clock

UNDELIVERED = [
    ("address", "No e-mail address of the customer is known"),
    ("flood", "Too many claims came from this address within the hour"),
    ("failed", "The mail could not be sent, or came back"),
]
FAILED = ("exception", "bounce", "canceled")
_OPEN_CLOCKS = (clock.RUNNING, clock.PAUSED)


class ExportCrmClaim(models.Model):
    """Nothing is met that has reached nobody."""

    _inherit = "export.crm.claim"

    undelivered = fields.Selection(
        UNDELIVERED,
        string="Not delivered",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What we wrote last did not reach the customer. The clocks run on until "
        "it does, or until somebody records that the customer was told by phone.",
    )

    @api.model
    def _engine_fields(self):
        return super()._engine_fields() | {"undelivered"}

    def _after_write(self, vals, before):
        result = super()._after_write(vals, before)
        if {"partner_id", "email_from"} & vals.keys():
            # Now somebody is named whom it can be sent to.
            for claim in self.filtered(lambda c: c.undelivered == "address"):
                claim._acknowledge()
        return result

    # === ACKNOWLEDGEMENT === #

    def _acknowledge(self):
        """Acknowledge this claim, or note why that reaches nobody."""
        self.ensure_one()
        if not (self.is_open and self._clock("ack").state == clock.RUNNING):
            reached, reason = True, False  # told another way meanwhile
        elif not self._is_reachable():
            reached, reason = False, "address"
        elif not self._may_greet():
            reached, reason = False, "flood"
        else:
            message = self._send_ack()
            reached, reason = bool(message), "failed"
            if message:
                self._log(
                    clock.MET, ["ack"], only=(clock.RUNNING,), message_id=message.id
                )
        self.sudo().undelivered = False if reached else reason  # kept by the system

    def _is_reachable(self):
        """Tell whether there is an address to write to the customer at."""
        self.ensure_one()
        # Sudo: whether there is one, whoever files the claim.
        claim = self.sudo()
        return bool(
            claim.partner_id.email_normalized or email_normalize(claim.email_from or "")
        )

    # === WHAT CAME OF IT === #

    def _follow_delivery(self, message):
        """A mail was sent, failed, or came back: let the clocks know.

        :param message: ``mail.message`` of this claim
        """
        self.ensure_one()
        claim = self.sudo()  # the mail server tells
        states = claim._delivery_states(message)
        if states and states <= set(FAILED):
            claim._not_delivered(message)
        elif "sent" in states:
            claim._delivered(message)

    def _delivery_states(self, message):
        """Return how the mails of a message to the customer's addresses stand."""
        return {
            row.notification_status
            for row in message.sudo().notification_ids
            if row.notification_type == "email"
            and self._is_theirs(
                row.res_partner_id,
                row.res_partner_id.email_normalized
                or email_normalize(row.mail_email_address or ""),
            )
        }

    def _met_by(self, message):
        """Return the events of clocks that still are as this message has met them."""
        return self.event_ids.filtered(
            lambda e: e.kind == clock.MET
            and e.message_id == message
            and not e.strand_id
            and self.clock_ids.filtered(
                lambda row: (row.milestone, row.cycle) == (e.milestone, e.cycle)
                and (row.state, row.ended_at) == (clock.MET, e.at)
            )
        )

    def _not_delivered(self, message):
        """Take back what a message has met that reached nobody."""
        events = self._met_by(message)
        for event in events:
            kept = {"cycle": event.cycle, "message_id": message.id}
            self._log(clock.UNMET, [event.milestone], at=event.at, **kept)
            if not self.is_open or event.cycle != self._log_cycle(event.milestone):
                # That cycle is over, whatever was sent.
                ended = self.solved_at or self.closed_at
                self._log(clock.STOP, [event.milestone], at=ended, **kept)
        for milestone in set(events.mapped("milestone")):
            self._stand_still(milestone)
            self._answered_otherwise(milestone)
        again = [self._clock(name).state for name in events.mapped("milestone")]
        if set(again) & set(_OPEN_CLOCKS):
            self.undelivered = "failed"
            agent = self._person("agent")
            if agent:
                self._remind(
                    agent,
                    self.env._(
                        "The customer did not get our message: reach them another way"
                    ),
                )

    def _stand_still(self, milestone):
        """Pause a clock that runs again while its claim waits."""
        reason = self.pause_reason_id
        if self.state == "waiting" and milestone in reason._milestones():
            self._log(
                clock.PAUSE, [milestone], only=(clock.RUNNING,), reason_id=reason.id
            )

    def _answered_otherwise(self, milestone):
        """Let another message count that did reach the customer meanwhile."""
        if milestone not in ("response", "update"):
            return
        begin = self._clock(milestone).started_at
        for message in self.message_ids.sorted(lambda m: (m.date, m.id)):
            if (
                begin
                and message.date >= begin
                and not self._delivery_states(message) & set(FAILED)
                and self._is_answer(message)
            ):
                self._answered(message, [milestone], at=message.date)
                return

    def _delivered(self, message):
        """Count a message that was sent after all, as of now."""
        undone = self.event_ids.filtered(
            lambda e: e.kind == clock.UNMET
            and e.message_id == message
            and e.cycle == self._log_cycle(e.milestone)
        )
        if undone and self.is_open:
            milestones = set(undone.mapped("milestone"))
            self._answered(message, milestones, at=fields.Datetime.now())
            self.undelivered = False

    def action_told(self):
        """Record that the customer was told by phone, or another way."""
        self.ensure_one()
        return self._wizard(
            self.env._("Told Another Way"),
            "export.crm.claim.told",
            {"default_claim_id": self.id},
        )


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(self, *args, **kwargs):
        """Let clocks of claims know what came of a mail."""
        # Sudo: the mail server tells, whoever sends. Read before: mails are deleted.
        messages = self.sudo().mail_message_id.filtered(
            lambda message: message.model == "export.crm.claim"
        )
        result = super()._postprocess_sent_message(*args, **kwargs)
        messages.exists()._export_follow_claims()
        return result


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _export_follow_claims(self):
        for message in self:
            claim = self.env["export.crm.claim"].sudo().browse(message.res_id).exists()
            if claim:
                claim._follow_delivery(message)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _routing_handle_bounce(self, email_message, message_dict):
        """Let the clocks of a claim know that a mail came back."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        message = message_dict.get("bounced_message")
        if message and message.model == "export.crm.claim":
            message.sudo()._export_follow_claims()  # the mail server tells
        return result
