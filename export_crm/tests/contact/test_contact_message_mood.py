from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from ..account.common import FactsCommon


@tagged("post_install", "-at_install")
class TestContactMessageMood(FactsCommon):
    """A customer's message gets a mood by whoever reads it, beside the message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._customer("Buyer", is_company=False, parent_id=cls.customer.id)
        cls.moods = cls.env["export.crm.message.mood"]

    def _message(self, author=None, day="2024-06-10", record=None, **values):
        record = record or self.customer
        return self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": (author or self.buyer).id,
                "date": f"{day} 10:00:00",
                "body": "The pumps are great, and this is the worst delivery ever.",
                **values,
            }
        )

    def _mark(self, message, sentiment, user=None):
        moods = self.moods.with_user(user or self.salesperson)
        return moods.mark(message.id, sentiment)

    def _sentiment(self):
        return self._facts(self.customer).sentiment_trend

    # === FACTS === #

    def test_marks_feed_the_trend(self):
        messages = [self._message() for _number in range(4)]
        self.assertIsNone(self._sentiment(), "nothing is guessed from texts")
        self.assertEqual(self._facts(self.customer).inbound_90d, 4)
        for message, mood in zip(
            messages, ("positive", "positive", "negative", "neutral"), strict=True
        ):
            self._mark(message, mood)
        self.assertEqual(self._sentiment(), 25.0)
        self.assertEqual(self._facts(self.customer).inbound_90d, 4, "each once")
        # Together with logged contacts: two of five positive, two negative.
        self.env["export.crm.interaction"].create(
            {
                "partner_id": self.buyer.id,
                "date": "2024-06-11 10:00:00",
                "sentiment": "negative",
            }
        )
        self.assertEqual(self._sentiment(), 0.0)
        self._mark(messages[2], False)
        self.assertEqual(self._sentiment(), 25.0)

    def test_old_messages_fade_out(self):
        self._mark(self._message(day="2024-04-02"), "negative")
        self._mark(self._message(day="2024-04-01"), "positive")  # a day too old
        self.assertEqual(self._sentiment(), -100.0)

    def test_other_companys_order(self):
        other = self.setup_other_company(name="Company 2")["company"]
        message = self._message(record_company_id=other.id)
        self._mark(message, "positive", self.env.user)
        self.assertIsNone(self._sentiment())
        self.assertEqual(
            self._facts(self.customer, company=other).sentiment_trend, 100.0
        )

    def test_marking_has_the_customer_judged(self):
        message = self._message(record_company_id=self.company.id)
        dirty = self.env["export.crm.dirty"]
        self.env.cr.precommit.run()
        dirty.sudo().search([]).unlink()
        self._mark(message, "negative")
        self.env.cr.precommit.run()
        self.assertEqual(dirty.search([]).partner_id, self.customer)

    # === MARKING === #

    def test_one_mark_that_can_be_changed_and_taken_back(self):
        message = self._message()
        self.assertEqual(self._mark(message, "positive"), "positive")
        self.assertEqual(self._mark(message, "negative"), "negative")
        mark = self.moods.search([("message_id", "=", message.id)])
        self.assertEqual((len(mark), mark.user_id), (1, self.salesperson))
        self.assertEqual(self._mark(message, False), "none")
        self.assertFalse(mark.exists())

    def test_only_what_a_customer_wrote(self):
        ours = self._message(author=self.salesperson.partner_id)
        log = self._message(message_type="notification")
        for message in (ours, log):
            self.assertFalse(message.export_mood)
            with self.assertRaises(UserError):
                self._mark(message, "positive")
        with self.assertRaises(UserError):
            self._mark(self._message(), "furious")

    def test_who_may(self):
        message = self._message()
        for user in (
            self._user("intern", "intern"),
            self._user("storekeeper"),
            self.env.ref("base.public_user"),
        ):
            with self.assertRaises(AccessError):
                self._mark(message, "positive", user)
        stranger = self.setup_other_company(name="Company 2")["company"]
        self.customer.company_id = self.company
        elsewhere = self._user("elsewhere", "user", company_id=stranger.id)
        with self.assertRaises(AccessError):
            self._mark(message, "positive", elsewhere)
        with self.assertRaises(AccessError):
            self.moods.with_user(self.salesperson).create(
                {"message_id": message.id, "sentiment": "positive"}
            )

    def test_goes_with_the_message(self):
        message = self._message()
        self._mark(message, "positive")
        message.unlink()
        self.assertFalse(self.moods.search([]))

    # === WHAT THE CHATTER GETS === #

    def _sent(self, messages, user):
        store = Store().add(messages.with_user(user))
        return [item.get("export_mood") for item in store.get_result()["mail.message"]]

    def test_chatter_of_a_salesperson_and_of_an_intern(self):
        message = self._message()
        self._mark(message, "negative")
        ours = self._message(author=self.salesperson.partner_id)
        self.assertEqual(
            sorted(map(str, self._sent(message + ours, self.salesperson))),
            ["False", "negative"],
        )
        self.assertEqual(self._sent(message, self._user("intern", "intern")), [None])

    def test_as_many_queries_for_20_messages_as_for_one(self):
        messages = self.env["mail.message"]
        for _number in range(20):
            messages += self._message()
        counts = []
        for some in (messages[:1], messages):
            self.env.invalidate_all()
            some.mapped("author_id.partner_share")
            before = self.env.cr.sql_log_count
            some.sudo().mapped("export_mood")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
