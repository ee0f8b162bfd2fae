from odoo.tests import tagged

from ..claim.test_claim_portal import ClaimPortalCase
from ..common import ExportCrmTourCase
from ..followup.common import FollowupCommon


class PhoneTourCase(ExportCrmTourCase, FollowupCommon):
    """A customer of tier B whose health is known, on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(
            {
                "email": "buyer@lagos.example.com",
                "country_id": cls.env.ref("base.ng").id,
            }
        )
        cls.account = cls._account_of(cls.customer, tier="b", health=80)

    @classmethod
    def _account_of(cls, partner, tier, health):
        """Return the customer's figures with a tier and a health."""
        accounts = cls.env["export.crm.account"].sudo()
        domain = [("partner_id", "=", partner.id), ("company_id", "=", cls.company.id)]
        account = accounts.search(domain) or accounts.create(
            {"partner_id": partner.id, "company_id": cls.company.id}
        )
        account.tier_id = cls.env.ref(f"export_crm.export_crm_tier_{tier}")
        account.write({"health": health, "health_known": True})
        return account

    def _tour(self, name, url, user=None):
        self.start_tour(
            url, f"export_crm_phone_{name}", login=(user or self.salesperson).login
        )


@tagged("post_install", "-at_install")
class TestPhoneSaleTour(PhoneTourCase):
    """The salesperson, the accountant."""

    def test_from_customer_to_order(self):
        self._account_of(self._customer("Accra Stores"), tier="c", health=40)
        self._tour("sale", "/odoo/export-customers")
        lead = self.env["crm.lead"].search([("name", "=", "200 pumps for Abuja")])
        self.assertEqual(lead.partner_id, self.customer)
        order = lead.order_ids
        self.assertEqual((order.partner_id, order.state), (self.customer, "sale"))
        self.assertEqual(order.order_line.product_uom_qty, 200)
        mail = self.env["mail.message"].search(
            [
                ("model", "=", "sale.order"),
                ("res_id", "=", order.id),
                ("partner_ids", "in", self.customer.ids),
            ]
        )
        self.assertTrue(mail, "the quotation was sent to the customer")
        self.assertTrue(mail.attachment_ids, "with its PDF")

    def test_progress_and_promise(self):
        order = self._sold(qty=200)
        self._deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        self._pay(invoice, amount=500)
        self._tour("progress", f"/odoo/sales/{order.id}")
        promise = invoice.export_promise_ids
        self.assertRecordValues(
            promise,
            [{"state": "requested", "asked_by_id": self.salesperson.id}],
        )
        self.assertEqual(str(promise.promised_date), "2099-12-31")
        self._tour(
            "promise",
            "/odoo/action-export_crm.export_crm_credit_promise_action",
            self.controller,
        )
        self.assertEqual(promise.state, "approved")
        self.assertEqual(promise.decided_by_id, self.controller)

    def test_held(self):
        self._account_of(self._customer("Accra Stores"), tier="c", health=40)
        self._hold()
        self._tour("held", "/odoo/export-customers")

    def test_sample(self):
        self._tour("sample", f"/odoo/export-customers/{self.account.id}")
        order = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self.assertRecordValues(order, [{"export_kind": "sample", "state": "sale"}])
        self.assertEqual(order.order_line.product_id, self.goods)
        self.assertEqual(order.user_id, self.salesperson)


@tagged("post_install", "-at_install")
class TestPhoneClaimTour(ClaimPortalCase, ExportCrmTourCase):
    """The agent and the customer."""

    browser_size = "390x844"
    touch_enabled = True

    def _photos(self, claim):
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "export.crm.claim"),
                ("res_id", "=", claim.id),
                ("name", "=", "carton.png"),
            ]
        )

    def _last_claim(self):
        return self.env["export.crm.claim"].search([], order="id desc", limit=1)

    def test_agent_takes_in_answers_and_escalates(self):
        self.agent.notification_type = "inbox"
        logistics = self.env.ref("export_crm.claim_department_logistics")
        logistics.leader_id = self.leader
        self.start_tour(
            "/odoo/claims", "export_crm_phone_claim", login=self.agent.login
        )
        claim = self._last_claim()
        self.assertRecordValues(
            claim,
            [
                {
                    "title": "Ten tubes broken",
                    "partner_id": self.customer.id,
                    "user_id": self.agent.id,
                    "complexity": "complex",
                    "service_level": "2",
                }
            ],
        )
        self.assertRecordValues(
            claim.line_ids, [{"sale_line_id": self.line.id, "quantity": 4}]
        )
        self.assertEqual(len(self._photos(claim)), 1)
        answer = claim.message_ids.filtered(
            lambda m: m.author_id == self.agent.partner_id and "photos" in m.body
        )
        self.assertIn(self.customer, answer.partner_ids)
        self.assertEqual(self._states(claim)["response"], "met")
        escalation = claim.escalation_ids
        self.assertEqual(escalation.user_id, self.leader)
        self.assertEqual(
            escalation.rule_id, self.env.ref("export_crm.claim_escalation_complex")
        )

    def test_customer_files_with_a_photo(self):
        self.start_tour(
            f"/my/orders/{self.order.id}",
            "export_crm_phone_portal_claim",
            login=self.buyer.login,
        )
        claim = self._last_claim()
        self.assertEqual(claim.partner_id, self.buyer.partner_id)
        self.assertEqual(claim.line_ids.quantity, 3)
        self.assertEqual(len(self._photos(claim)), 1)

    def test_customer_rates(self):
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        self._answer(claim)
        claim.action_solve()
        self.start_tour(
            f"/my/claims/{claim.id}", "export_crm_phone_rating", login=self.buyer.login
        )
        self.assertRecordValues(
            claim.rating_ids,
            [{"rating": 4, "feedback": "Quick and friendly.", "consumed": True}],
        )
        self.assertEqual(claim.rating_ids.partner_id, self.buyer.partner_id)
