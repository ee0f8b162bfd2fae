"""The best hour to reach somebody, from what came in."""

from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ...tools.contact.reply_hours import Best, best_window
from ..common import ExportCrmCommon


class TestBestWindow(BaseCase):
    def test_fewer_than_five_say_nothing(self):
        self.assertIsNone(best_window([10] * 4))
        self.assertEqual(best_window([10] * 5), Best(9, 11, 5, 5))

    def test_neighbours_decide_between_equals(self):
        self.assertEqual(best_window([3, 3, 10, 10, 12]).start, 10)

    def test_past_midnight(self):
        self.assertEqual(best_window([23, 0, 23, 0, 23]), Best(23, 1, 5, 5))


@tagged("post_install", "-at_install")
class TestBestHour(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        cls.customer.export_tz_own = "Asia/Kolkata"
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Buyer",
                "parent_id": cls.customer.id,
                "export_tz_own": "Africa/Lagos",
            }
        )
        yesterday = datetime.now() - timedelta(days=1)
        cls.noon = yesterday.replace(hour=12, minute=10, second=0, microsecond=0)

    def _mail(self, author, hour, number=1, days=0, **values):
        when = self.noon.replace(hour=hour) - timedelta(days=days)
        self.env["mail.message"].create(
            [
                {
                    "model": "res.partner",
                    "res_id": author.id,
                    "author_id": author.id,
                    "message_type": "email",
                    "date": when,
                    "body": "Hello",
                    **values,
                }
            ]
            * number
        )

    def _text(self, partner, company=None):
        self.env.invalidate_all()
        partner = partner.with_user(self.salesperson)
        return partner.with_company(company or self.company).export_best_hour

    def test_on_the_clock_of_who_writes(self):
        self._mail(self.buyer, 8, 4)
        self._mail(self.buyer, 15)
        # Lagos is one hour ahead of UTC.
        self.assertEqual(
            self._text(self.buyer), "08:00–10:00 there: 4 of 5 messages came then"
        )
        self.assertEqual(self.buyer.export_best_window, "08:00–10:00")

    def test_a_customer_has_those_of_all_its_contacts_each_on_its_own_clock(self):
        self._mail(self.buyer, 8, 4)
        self._mail(self.customer, 3, 3)  # 08:40 in Kolkata
        self.assertEqual(
            self._text(self.customer), "08:00–10:00 there: 7 of 7 messages came then"
        )

    def test_too_few_is_said(self):
        self._mail(self.buyer, 8, 4)
        self.assertEqual(
            self._text(self.buyer),
            "Too few messages from them to tell: 4, 5 needed",
        )
        self.assertFalse(self.buyer.export_best_window)

    def test_what_came_in_by_telephone_counts_and_what_we_began_does_not(self):
        for direction, hour, number in (("in", 9, 5), ("out", 16, 8)):
            self.env["export.crm.interaction"].create(
                [
                    {
                        "partner_id": self.buyer.id,
                        "company_id": self.company.id,
                        "direction": direction,
                        "date": self.noon.replace(hour=hour),
                    }
                ]
                * number
            )
        self._mail(self.buyer, 16, 8, message_type="notification")
        self.assertIn("5 of 5", self._text(self.buyer))

    def test_old_habits_and_other_companies_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._mail(self.buyer, 8, 5, days=731)
        self._mail(self.buyer, 8, 5, record_company_id=other.id)
        self.assertIn("0, 5 needed", self._text(self.buyer))
        self.salesperson.company_ids += other
        self.assertIn("5 of 5", self._text(self.buyer, other))

    def test_one_statement_for_any_number(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Partner {number}"} for number in range(40)]
        )
        self._text(partners[0])
        self.env.invalidate_all()
        partners.mapped("export_tz")
        with self.assertQueryCount(3):
            partners.mapped("export_best_hour")

    def test_in_my_day_and_on_the_customer(self):
        self._mail(self.buyer, 8, 5)
        row = self.env["export.crm.followup"].new({"contact_id": self.buyer.id})
        self.assertEqual(row.best_window, "08:00–10:00")
        account = (
            self.env["export.crm.account"]
            .sudo()
            .create({"partner_id": self.customer.id, "company_id": self.company.id})
        )
        self.assertIn("5 of 5", account.best_hour)
