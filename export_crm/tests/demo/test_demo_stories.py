"""The stories that README tells, step by step, on the demo's company."""

from odoo.tests import TransactionCase, tagged

from ..shots import ShotCase


@tagged("post_install", "-at_install", "-standard", "export_crm_demo")
class TestStories(ShotCase):
    """Whoever follows README by hand comes through; its pictures are these."""

    def test_late_payer(self):
        order = self.env["sale.order"].search(
            [
                ("partner_id.name", "like", "PT Terang Abadi"),
                ("state", "in", ["draft", "sent"]),
            ],
            order="amount_total DESC",
            limit=1,
        )
        self.start_tour("/odoo", "export_crm_story_refused", login="sales")
        self.assertIn(order.state, ("draft", "sent"))
        self.start_tour("/odoo", "export_crm_story_released", login="credit")
        self.start_tour(
            f"/odoo/sales/{order.id}", "export_crm_story_confirmed", login="sales"
        )
        self.assertEqual(order.state, "sale")

    def test_drifting_customer(self):
        self.start_tour("/odoo", "export_crm_story_drifting", login="lead")

    def test_right_hour(self):
        self.start_tour("/odoo", "export_crm_story_my_day", login="sales")

    def test_claim_with_a_clock(self):
        self.start_tour("/odoo", "export_crm_story_claim", login="claims")
        claim = self.env["export.crm.claim"].search(
            [("title", "=", "Container short by one pallet")]
        )
        self.assertEqual(claim.state, "progress")


@tagged("post_install", "-at_install", "-standard", "export_crm_demo")
class TestLastContact(TransactionCase):
    """When customers were talked to last is what the story tells, after any night."""

    def test_nobody_was_contacted_at_the_installation(self):
        # Here and not above: only who tells the story imports it.
        from ...demo.story.script import CUSTOMERS

        company = self.env.ref("base.main_company")
        people = self.env["res.partner"].union(
            *(self.env.ref(f"export_crm.customer_{one.key}") for one in CUSTOMERS)
        )
        accounts = self.env["export.crm.account"].search(
            [("company_id", "=", company.id), ("partner_id", "in", people.ids)]
        )
        accounts._refresh_facts_of(accounts.partner_id, company)
        today = company._export_today()
        self.assertGreater(len(accounts.filtered("last_contact_date")), 15)
        at_once = accounts.filtered(lambda one: one.last_contact_date == today)
        self.assertFalse(at_once.mapped("partner_id.name"))

    def test_contacts_made_were_done_on_their_day(self):
        rows = self.env["export.crm.followup"].search([("done_at", "!=", False)])
        done = rows.filtered(lambda row: row.activity_id.date_done)
        self.assertGreater(len(done), 10)
        for row in done:
            zone = row.company_id._export_timezone()
            with self.subTest(row.display_name):
                self.assertEqual(
                    row.activity_id.date_done, zone.fromutc(row.done_at).date()
                )
