from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ExportCrmCommon

VIEWS = ("list", "kanban", "form", "pivot", "graph", "activity", "search")


@tagged("post_install", "-at_install")
class TestCreditWorkbench(ExportCrmCommon):
    """Where Credit Controllers work, and what the others see of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Hold = cls.env["export.crm.credit.hold"]
        cls._late_payer()
        cls.hold = cls._check_payments()
        cls.kept = cls._hold(cls._customer("Kept GmbH"))
        kept = cls.kept.with_user(cls.controller)
        kept.review_date = cls.today
        kept.action_keep()

    def _arch(self, user, view, model=None):
        model = self.Hold if model is None else model
        return etree.fromstring(model.with_user(user).get_view(view_type=view)["arch"])

    def test_all_views_load_for_each_role(self):
        for user in (
            self.salesperson,
            self.controller,
            self._user("leader", "team_manager"),
            self._user("manager", "manager"),
        ):
            views = self.Hold.with_user(user).get_views([(False, v) for v in VIEWS])
            self.assertEqual(set(views["views"]), set(VIEWS))

    def test_action_opens_on_who_is_held_in_every_view(self):
        action = self.env.ref("export_crm.export_crm_credit_hold_action")
        self.assertEqual(action.view_mode, "list,kanban,form,pivot,graph,activity")
        self.assertEqual(action.context, "{'search_default_blocking': 1}")

    def test_exposure_is_measured_for_those_who_may(self):
        for view in ("pivot", "graph"):
            with self.subTest(view):
                path = "//field[@name='exposure'][@type='measure']"
                self.assertTrue(self._arch(self.controller, view).xpath(path))
                self.assertFalse(self._arch(self.salesperson, view).xpath(path))

    def test_kanban_shows_every_step(self):
        kanban = self._arch(self.controller, "kanban")
        self.assertEqual(kanban.get("default_group_by"), "state")
        holds = self.Hold.with_user(self.controller)
        groups = holds.with_context(read_group_expand=True).formatted_read_group(
            [("blocking", "=", True)], ["state"], ["__count"]
        )
        self.assertEqual(
            [(group["state"], group["__count"]) for group in groups],
            [("open", 1), ("evaluating", 0), ("kept", 1)],
        )

    def test_holds_are_grouped_by_whatever_is_offered(self):
        search = self._arch(self.controller, "search")
        offered = {
            safe_eval(node.get("context"))["group_by"]
            for node in search.xpath("//filter[starts-with(@name, 'group_')]")
        }
        self.assertLessEqual(
            {"state", "rule_id", "salesperson_id", "tier_id", "country_id"}, offered
        )
        holds = self.Hold.with_user(self.controller)
        for field in offered:
            groups = holds.formatted_read_group(
                [("id", "in", (self.hold + self.kept).ids)],
                [field],
                ["__count", "exposure:sum"],
            )
            self.assertEqual(sum(group["__count"] for group in groups), 2)

    def test_ready_filters(self):
        search = self._arch(self.controller, "search")
        expected = {
            "blocking": self.hold + self.kept,
            "closed": self.Hold,
            "mine": self.hold + self.kept,
            "my_customers": self.Hold,
            "review_due": self.kept,
        }
        for name, holds in expected.items():
            with self.subTest(name):
                [node] = search.xpath(f"//filter[@name='{name}']")
                domain = safe_eval(node.get("domain"), {"uid": self.controller.id})
                found = self.Hold.search(domain) & (self.hold + self.kept)
                self.assertEqual(found, holds)

    def test_menus_are_for_those_who_use_them(self):
        Menu = self.env["ir.ui.menu"]
        for xmlid, users in {
            "export_crm.account_credit_hold_menu": self.controller,
            "export_crm.export_crm_credit_hold_preview_menu": self.controller,
            "export_crm.export_crm_credit_release_menu": self.controller,
            "export_crm.export_crm_credit_hold_menu": self.controller,
            "export_crm.export_crm_credit_menu": self.controller + self.salesperson,
            "export_crm.sale_credit_order_menu": self.salesperson,
        }.items():
            menu = self.env.ref(xmlid)
            with self.subTest(xmlid):
                for user in self.controller + self.salesperson:
                    visible = menu.id in Menu.with_user(user)._visible_menu_ids()
                    self.assertEqual(visible, user in users)

    def test_banner_column_and_filter_on_quotations_and_customers(self):
        orders, partners = self.env["sale.order"], self.env["res.partner"]
        for model, view, path in (
            (orders, "form", "//div[@name='export_credit_hold']"),
            (orders, "form", "//button[@name='action_export_request_release']"),
            (orders, "list", "//field[@name='export_credit_hold_id']"),
            (partners, "form", "//div[@name='export_credit_hold']"),
            (partners, "search", "//filter[contains(@domain, 'export_credit_hold')]"),
        ):
            with self.subTest(model=model._name, path=path):
                self.assertTrue(self._arch(self.salesperson, view, model).xpath(path))

    def test_smart_buttons_open_what_they_count(self):
        order = self._quotation()
        hold = self.hold.with_user(self.controller).sudo()
        self.assertEqual(hold.order_count, 1)
        found = self.env["sale.order"].search(hold.action_view_orders()["domain"])
        self.assertEqual(found, order)
        action = self.hold.with_user(self.controller).action_view_audit()
        trail = self.env["export.crm.audit"].with_user(self.controller)
        self.assertEqual(trail.search(action["domain"]).mapped("event"), ["opened"])
        action = self.hold.evidence_ids[0].action_view_invoice()
        self.assertEqual(action["res_id"], self.hold.evidence_ids[0].move_id.id)
