import base64
from datetime import timedelta

from odoo import fields

from ...tools.claim import clock
from . import script_claims
from .teller import QUIET, Teller

PHOTO = (
    "iVBORw0KGgoAAAANSUhEUgAAAZAAAAABAQAAAADYicUzAAAADElEQVR4nGNg"
    "IBkAAAAzAAGHXpxVAAAAAElFTkSuQmCC"
)


class Claims(Teller):
    def _load_claims(self):
        """Claims in every state, with clocks that run while one looks on."""
        company = self._company("main")
        demo = self.with_company(company).with_context(
            allowed_company_ids=company.ids, **QUIET
        )
        for plan in script_claims.CLAIMS:
            demo._load_claim(plan, company)
        # Nobody gets mail about what happened before the demo began.
        mails = self.env["mail.mail"].search([("model", "=", "export.crm.claim")])
        mails.unlink()
        self.env.flush_all()
        accounts = self.env["export.crm.account"]
        customers = accounts.search([("company_id", "=", company.id)]).partner_id
        accounts._refresh_facts(company, customers.ids)

    def _load_claim(self, plan, company):
        """File one claim and let happen what the story tells."""
        customer = self._customer(plan.key)
        contact = self._ref(f"contact_{plan.key}")
        opened = fields.Datetime.now() - timedelta(hours=plan.ago)
        latest = self._latest_message()
        line = self._claimed_line(customer, company) if plan.share else None
        claim = self.env["export.crm.claim"].create(
            {
                "title": plan.title,
                "description": plan.text,
                "partner_id": contact.id,
                "company_id": company.id,
                "category_id": self._ref(f"claim_category_{plan.category}").id,
                "order_id": line.order_id.id if line else False,
                "channel": plan.channel,
                "wanted": plan.wanted,
                "promised": plan.promised,
                "opened_at": opened,
                "user_id": False
                if plan.stage == "new"
                else self._ref("user_claims").id,
                "line_ids": self._claim_lines(plan, line),
            }
        )
        if plan.photo:
            self._claim_photo(claim)
        self._date_messages(latest, opened)
        self._date_acknowledgement(claim, opened)
        self._live_through(plan, claim, opened)

    def _date_acknowledgement(self, claim, opened):
        """Have it acknowledged at once in the story's time; past the log's guard."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE export_crm_claim_event SET at = %s"
            " WHERE claim_id = %s AND milestone = 'ack'",
            (fields.Datetime.to_datetime(opened).replace(microsecond=0), claim.id),
        )
        self.env["export.crm.claim.event"].invalidate_model()
        self.env["export.crm.claim.clock"]._refresh(claim)

    def _claimed_line(self, customer, company):
        """Return a line of the customer's latest delivery."""
        return self.env["sale.order.line"].search(
            [
                ("order_id.partner_id", "child_of", customer.id),
                ("company_id", "=", company.id),
                ("qty_delivered", ">", 0),
            ],
            order="id desc",
            limit=1,
        )

    def _claim_lines(self, plan, line):
        if not line:
            return []
        quantity = max(1, round(line.qty_delivered * plan.share))
        values = {"sale_line_id": line.id, "quantity": quantity, "name": plan.title}
        if self._ref(f"claim_category_{plan.category}").goods == "missing":
            # Delivered by the books: what is missing is missing from a delivery.
            moves = line.move_ids.filtered(lambda move: move.state == "done")
            move = moves.sorted("quantity")[-1:]
            quantity = max(1, round(move.quantity * plan.share))
            values = {"move_id": move.id, "quantity": quantity, "name": plan.title}
        if line.qty_invoiced >= quantity:
            values["amount"] = round(quantity * line.price_reduce_taxinc, 2)
        return [(0, 0, values)]

    def _claim_photo(self, claim):
        self.env["ir.attachment"].create(
            {
                "name": "photo.png",
                "raw": base64.b64decode(PHOTO),
                "res_model": claim._name,
                "res_id": claim.id,
            }
        )

    def _live_through(self, plan, claim, opened):
        """Answer, plan, solve and close, each at its own time."""

        def after(hours):
            return opened + timedelta(hours=hours)

        agent = self._ref("user_claims")
        latest = self._latest_message()
        if plan.answered is not None:
            # As a mail through the gateway: it counts at its own time.
            claim.message_post(
                body=plan.reply,
                author_id=agent.partner_id.id,
                date=after(plan.answered),
                message_type="email",
                subtype_xmlid="mail.mt_comment",
            )
            latest = self._latest_message()
        for milestone, hours in (("plan", plan.planned), ("resolution", plan.solved)):
            if hours is not None:
                claim._log(clock.MET, [milestone], at=after(hours))
        if plan.update_in is not None:
            claim.next_update_at = fields.Datetime.now() + timedelta(
                hours=plan.update_in
            )
        stage = self._ref(f"claim_stage_{plan.stage}")
        if claim.stage_id != stage:
            claim.stage_id = stage
        if plan.rating:
            claim._rate(plan.rating, plan.feedback, claim.partner_id)
        if plan.closed is not None:
            claim.write(
                {"closed_at": after(plan.closed), "solved_at": after(plan.solved)}
            )
            self._date_messages(latest, after(plan.closed))
