from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields

from ..common import ExportCrmCommon


class ClaimCase(ExportCrmCommon):
    """An agent, a department with its people, a customer with a delivered order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref(
            "export_crm.export_crm_group_claims_manager"
        )
        cls.agent = cls._user("agent", "claims_agent", name="Ada Agent", tz="UTC")
        cls.leader = cls._user("leader", "claims_agent", name="Lea Leader")
        cls.manager = cls._user("manager", "claims_manager", name="Max Manager")
        cls.director = cls._user("director", "claims_manager", name="Dora Director")
        cls.department = cls.env.ref("export_crm.claim_department_service")
        cls.department.write(
            {
                "member_ids": [Command.set(cls.agent.ids)],
                "leader_id": cls.leader.id,
                "manager_id": cls.manager.id,
                "director_id": cls.director.id,
            }
        )
        cls.customer.email = "buyer@lagos.example.com"
        cls.claims = cls.env["export.crm.claim"].with_user(cls.agent)
        cls.tier_a = cls.env.ref("export_crm.export_crm_tier_a")

    @classmethod
    def _claim(cls, user=None, **values):
        claims = cls.claims.with_user(user) if user else cls.claims
        return claims.create(
            {
                "title": "Ten panels flicker",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _severity(cls, code):
        """Return a category whose claims have this severity."""
        return cls.env["export.crm.claim.category"].create(
            {
                "name": code,
                "code": f"test_{code}",
                "severity_id": cls.env.ref(f"export_crm.claim_severity_{code}").id,
                "department_id": cls.department.id,
            }
        )

    @classmethod
    def _set_tier(cls, tier, partner=None):
        partner = partner or cls.customer
        accounts = cls.env["export.crm.account"].sudo()
        account = accounts.search(
            [("partner_id", "=", partner.id), ("company_id", "=", cls.company.id)]
        )
        if not account:
            account = accounts.create(
                {"partner_id": partner.id, "company_id": cls.company.id}
            )
        account.tier_id = tier
        return account

    @classmethod
    def _delivered(cls, quantity=10.0, partner=None, invoice=True, price=100.0):
        """Return an order line of goods, delivered and invoiced."""
        goods = cls._create_product(
            name="LED tube",
            type="consu",
            is_storable=False,
            invoice_policy="order",
            taxes_id=[],
        )
        order = cls._quotation(
            partner=partner,
            order_line=[
                Command.create(
                    {
                        "product_id": goods.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                    }
                )
            ],
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.button_validate()
        if invoice:
            order._create_invoices().action_post()
        return order.order_line

    def _clock(self, claim, milestone="response"):
        return claim._clock(milestone)

    def _hours(self, claim, milestone):
        """Return the hours from opening to the deadline."""
        deadline = self._clock(claim, milestone).deadline
        return (deadline - claim.opened_at).total_seconds() / 3600

    def _states(self, claim):
        return {
            row.milestone: row.state
            for row in claim.sudo().clock_ids
            if row.cycle == claim._log_cycle(row.milestone)
        }

    def _answer(self, claim, user=None, **values):
        return claim.with_user(user or self.agent).message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def _send_plan(self, claim, user=None):
        """Send the remedy plan, as the agent does."""
        dialogs = self.env["export.crm.claim.reply.send"].with_user(user or self.agent)
        dialogs.create(
            {"claim_id": claim.id, "body": "<p>Ten new ones.</p>", "carries_plan": True}
        ).action_send()

    def _escalate(self):
        """Run the scheduled step as the scheduler does, without its commits."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0
        ):
            self.env["export.crm.claim.escalation"]._cron_run()

    @classmethod
    def _ago(cls, **delta):
        return fields.Datetime.now() - timedelta(**delta)
