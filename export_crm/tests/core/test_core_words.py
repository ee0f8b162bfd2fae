"""Words on the screens that everybody knows."""

import re

from odoo.tests import TransactionCase, tagged

OURS = "export.crm."

#: "Revenue 365 d", "Expected 12 m / 3 y", "Node 1", and the words of statistics.
SHORT = re.compile(r"\b\d+ [dmy]\b|\b(AUC|Brier|RFM|Hysteresis)\b|\bNode \d")
#: Whoever opens these has asked for the statistics: Configuration, Technical.
TECHNICAL = {"export.crm.demand.model"}


@tagged("post_install", "-at_install")
class TestWords(TransactionCase):
    def test_labels_have_no_abbreviations(self):
        found = [
            f"{name}.{field.name}: {field.string}"
            for name, model in self.env.registry.items()
            if name not in TECHNICAL
            for field in model._fields.values()
            if self._is_ours(name, field) and SHORT.search(field.string or "")
        ]
        self.assertFalse(found)

    def _is_ours(self, name, field):
        return name.startswith(OURS) or field.name.startswith("export_")

    def test_views_have_no_abbreviations(self):
        ours = self.env["ir.model.data"].search(
            [("module", "=", "export_crm"), ("model", "=", "ir.ui.view")]
        )
        checked = (
            self.env["ir.ui.view"]
            .browse(ours.mapped("res_id"))
            .filtered(lambda view: view.model not in TECHNICAL)
        )
        self.assertGreater(len(checked), 200)
        for view in checked:
            words = re.findall(r'(?:string|title|help)="([^"]*)"|>([^<]+)<', view.arch)
            text = " ".join(part for pair in words for part in pair)
            with self.subTest(view.name):
                self.assertIsNone(SHORT.search(text))

    def test_plans_are_named_in_words(self):
        names = self.env["mail.activity.plan"].search([]).mapped("name")
        self.assertFalse([name for name in names if SHORT.search(name)])

    def test_reports_leave_out_archived_customers(self):
        """As the list of customers does; the filter is there to be removed."""
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=", "export.crm.account")]
        )
        data = self.env["ir.model.data"].search(
            [("module", "=", "export_crm"), ("model", "=", "ir.actions.act_window")]
        )
        # What an archived customer owes is owed all the same.
        exposure = self.env.ref("export_crm.export_crm_account_exposure_action")
        ours = actions.filtered(lambda action: action.id in data.mapped("res_id"))
        ours -= exposure
        self.assertGreater(len(ours), 1)
        for action in ours:
            with self.subTest(action.name):
                self.assertTrue(
                    "not_archived" in (action.context or "")
                    or "partner_id.active" in (action.domain or "")
                )

    def test_no_invented_rows_behind_an_empty_list(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "export_crm"), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        self.assertFalse(
            views.filtered(
                lambda view: view.type in ("list", "kanban")
                and 'sample="1"' in view.arch
            ).mapped("name")
        )
