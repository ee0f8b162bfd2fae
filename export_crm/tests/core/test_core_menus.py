"""The bar of the app: short, with nothing in it that its reader may not open."""

from odoo.tests import new_test_user, tagged

from ..common import ExportCrmCommon

#: Role -> how many entries it has at most, heads of menus included.
MOST = {
    "user": 12,
    "team_manager": 30,
    "manager": 40,
    "credit_controller": 17,
    "claims_department": 5,
    "claims_agent": 7,
    "claims_manager": 9,
}
#: Role -> the screen that its app opens on.
HOMES = {
    "user": "export_crm_followup_my_day_action",
    "team_manager": "export_crm_followup_team_day_action",
    "manager": "export_crm_followup_team_day_action",
    "credit_controller": "export_crm_credit_hold_action",
    "claims_department": "export_crm_claim_action",
    "claims_agent": "export_crm_claim_action",
    "claims_manager": "export_crm_claim_action",
}


@tagged("post_install", "-at_install")
class TestMenus(ExportCrmCommon):
    """Who sees what in the bar, on its pages, and on opening the app."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                f"menu_{role}",
                groups=f"export_crm.export_crm_group_{role}",
                company_id=cls.env.company.id,
            )
            for role in MOST
        }
        cls.intern = new_test_user(
            cls.env, "menu_intern", groups="export_crm.export_crm_group_intern"
        )

    def _entries(self, user):
        """Return the menus that ``user`` has below the app's own."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        app = self.env.ref("export_crm.export_crm_menu_root").id
        found = [
            menu["id"]
            for menu in menus.values()
            if menu["id"] and menu["app_id"] == app and menu["id"] != app
        ]
        return self.env["ir.ui.menu"].browse(found)

    def _names(self, user):
        return set(self._entries(user).mapped("name"))

    def test_short(self):
        for role, most in MOST.items():
            with self.subTest(role):
                self.assertLessEqual(len(self._entries(self.users[role])), most)
        self.assertLessEqual(len(self._entries(self.env.ref("base.user_admin"))), 40)
        self.assertFalse(self._entries(self.intern))

    def test_salesperson(self):
        self.assertEqual(
            self._names(self.users["user"]),
            {
                "My Day",
                "Customers",
                "All Customers",
                "Warnings",
                "Next Best Actions",
                "Lost",
                "Follow-ups",
                "All Follow-ups",
                "Reachable Now",
                "Contact Log",
                "Claims",
                "Credit",
            },
        )

    def test_accountant(self):
        names = self._names(self.users["credit_controller"])
        self.assertLessEqual(
            {"Credit Holds", "Quotations on Hold", "Decisions", "Who Would Be Held"},
            names,
        )
        self.assertFalse(names & {"Warnings", "Follow-ups", "Claims", "Tier Review"})

    def test_one_day(self):
        """Who leads has the team's day, and Mine in it; others their own."""
        for role in ("team_manager", "manager"):
            names = self._names(self.users[role])
            self.assertEqual(names & {"My Day", "Team's Day"}, {"Team's Day"})
        for role in ("user", "credit_controller"):
            names = self._names(self.users[role])
            self.assertEqual(names & {"My Day", "Team's Day"}, {"My Day"})

    def test_nothing_that_may_not_be_opened(self):
        """The model of each entry, and of each card on its page, may be read."""
        for role, user in self.users.items():
            for menu in self._entries(user):
                action = menu.action
                if not action or action._name != "ir.actions.act_window":
                    continue
                with self.subTest(role=role, menu=menu.complete_name):
                    model = self.env[action.res_model].with_user(user)
                    self.assertTrue(model.has_access("read"))
            for card in self.env["export.crm.card"].with_user(user).search([]):
                with self.subTest(role=role, card=card.name):
                    opened = card.action_open()
                    model = self.env[opened["res_model"]].with_user(user)
                    self.assertTrue(model.has_access("read"))
                    self.assertEqual(opened["name"], card.name)
                    self.assertIsInstance(card.count, int)

    def test_cards_are_on_a_page(self):
        """Each card's page has an entry, and each page has cards."""
        Card = self.env["export.crm.card"]
        pages = set(dict(Card._fields["page"].selection))
        self.assertEqual({card.page for card in Card.search([])}, pages)
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=", "export.crm.card")]
        )
        self.assertEqual(
            {action.domain for action in actions},
            {f"[('page', '=', '{page}')]" for page in pages},
        )
        entries = {menu.action for menu in self.env["ir.ui.menu"].search([])}
        self.assertLessEqual(set(actions), entries)

    def test_cards_of_others(self):
        """A card that its reader's groups don't have is not there by any name."""
        card = self.env.ref("export_crm.export_crm_card_jobs")
        accountant = self.users["credit_controller"]
        found = card.with_user(accountant).search([("page", "=", "technical")])
        self.assertEqual(found.mapped("name"), ["Audit Trail"])
        with self.assertRaisesRegex(Exception, "Overview Card"):
            card.with_user(accountant).action_open()

    def test_entry_and_page_have_one_name(self):
        """Nobody clicks on one thing and reads another."""
        shorter = {
            "All Customers": "Customers",
            "All Follow-ups": "Follow-ups",
            "Contact Log": "Logged Contacts",
            "Workbench": "Claims",
            "Lost": "Lost Customers",
            "Tier Review": "Tier Gradings",
            "Claims": "Claims",
            "Credit": "Credit Holds",
            "Customers": "Customers",
        }
        for menu in self._entries(self.users["manager"]):
            if menu.action and menu.action._name == "ir.actions.act_window":
                name = menu.action.name
                with self.subTest(menu.complete_name):
                    self.assertIn(name, (menu.name, shorter.get(menu.name)))

    # === WHERE PEOPLE LAND === #

    def test_home_by_role(self):
        for role, action in HOMES.items():
            with self.subTest(role):
                home = self.env["res.users"].with_user(self.users[role])
                found = home._export_home_action()
                self.assertEqual(found["id"], self.env.ref(f"export_crm.{action}").id)

    def test_home_is_in_the_bar(self):
        """The web client shows the bar of an app whose menu has the action."""
        for role, user in self.users.items():
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            shown = {menu.get("action_id") for menu in menus.values()}
            home = self.env["res.users"].with_user(user)._export_home_action()
            with self.subTest(role):
                self.assertIn(home["id"], shown)

    def test_agents_land_on_what_breaches(self):
        user = self.users["claims_agent"]
        home = self.env["res.users"].with_user(user)._export_home_action()
        for name in ("mine", "late_now", "breaching"):
            self.assertIn(f"'search_default_{name}': 1", home["context"])
        self.assertEqual((home["name"], home["path"]), ("Claims", "claims"))
        self.assertEqual(home["views"][0][1], "list")

    def test_people_of_the_app_land_in_it(self):
        home = self.env.ref("export_crm.export_crm_home_action")
        for role, user in self.users.items():
            with self.subTest(role):
                self.assertEqual(user.action_id.id, home.id)
                run = home.with_user(user).run()
                self.assertEqual(
                    run["id"], self.env.ref(f"export_crm.{HOMES[role]}").id
                )
        contacts = self.env.ref("contacts.action_contacts")
        self.assertEqual(self.intern.action_id.id, contacts.id)

    def test_a_role_given_later(self):
        user = new_test_user(self.env, "menu_later", groups="base.group_user")
        self.assertFalse(user.action_id)
        role = self.env.ref("export_crm.export_crm_group_user")
        user.group_ids += role
        self.assertEqual(
            user.action_id.id, self.env.ref("export_crm.export_crm_home_action").id
        )

    def test_own_choice_is_kept(self):
        """What somebody has chosen stays, and administrators land where they did."""
        chosen = self.env.ref("base.action_partner_form")
        user = new_test_user(self.env, "menu_chosen", groups="base.group_user")
        user.action_id = chosen.id
        user.group_ids += self.env.ref("export_crm.export_crm_group_user")
        self.assertEqual(user.action_id.id, chosen.id)
        boss = new_test_user(self.env, "menu_boss", groups="base.group_system")
        boss.group_ids += self.env.ref("export_crm.export_crm_group_manager")
        self.assertFalse(boss.action_id)
