from odoo.tests import tagged

from ..account.common import FactsCommon
from ..common import ExportCrmTourCase


class ContactTourCase(ExportCrmTourCase, FactsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(
            {
                "country_id": cls.env.ref("base.ng").id,
                "phone": "+234 803 555 0164",
            }
        )

    def _owl_and_closed_shop(self):
        """Return a contact that can always be reached; another never can."""
        always = {
            "export_hours_own": True,
            "export_hours_from": 0,
            "export_hours_to": 24,
            "customer_rank": 1,
        }
        countries = self.env["res.country"].create(
            [
                {"name": "Nowhere", "code": "XX", "export_weekend": ""},
                {"name": "Neverland", "code": "XY", "export_weekend": ""},
            ]
        )
        self.env["export.crm.nonworking.day"].create(
            [
                {"country_id": countries[1].id, "date": self._day(day), "name": "Off"}
                for day in (-1, 0, 1)
            ]
        )
        self._customer("Closed Shop", country_id=countries[1].id, **always)
        return self._customer(
            "Night Owl",
            country_id=countries[0].id,
            phone="+234 803 555 0165",
            **always,
        )

    def _tour(self, name, path):
        self.start_tour(path, name, login=self.salesperson.login)


@tagged("post_install", "-at_install")
class TestContactTour(ContactTourCase):
    """Call, log and find who can be reached, in a browser."""

    def _logged(self):
        return self.env["export.crm.interaction"].search(
            [("partner_id", "=", self.customer.id)]
        )

    def test_log_contact(self):
        self._tour("export_crm_log_contact", f"/odoo/res.partner/{self.customer.id}")
        logged = self._logged()
        self.assertEqual(logged.user_id, self.salesperson)
        self.assertEqual(logged.channel, "whatsapp")
        self.assertEqual(logged.sentiment, "positive")
        self.assertEqual(logged.next_activity_id.summary, "Send the offer")
        self._tour("export_crm_contact_card", f"/odoo/res.partner/{self.customer.id}")

    def test_customer_log(self):
        self._order(self.customer, self.company._export_today())
        account = self._facts(self.customer, as_of=self.company._export_today())
        self._tour("export_crm_customer_log", f"/odoo/export-customers/{account.id}")
        self.assertEqual(len(self._logged()), 1)

    def test_reachable_now(self):
        self._owl_and_closed_shop()
        self._tour("export_crm_reachable_now", "/odoo/reachable-now")


@tagged("post_install", "-at_install")
class TestContactPhoneTour(ContactTourCase):
    """The same on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_log_contact_on_the_phone(self):
        self._tour(
            "export_crm_log_contact_phone", f"/odoo/res.partner/{self.customer.id}"
        )
        self.assertEqual(
            self.env["export.crm.interaction"].search_count(
                [("partner_id", "=", self.customer.id)]
            ),
            1,
        )

    def test_contact_card_on_the_phone(self):
        self._tour(
            "export_crm_contact_card_phone", f"/odoo/res.partner/{self.customer.id}"
        )

    def test_number_that_cannot_be_dialled(self):
        self.customer.phone = "ask Maria"
        self._tour("export_crm_bad_number", f"/odoo/res.partner/{self.customer.id}")

    def test_reachable_now_on_the_phone(self):
        owl = self._owl_and_closed_shop()
        self._tour("export_crm_reachable_phone", "/odoo/reachable-now")
        self.assertEqual(owl.with_user(self.salesperson).export_interaction_count, 1)
