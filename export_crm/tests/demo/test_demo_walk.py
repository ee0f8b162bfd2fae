"""Every role opens every menu, page, row and button of the demo's company."""

import logging

from odoo import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .client import Client

_logger = logging.getLogger(__name__)
APP = "export_crm.export_crm_menu_root"
#: Whom the demo has: login, the app, and how much of it there is at least.
PEOPLE = (
    ("admin", APP, {"menus": 35, "pages": 150, "rows": 900, "buttons": 150}),
    ("sales", APP, {"menus": 11, "pages": 80, "rows": 400, "buttons": 90}),
    ("sales2", APP, {"menus": 11, "pages": 80, "rows": 400, "buttons": 90}),
    ("credit", APP, {"menus": 12, "pages": 30, "rows": 180, "buttons": 25}),
    ("lead", APP, {"menus": 20, "pages": 120, "rows": 600, "buttons": 130}),
    ("director", APP, {"menus": 30, "pages": 140, "rows": 800, "buttons": 140}),
    ("rotterdam", APP, {"menus": 30, "pages": 80, "rows": 300, "buttons": 80}),
    ("claims", APP, {"menus": 6, "pages": 12, "rows": 20, "buttons": 30}),
    # Has no claim of its own: opens those of others with the filter taken off.
    ("quality", APP, {"menus": 4, "pages": 3, "rows": 2}),
    ("intern", "contacts.menu_contacts", {"menus": 1, "pages": 1, "rows": 40}),
)


@tagged("post_install", "-at_install", "-standard", "export_crm_demo")
class TestWalk(TransactionCase):
    """In the browser's terms; a sentence of a wizard's is no dead end, a refused
    right, a traceback, or a stat button that opens nothing, is."""

    def test_advice_fits(self):
        """No activity speaks of another tier; none offers to who pays late."""
        rows = self.env["export.crm.followup"].search(
            [("state", "=", "scheduled"), ("activity_id", "!=", False)]
        )
        self.assertGreater(len(rows), 20)
        for row in rows:
            accounts = self.env["export.crm.account"].search(
                [
                    ("partner_id", "=", row.partner_id.id),
                    ("company_id", "=", row.company_id.id),
                ]
            )
            note, tier = str(row.activity_id.note or ""), accounts.tier_id.code
            late = accounts._held_or_late(row.company_id, row.partner_id.ids)
            with self.subTest(row=row.display_name, tier=tier):
                for other in {"A", "B", "C"} - {tier or "C"}:
                    self.assertNotIn(f"For tier {other}", note)
                if late:
                    self.assertNotIn("upgrade", note)
        offers = self.env["export.crm.action"].search(
            [("state", "=", "proposed"), ("rule_id.is_offer", "=", True)]
        )
        for action in offers:
            late = action.account_id._held_or_late(
                action.company_id, action.partner_id.ids
            )
            self.assertFalse(late, action.partner_id.name)

    def _director_of_a_branch(self):
        """Make somebody with every role who may enter a new branch alone."""
        company = self.env.ref("base.main_company")
        branch = self.env["res.company"].create(
            {"name": "Rotterdam Branch", "parent_id": company.id}
        )
        self.env.cr.precommit.run()  # loads its chart of accounts
        director = self.env["res.users"].search([("login", "=", "director")])
        user = new_test_user(
            self.env,
            login="rotterdam",
            groups="export_crm.export_crm_group_credit_controller",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        user.group_ids |= director.group_ids

    def test_no_dead_ends(self):
        # The Controller has something to do besides what the story has done.
        credit = self.env["res.users"].search([("login", "=", "credit")])
        rows = self.env["export.crm.followup"].search([("state", "=", "scheduled")])
        rows[:5].write({"user_id": credit.id})
        self._director_of_a_branch()
        for login, root, least in PEOPLE:
            user = self.env["res.users"].search([("login", "=", login)])
            client = Client(self.env(user=user.id))
            with mute_logger("odoo.sql_db", "odoo.models"):
                client.walk(self.env.ref(root))
            _logger.info("%s: %s", login, client.counts)
            with self.subTest(login=login):
                self.assertFalse(client.faults, client.told())
                for what, number in least.items():
                    self.assertGreaterEqual(client.counts[what], number, what)
