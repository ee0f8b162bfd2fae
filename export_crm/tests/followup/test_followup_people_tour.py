from odoo.tests import new_test_user, tagged

from .test_followup_tour import FollowupTourCase


class PeopleTourCase(FollowupTourCase):
    """What people see of follow-ups and contacts, at one width of the screen."""

    width = "wide"

    def _see(self, name, url, user=None):
        self._tour(f"export_crm_{name}_{self.width}", url, user)

    def _check_visit(self):
        self._logged()
        self._see("visit", "/odoo/my-day")
        self.assertEqual((self.week.state, self.week.outcome), ("done", "reached"))
        visit = self._rows(step="next")
        self.assertEqual((visit.channel, visit.state), ("visit", "scheduled"))
        self.assertEqual(visit.title, "Visit them at the trade fair")

    def _check_ledger(self):
        self.week._plan_for(self.today)
        self.env.flush_all()
        for kind in ("list", "kanban", "calendar"):
            self._see(f"followup_{kind}", f"/odoo/follow-ups?view_type={kind}")

    def _check_buttons(self):
        self.salesperson.group_ids += self.env.ref("stock.group_stock_user")
        self._see("partner_buttons", f"/odoo/res.partner/{self.customer.id}")
        self._see("order_buttons", f"/odoo/sales/{self.order.id}")
        self._see("delivery_buttons", f"/odoo/stock.picking/{self.picking.id}")

    def _check_mood(self):
        message = self.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": self.customer.id,
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": self._contact("Angry Buyer").id,
                "body": "This was the worst delivery ever.",
            }
        )
        self._see("message_mood", f"/odoo/res.partner/{self.customer.id}")
        message.invalidate_recordset()
        self.assertEqual(message.export_mood, "negative")

    def _check_logging(self):
        self._logged()
        self._see("daily_logging", "/odoo/daily-logging?view_type=pivot")

    def _check_portal(self):
        user = new_test_user(
            self.env,
            login="ec_portal",
            password="ec_portal",
            groups="base.group_portal",
            company_id=self.company.id,
        )
        user.partner_id.parent_id = self.customer
        self._see("portal_orders", "/my/orders", user)

    def _logged(self):
        self.env["export.crm.interaction"].with_user(self.salesperson).create(
            [
                {"partner_id": self.customer.id, "date": f"{self._day(-days)} 10:00:00"}
                for days in (1, 2, 5, 9)
            ]
        )


@tagged("post_install", "-at_install")
class TestFollowupPeopleTour(PeopleTourCase):
    """At a desk."""

    def test_visit(self):
        self._check_visit()

    def test_ledger(self):
        self._check_ledger()

    def test_buttons(self):
        self._check_buttons()

    def test_mood(self):
        self._check_mood()

    def test_logging_and_portal(self):
        self._check_logging()
        self._check_portal()


@tagged("post_install", "-at_install")
class TestFollowupPeoplePhoneTour(PeopleTourCase):
    """On a telephone."""

    browser_size = "390x844"
    touch_enabled = True
    width = "phone"

    def test_visit(self):
        self._check_visit()

    def test_ledger(self):
        self._check_ledger()

    def test_buttons(self):
        self._check_buttons()

    def test_mood(self):
        self._check_mood()

    def test_logging_and_portal(self):
        self._check_logging()
        self._check_portal()
