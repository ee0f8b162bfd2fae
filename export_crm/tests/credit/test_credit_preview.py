from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditPreview(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._customer("Santos Importadora")
        for partner in (cls.customer, cls.other):
            cls._late_payer(partner)
        cls.company.export_go_live_date = cls.today
        cls.preview = cls.env["export.crm.credit.hold.preview"].with_user(
            cls.controller
        )

    def test_history_is_listed_first_and_held_when_confirmed(self):
        self.assertFalse(self._check_payments(self.customer, self.other))
        preview = self.preview.create({"company_id": self.company.id})
        self.assertEqual(preview.line_ids.partner_id, self.customer + self.other)
        self.assertEqual(preview.line_ids.mapped("worst_days_late"), [30, 30])
        # Nobody is held because a button was pressed in a hurry.
        self.assertEqual(preview.line_ids.mapped("selected"), [False, False])
        preview.line_ids.filtered(
            lambda line: line.partner_id == self.customer
        ).selected = True
        preview.action_hold()
        self.assertEqual(self.customer.export_credit_hold_ids.state, "open")
        self.assertEqual(len(self.customer.export_credit_hold_ids.evidence_ids), 2)
        self.assertFalse(self.other.export_credit_hold_ids)

    def test_who_is_held_already_is_not_listed(self):
        self._hold()
        preview = self.preview.create({"company_id": self.company.id})
        self.assertEqual(preview.line_ids.partner_id, self.other)

    def test_all_or_none_are_chosen(self):
        preview = self.preview.create({"company_id": self.company.id})
        preview.line_ids[0].selected = True
        self.assertEqual(preview.action_choose_all()["res_id"], preview.id)
        self.assertEqual(preview.line_ids.mapped("selected"), [True, True])
        preview.action_choose_all()
        self.assertEqual(preview.line_ids.mapped("selected"), [False, False])

    def test_amounts_tell_whom_it_is_worth(self):
        self._invoice(self.customer, amount=300.0, due=-50)
        self._invoice(self.customer, amount=70.0, due=20)
        preview = self.preview.create({"company_id": self.company.id})
        self.assertRecordValues(
            preview.line_ids.sorted(lambda line: line.partner_id.id),
            [
                {"overdue_amount": 300.0, "exposure": 370.0},
                {"overdue_amount": 0.0, "exposure": 0.0},
            ],
        )

    def test_form_opens_filled(self):
        with Form(self.preview) as form:
            self.assertEqual(len(form.line_ids), 2)

    def test_only_controllers(self):
        with self.assertRaises(AccessError):
            self.preview.with_user(self.salesperson).create({})

    def test_nothing_chosen(self):
        preview = self.preview.create({"company_id": self.company.id})
        preview.line_ids.selected = False
        with self.assertRaisesRegex(UserError, "at least one"):
            preview.action_hold()


@tagged("post_install", "-at_install")
class TestCreditMassDecision(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holds = cls._hold() + cls._hold(cls._customer("Santos Importadora"))

    def _decide(self, **values):
        return (
            self.env["export.crm.credit.hold.decide"]
            .with_user(self.controller)
            .with_context(active_ids=self.holds.ids)
            .create(values)
            .action_decide()
        )

    def test_release_several(self):
        self._decide(decision="release", reason="Season over.")
        self.assertEqual(self.holds.mapped("state"), ["closed", "closed"])
        self.assertEqual(
            self.holds.release_ids.mapped("reason"), ["Season over.", "Season over."]
        )

    def test_keep_several_until_the_review(self):
        self._decide(decision="keep", review_date=self._day(10))
        self.assertEqual(self.holds.mapped("state"), ["kept", "kept"])

    def test_closed_ones_are_left_out(self):
        self.holds[0].sudo()._close("released", "x")
        self._decide(decision="evaluate")
        self.assertEqual(self.holds.mapped("state"), ["closed", "evaluating"])

    def test_reason_is_needed(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._decide(decision="release")
