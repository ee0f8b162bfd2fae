from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .export_crm_credit_rule import LEDGER_KINDS

STANDING = [
    ("stands", "Stands"),
    ("weaker", "Weaker than a rule asks for"),
    ("settled", "Everything paid"),
    ("wrong", "No fault after all"),
    ("excused", "Nothing late any more"),
]
#: Nothing of the evidence stands: somebody should end the hold.
FALLEN = ("settled", "wrong", "excused")
# What the customer had no fault in; the rest that isn't late is excused.
INNOCENT = ("on_time", "cancelled", "moved")
ACTIVITY = ["export_crm.mail_activity_type_credit_evaluation"]


def judge(states, was_unpaid, found, owing):
    """Return how a hold stands today, and whether nothing of it is left unpaid.

    What is paid late since the hold was opened is settled, though the run of late
    ones may be as long as ever; what had been paid late by then is what the hold is
    about.

    :param states: ``evidence_today.State`` of each instalment, as of today
    :param bool was_unpaid: one of them was unpaid when the hold was opened
    :param bool found: a rule would hold the customer today
    :param bool owing: something of the customer is overdue
    :return: ``(key of STANDING, all paid)``
    """
    late = any(state.status == "late" for state in states)
    paid = not owing and not any(state.unpaid for state in states)
    innocent = all(
        state.status in INNOCENT or state.excuse == "not_due" for state in states
    )
    if paid and (late or not states) and (was_unpaid or not found):
        return "settled", paid
    if found:
        return "stands", paid
    if owing or late or any(state.status == "overdue" for state in states):
        return "weaker", paid
    return "wrong" if innocent else "excused", paid


class ExportCrmCreditHold(models.Model):
    """Whether a hold still stands; what to do, or what is done, when it doesn't."""

    _inherit = "export.crm.credit.hold"

    standing = fields.Selection(
        STANDING,
        string="As of today",
        readonly=True,
        copy=False,
        index=True,
        help="Whether the evidence would hold the customer today; judged when the "
        "customer's ledger changes, and every night.",
    )
    standing_text = fields.Char(compute="_compute_standing_text")
    # What was said of it last, so that it is said again only when it changes.
    standing_said = fields.Char(readonly=True, copy=False)

    @api.depends("standing", "blocking", "evidence_ids")
    def _compute_standing_text(self):
        for hold in self:
            fallen = hold.blocking and hold.standing in FALLEN
            hold.standing_text = fallen and hold._standing_sentence() or False

    def _standing_sentence(self):
        """Return what became of the evidence, once nothing of it stands any longer."""
        self.ensure_one()
        what = self._turned_out()
        if self.standing == "settled":
            return self.env._("Nothing of the evidence is open any longer: %s.", what)
        return self.env._("Nothing of the evidence stands any longer: %s.", what)

    def _turned_out(self):
        """Return in words what the instalments are today."""
        # sudo: what became of them is no secret, nobody is told the amount
        evidence = self.sudo().evidence_ids
        words = Counter(evidence._word(line._state()) for line in evidence)
        if not words:
            return self.env._("nothing is overdue")
        if len(words) == 1:
            return self.env._("everything was %s", next(iter(words)))
        return ", ".join(
            self.env._("%(count)s %(what)s", count=count, what=word)
            for word, count in words.most_common()
        )

    def action_end(self):
        """Open the dialog of a decision with what the standing suggests.

        :raise UserError: the hold stands by now
        """
        self.ensure_one()
        self._check_blocking()
        if self.standing not in FALLEN:
            raise UserError(self.env._("%s stands by now.", self.display_name))
        action = self.action_release()
        action["context"] = {
            "default_hold_id": self.id,
            "default_scope": "void" if self.standing == "wrong" else "unconditional",
            "default_reason": self._standing_sentence(),
        }
        return action

    # === STEP OF THE PIPELINE === #

    @api.model
    def _step_settled(self, company, partner_ids, as_of):
        """Judge how holds stand today; end those of which nothing does.

        Ends holds only where the company has switched the automatic release on, else
        asks for a decision. Runs before the rules are judged.

        :param res.company company: whose holds
        :param list partner_ids: commercial customers of this batch
        :param date as_of: today where the company is
        """
        holds = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("blocking", "=", True),
                ("kind", "in", LEDGER_KINDS),
                # Without evidence of its own: part of a customer on hold before.
                ("evidence_ids", "!=", False),
            ]
        )
        if not holds:
            return
        holds._forget_today()
        self.env["export.crm.credit.evidence"]._forget_today()
        owing = self._partners_owing(company, holds.partner_id.ids, as_of)
        findings = self._ledger_findings(
            company, holds.partner_id.ids, as_of, history=True
        )
        found = {partner_id for rows in findings.values() for partner_id in rows}
        for hold in holds:
            standing, paid = judge(
                [line._state() for line in hold.evidence_ids],
                "overdue" in hold.evidence_ids.mapped("verdict"),
                hold.partner_id.id in found,
                hold.partner_id.id in owing,
            )
            if hold.standing != standing:
                # sudo: how a hold stands is the system's to say
                hold.sudo().standing = standing
            if company.export_credit_auto_release and (paid or standing == "wrong"):
                hold._end_by_itself()
            else:
                hold._tell_standing()

    @api.model
    def _partners_owing(self, company, partner_ids, as_of):
        """Return the ids of customers with an overdue instalment, consumed or not."""
        lateness = self.env["export.crm.account"]._lateness_sql(
            company, as_of, list(partner_ids)
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT partner_id FROM (%s) late WHERE verdict = 'overdue'",
                lateness,
            )
        )
        return {partner_id for [partner_id] in rows}

    def _end_by_itself(self):
        """End a hold of which nothing is left: settled, or void if it was no fault."""
        self.ensure_one()
        reason = "void" if self.standing == "wrong" else "settled"
        paid = {"late", "on_time"}.issuperset(
            line._state().status for line in self.evidence_ids
        )
        if reason == "void":
            text = self.env._("%s Ended by itself.", self._standing_sentence())
        elif paid:
            text = self.env._("Everything is paid: released by itself.")
        else:
            text = self.env._(
                "Nothing is owed any more (%s): released by itself.",
                self._turned_out(),
            )
        self._tell({self.id: Markup("<p>%s</p>") % text})
        self._close(reason, text)
        self._audit("closed", text)
        self._confirm_waiting()

    def _tell_standing(self):
        """Say in the chatter and in the activity what has become of it, once."""
        self.ensure_one()
        said = self.standing_said or ""
        text = self._standing_sentence() if self.standing in FALLEN else ""
        if text == said:
            return
        # sudo: the system keeps what it has said
        self.sudo().standing_said = text
        name, due = self.partner_id.name, self.company_id._export_today()
        if self.standing == "wrong":
            summary = self.env._("Void the hold of %(customer)s? %(why)s")
        elif text:
            summary = self.env._("Release %(customer)s? %(why)s")
        else:
            text = self.env._("The evidence stands again.")
            if self.standing == "weaker":
                text = self.env._("Something of the evidence is late again.")
            summary = self.env._("Evaluate credit of %(customer)s: %(why)s")
            if self.state == "kept" and self.review_date:
                due = self.review_date
        self._message_log(body=text)
        # sudo: the activity may be somebody else's
        hold = self.sudo()
        if not hold.activity_search(ACTIVITY):
            hold._ask_controllers()
        hold.activity_search(ACTIVITY).write(
            {"summary": summary % {"customer": name, "why": text}, "date_deadline": due}
        )
