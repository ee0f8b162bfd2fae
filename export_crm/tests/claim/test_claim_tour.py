from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ExportCrmTourCase
from .test_claim_portal import ClaimPortalCase


@tagged("post_install", "-at_install")
class TestClaimTour(ClaimPortalCase, ExportCrmTourCase):
    def test_customer_files_and_agent_solves(self):
        """Filed in the portal, answered and solved on the workbench."""
        self.agent.notification_type = "inbox"
        self.start_tour(
            f"/my/orders/{self.order.id}",
            "export_crm_claim_filed",
            login=self.buyer.login,
        )
        claim = self.env["export.crm.claim"].search([], order="id desc", limit=1)
        self.assertRecordValues(
            claim,
            [
                {
                    "title": "Three cartons wet",
                    "channel": "portal",
                    "partner_id": self.buyer.partner_id.id,
                    "user_id": False,
                }
            ],
        )
        self.assertEqual(claim.line_ids.quantity, 3)

        self.start_tour("/odoo/claims", "export_crm_claim_worked", login="ec_agent")
        self.assertEqual(claim.state, "solved")
        self.assertEqual(claim.user_id, self.agent)
        self.assertEqual(self._states(claim)["response"], "met")

    def test_intruder_sees_nothing(self):
        """In the browser, too: another company's portal user gets a 404."""
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        self.browser_js(
            f"/my/claims/{claim.id}",
            "if (document.body.innerText.includes('flicker'))"
            " throw new Error('shown'); console.log('test successful');",
            "document.body.innerText.includes('404')",
            login=self.stranger.login,
        )

    def test_refused_message_is_not_lost(self):
        """Told that it was too much, the customer still has what was typed."""
        self.company.export_claim_hour_messages = 1
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        self.start_tour(
            f"/my/claims/{claim.id}", "export_crm_claim_flood", login=self.buyer.login
        )

    def test_refused_file_says_why(self):
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        self.start_tour(
            f"/my/claims/{claim.id}",
            "export_crm_claim_refused_file",
            login=self.buyer.login,
        )


class ClaimAbroadCase(ClaimPortalCase, ExportCrmTourCase):
    def _file_in(self, *languages):
        self.company.export_claim_hour_claims = 0
        for language in languages:
            self.env["res.lang"]._activate_lang(language)
        self.env["ir.module.module"]._load_module_terms(
            ["export_crm", "portal", "mail", "sale"], list(languages)
        )
        for language in languages:
            with mute_logger("odoo.addons.base.models.assetsbundle"):
                self._walk(language)

    def _walk(self, language):
        """Walk the pages; where ``rtlcss`` is missing, Odoo says so in its log."""
        self.buyer.lang = language
        last = self.env["export.crm.claim"].search([], limit=1, order="id desc")
        self.start_tour(
            f"/my/claims/new?order_id={self.order.id}",
            "export_crm_claim_abroad",
            login=self.buyer.login,
        )
        claim = self.env["export.crm.claim"].search([("id", ">", last.id or 0)])
        self.start_tour(
            "/my/claims", "export_crm_claim_abroad_list", login=self.buyer.login
        )
        self.assertEqual(claim.lang, language)
        self.assertEqual(claim.line_ids.quantity, 3)
        claim.action_cancel()


@tagged("post_install", "-at_install")
class TestClaimAbroadTour(ClaimAbroadCase):
    def test_in_three_languages(self):
        self._file_in("es_ES", "zh_CN", "ar_001")


@tagged("post_install", "-at_install")
class TestClaimAbroadPhoneTour(ClaimAbroadCase):
    browser_size = "390x844"

    def test_in_three_languages(self):
        self._file_in("es_ES", "zh_CN", "ar_001")
