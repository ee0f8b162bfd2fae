from datetime import timedelta

from odoo.tests import tagged

from ..common import ExportCrmTourCase
from .common import FollowupCommon


class FollowupTourCase(ExportCrmTourCase, FollowupCommon):
    """A delivery a good week ago, whose follow-up is due."""

    def setUp(self):
        super().setUp()
        self.customer.write(
            {"phone": "+234 803 123 4567", "country_id": self.env.ref("base.ng").id}
        )
        self.env["res.lang"]._activate_lang("en_US")
        self.order = self._sold()
        self.picking = self._deliver(self.order, self.monday - timedelta(days=7))
        self._run()
        self.week = self._rows(step="delivery_1w")
        self.assertEqual(self.week.state, "scheduled")

    def _tour(self, name, url, user=None):
        self.start_tour(url, name, login=(user or self.salesperson).login)

    def _check_done(self):
        self.assertEqual((self.week.state, self.week.outcome), ("done", "reached"))
        self.assertEqual(self.week.note, "All is well, next order in May.")
        following = self._rows(step="next")
        self.assertEqual(following.state, "scheduled")


@tagged("post_install", "-at_install")
class TestFollowupTour(FollowupTourCase):
    """My day, the ledger and the plans on a desktop."""

    def test_my_day(self):
        self._tour("export_crm_my_day", "/odoo/my-day")
        self._check_done()

    def test_order(self):
        self._tour("export_crm_followup_of_order", f"/odoo/sales/{self.order.id}")

    def test_plans(self):
        manager = self._user("boss", "manager")
        self._tour("export_crm_followup_plans", "/odoo/follow-up-plans", manager)

    def test_response_times(self):
        self._plan("shipment")
        self._deliver(self._sold(), self.today)
        self._run()
        self._rows(node="shipment")[0]._finish("replied")
        manager = self._user("boss", "manager")
        self._tour("export_crm_response_times", "/odoo/response-times", manager)


@tagged("post_install", "-at_install")
class TestFollowupPhoneTour(FollowupTourCase):
    """The salesperson's day on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_my_day_on_the_phone(self):
        self._tour("export_crm_my_day_phone", "/odoo/my-day")
        self._check_done()
