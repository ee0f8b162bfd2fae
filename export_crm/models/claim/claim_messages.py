from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_normalize, email_normalize_all, html2plaintext

from ...tools.claim import clock
from ...tools.claim.mail import is_thanks
from ...tools.claim.text import plain
from .export_crm_claim_policy import TARGETS

# Written by people; the other types are Odoo's own or say that nobody is there.
HUMAN_TYPES = ("comment", "email", "email_outgoing")
ACK = "export_crm.mail_template_claim_ack"


class ExportCrmClaim(models.Model):
    """Messages: what counts as an answer, and what the customer's own does."""

    _inherit = "export.crm.claim"

    speaker_ids = fields.Many2many(
        "res.partner",
        "export_crm_claim_speaker_rel",
        "claim_id",
        "partner_id",
        string="Also speaks for the customer",
        copy=False,
        help="A broker, an agent, a private address: what they write counts as the "
        "customer's. What carriers, insurers or strangers write is only recorded.",
    )

    def message_post(self, *, body="", subject=None, **kwargs):
        """Post a message, without characters that no database keeps."""
        if isinstance(body, str):
            body = type(body)(plain(body))
        return super().message_post(
            body=body, subject=subject and plain(subject), **kwargs
        )

    def _message_post_after_hook(self, message, msg_values):
        """Let clocks follow real messages to and from the customer."""
        result = super()._message_post_after_hook(message, msg_values)
        for claim in self:
            if claim._is_answer(message):
                claim._answered(message)
            elif claim._is_from_outside(message):
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
        """Tell whether a message goes to an address of the customer."""
        followers = self.sudo().message_partner_ids
        address = email_normalize(self.email_from)
        outside = (message.partner_ids | followers).filtered(
            lambda partner: partner.partner_share
            and partner.active
            and partner.email_normalized
            and self._is_theirs(partner, partner.email_normalized)
        )
        sent_to = email_normalize_all(message.outgoing_email_to)
        return bool(outside or (address and address in sent_to))

    def _is_theirs(self, partner, address):
        """Tell whether a contact, or an address, is the customer's."""
        self.ensure_one()
        claim = self.sudo()  # whose a contact is, whoever writes
        customer, speakers = claim.commercial_partner_id, claim.speaker_ids
        if partner and partner in speakers:
            return True
        if address and address in speakers.mapped("email_normalized"):
            return True
        if partner and customer and partner.sudo().commercial_partner_id == customer:
            return True
        # A contact of somebody else is theirs by no address.
        known = partner and customer
        return bool(
            address and not known and address == email_normalize(claim.email_from or "")
        )

    def _answered(self, message, milestones=("response", "update"), at=None):
        """An employee has written: first response, and the promised update is kept.

        A mail counts at its own time, however long the gateway took; what is posted
        here counts now, whatever date an RPC client gives it.
        """
        by_gateway = message.message_type == "email" and self.env.uid == SUPERUSER_ID
        return self._log(
            clock.MET,
            milestones,
            at=at or (message.date if by_gateway else None),
            only=(clock.RUNNING, clock.PAUSED),
            message_id=message.id,
            user_id=message.sudo().author_id.user_ids[:1].id or self.env.uid,
        )

    # === FROM THE CUSTOMER === #

    def _is_from_outside(self, message):
        """Tell whether a person outside has written: the customer, or anybody."""
        message = message.sudo()  # read all of it, whoever wrote
        return (
            message.message_type in ("comment", "email")
            and not message.is_internal
            and not self._is_employee(message.author_id)
            and not (not message.author_id and self._is_colleague(message.email_from))
            and message.author_id != self.env.ref("base.partner_root")
        )

    def _speaks(self, author, email_from):
        """Tell whether who has written speaks for the customer.

        The customer's own people, the address that the claim came from, and whom a
        person has named; not carriers, insurers, suppliers or strangers.
        """
        self.ensure_one()
        address = email_normalize(email_from or "") or author.sudo().email_normalized
        return self._is_theirs(author, address)

    def _is_by_link(self, message):
        """Tell whether a visitor without a name has written on the claim's page: the
        link was checked there."""
        nobody = self.env.ref("base.public_partner")
        return message.message_type == "comment" and not message.author_id - nobody

    def _heard(self, message):
        """Somebody outside has written: the customer wakes up what waits for that,
        or reopens; what others write is recorded and moves nothing."""
        # Sudo: it is the customer who acts, by mail or in the portal.
        claim = self.sudo()
        speaks = claim._speaks(message.author_id, message.email_from)
        if not (speaks or claim._is_by_link(message)):
            claim._heard_stranger(message)
        elif claim.state == "solved":
            if not is_thanks(html2plaintext(message.body or "")):
                claim._begin_anew()
        elif not claim.is_open:
            claim._customer_reopens(message)
        elif claim.state == "waiting" and claim.pause_reason_id.resume_on_reply:
            claim._go("progress")

    def _heard_stranger(self, message):
        """Have somebody look at what stands on a claim that nobody works on."""
        agent = self._person("agent")
        if self.state in ("new", "progress") or not agent:
            return
        self._remind(
            agent,
            self.env._(
                "%(sender)s, who does not speak for the customer, has written",
                sender=message.author_id.name or message.email_from or "?",
            ),
        )

    def _remind(self, user, summary):
        """Give somebody a task about this claim, once."""
        # Sudo: the system asks, whoever causes it.
        claim = self.sudo()
        if summary in claim.activity_ids.mapped("summary"):
            return
        claim.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.company_id.sudo()._export_today(),
            summary=summary,
            user_id=user.id,
            automated=True,
        )

    # === ACKNOWLEDGEMENT === #

    def _subscribe_customer(self):
        """Have the customer's contact get what is written to them."""
        for claim in self.filtered("partner_id"):
            claim.message_subscribe(partner_ids=claim.partner_id.ids)

    def _greet(self):
        """Acknowledge new claims at once, in the customer's language."""
        self._subscribe_customer()
        for claim in self.filtered(lambda claim: claim._is_live()):
            claim._acknowledge()
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
        """Send the acknowledgement; return the message (empty: there is no text)."""
        template = self.env.ref(ACK, raise_if_not_found=False)
        if not template:
            return self.env["mail.message"]
        return self._send_template(template)

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
