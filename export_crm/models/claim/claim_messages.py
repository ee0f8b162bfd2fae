from odoo import SUPERUSER_ID, api, models
from odoo.tools import email_normalize, email_normalize_all

from ...tools.claim import clock
from .export_crm_claim_policy import TARGETS

# Written by people; the other types are Odoo's own or say that nobody is there.
HUMAN_TYPES = ("comment", "email", "email_outgoing")
ACK = "export_crm.mail_template_claim_ack"


class ExportCrmClaim(models.Model):
    """Messages: what counts as an answer, and what the customer's own does."""

    _inherit = "export.crm.claim"

    def _message_post_after_hook(self, message, msg_values):
        """Let clocks follow real messages to and from the customer."""
        result = super()._message_post_after_hook(message, msg_values)
        for claim in self:
            if claim._is_answer(message):
                claim._answered(message)
            elif claim._is_from_customer(message):
                claim._heard(message)
        return result

    # === FROM US === #

    def _is_answer(self, message):
        """Tell whether an employee has written to the customer.

        No auto-reply, no note, no bot, not the customer's own words, nothing that
        reaches nobody of theirs.
        """
        self.ensure_one()
        message = message.sudo()  # read all of it, whoever wrote
        return (
            message.message_type in HUMAN_TYPES
            and not message.is_internal
            and not message.subtype_id.internal
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and self._is_employee(message.author_id)
            and self._reaches_customer(message)
        )

    @api.model
    def _is_employee(self, partner):
        """Tell whether a partner is a person of ours (not OdooBot)."""
        users = partner.sudo().user_ids  # whether somebody works here is no secret
        root = self.env.ref("base.user_root")
        return bool(users.filtered(lambda u: u._is_internal() and u != root))

    def _reaches_customer(self, message):
        customer, address = self.commercial_partner_id, email_normalize(self.email_from)
        outside = (message.partner_ids | self.sudo().message_partner_ids).filtered(
            lambda partner: partner.partner_share
            and partner.active
            and (
                partner.commercial_partner_id == customer
                if customer
                else partner.email_normalized == address
            )
        )
        sent_to = email_normalize_all(message.outgoing_email_to)
        return bool(outside or (address and address in sent_to))

    def _answered(self, message):
        """An employee has written: first response, and the promised update is kept.

        A mail counts at its own time, however long the gateway took; what is posted
        here counts now, whatever date an RPC client gives it.
        """
        by_gateway = message.message_type == "email" and self.env.uid == SUPERUSER_ID
        self._log(
            clock.MET,
            ["response", "update"],
            at=message.date if by_gateway else None,
            only=(clock.RUNNING, clock.PAUSED),
            message_id=message.id,
            user_id=message.sudo().author_id.user_ids[:1].id,  # who wrote it
        )

    # === FROM THE CUSTOMER === #

    def _is_from_customer(self, message):
        """Tell whether a person of the customer has written, or an unknown one."""
        message = message.sudo()  # read all of it, whoever wrote
        return (
            message.message_type in ("comment", "email")
            and not message.is_internal
            and not self._is_employee(message.author_id)
            and message.author_id != self.env.ref("base.partner_root")
        )

    def _heard(self, message):
        """The customer has written: wake up what waits for that, or reopen."""
        # Sudo: it is the customer who acts, by mail or in the portal.
        claim = self.sudo()
        if not claim.is_open:
            claim._customer_reopens(message)
        elif claim.state == "waiting" and claim.pause_reason_id.resume_on_reply:
            claim._go("progress")

    # === ACKNOWLEDGEMENT === #

    def _subscribe_customer(self):
        """Have the customer's contact get what is written to them."""
        for claim in self.filtered("partner_id"):
            claim.message_subscribe(partner_ids=claim.partner_id.ids)

    def _greet(self):
        """Acknowledge new claims at once, in the customer's language."""
        self._subscribe_customer()
        for claim in self:
            if not claim._is_live() or not (claim.partner_id or claim.email_from):
                continue
            if claim._may_greet():
                claim._send_ack()
            claim._log(clock.MET, ["ack"], only=(clock.RUNNING,))
        self._escalate_by_rule()
        self._mark_customers()

    def _may_greet(self):
        """Tell whether this address was not acknowledged too often in the last hour."""
        self.ensure_one()
        # Sudo: to count what was sent, whoever files the claim.
        domain = [("create_date", ">=", "-1H"), ("id", "!=", self.id)]
        if self.partner_id:
            domain += [("partner_id", "=", self.partner_id.id)]
        else:
            domain += [("email_from", "=ilike", self.email_from)]
        return self.sudo().search_count(domain, limit=10) < 10

    def _send_ack(self):
        template = self.env.ref(ACK, raise_if_not_found=False)
        if template:
            self._send_template(template)

    def _milestones_told(self):
        """Return the promised times that the customer reads.

        :rtype: list[tuple[str, str, str, datetime]]
        :return: (milestone, what it is called, state, moment as naive UTC)
        """
        self.ensure_one()
        labels = {
            "response": self.env._("Our first answer"),
            "plan": self.env._("Our proposal"),
            "resolution": self.env._("Solution"),
            "update": self.env._("Next news from us"),
        }
        told = []
        for milestone in (*TARGETS, "update"):
            row = self._clock(milestone)
            moment = row.ended_at if row.state == clock.MET else row.deadline
            if row and row.state in (clock.RUNNING, clock.PAUSED, clock.MET):
                told.append((milestone, labels[milestone], row.state, moment))
        return told
