from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import BranchCase


@tagged("post_install", "-at_install")
class TestFactsBranch(BranchCase):
    """One account for a customer and root company, whatever branch it dealt with."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("stock.group_stock_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls.env["export.crm.account"].sudo()

    def _sold(self, place, amount):
        order = self._quotation(company_id=place.id)
        order.order_line.write({"price_unit": amount, "tax_ids": [Command.clear()]})
        order.action_confirm()
        return order

    def _marked(self):
        """Return the companies marked in this transaction, and forget them."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM export_crm_dirty RETURNING company_id")
        return {company_id for [company_id] in self.env.cr.fetchall()}

    # === FIGURES === #

    def test_documents_of_all_branches_are_one_row(self):
        self._sold(self.company, 100.0)
        self._sold(self.branch, 20.0)
        self._sold(self.twig, 3.0)
        self._sold(self.stranger, 5000.0)
        self._invoice(self.customer, 40.0, due=10, company_id=self.twig.id)
        lead = {"name": "More", "partner_id": self.customer.id}
        leads = self.env["crm.lead"]
        for place in self.tree | self.stranger:
            leads += leads.create({**lead, "user_id": False, "team_id": False})
            leads[-1].company_id = place
        for place in self.tree:
            account = self.accounts._refresh_facts_of(self.customer, place)
            self.assertEqual(account.company_id, self.company)
        self.assertEqual(account.order_count, 1)  # one day, one purchase
        self.assertEqual(account.revenue_365d, 123.0)
        self.assertEqual(account.to_invoice_amount, 123.0)
        self.assertEqual(account.receivable_amount, 40.0)
        self.assertEqual(account.exposure, 163.0)
        self.assertEqual(account.inquiries_365d, 3)
        known = self.accounts.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(known, account)
        other = self.accounts._refresh_facts_of(self.customer, self.stranger)
        self.assertEqual(other.revenue_365d, 5000.0)

    def test_draft_invoices_and_prices_of_a_branch(self):
        """What is in a draft is still to be invoiced; what is added is, too."""
        order = self._sold(self.twig, 100.0)
        order.order_line.qty_delivered = 1
        draft = order._create_invoices()
        self.assertEqual((draft.company_id, draft.state), (self.twig, "draft"))
        account = self.accounts._refresh_facts_of(self.customer)
        self.assertEqual((account.to_invoice_amount, account.exposure), (100.0, 100.0))
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
            ],
            limit=1,
        )
        tax.write({"amount": 20.0, "price_include_override": "tax_excluded"})
        added = self.env["product.product"].create(
            {"name": "Freight", "type": "service", "invoice_policy": "delivery"}
        )
        order.order_line.create(
            {
                "order_id": order.id,
                "product_id": added.id,
                "product_uom_qty": 0,
                "qty_delivered": 2,
                "price_unit": 10.0,
                "tax_ids": [Command.set(tax.ids)],
            }
        )
        account = self.accounts._refresh_facts_of(self.customer)
        self.assertEqual(account.to_invoice_amount, 124.0)

    def test_who_bought_in_a_branch_alone_is_a_customer_of_the_root(self):
        buyer = self._customer("Delft Buyer")
        self._quotation(buyer, company_id=self.twig.id).action_confirm()
        ids = self.accounts._facts_partner_batches(self.company, self.today)
        self.assertIn(buyer.id, ids)

    def test_late_and_overdue_in_a_branch(self):
        move = self._invoice(self.customer, 70.0, due=-40, company_id=self.branch.id)
        account = self.accounts._refresh_facts_of(self.customer)
        self.assertEqual((account.late_run, account.overdue_amount), (1, 70.0))
        self._pay(move)
        account = self.accounts._refresh_facts_of(self.customer)
        self.assertEqual((account.late_run, account.overdue_amount), (1, 0.0))

    def test_delivered_by_a_branch(self):
        goods = self._create_product(name="Pump", is_storable=True, taxes_id=[])
        self.env["stock.warehouse"].search([("company_id", "=", self.branch.id)]) or (
            self.env["stock.warehouse"].create(
                {"name": "Quay", "code": "QUAY", "company_id": self.branch.id}
            )
        )
        line = {"product_id": goods.id, "product_uom_qty": 4, "price_unit": 1.0}
        order = self._quotation(
            company_id=self.branch.id, order_line=[Command.create(line)]
        )
        order.action_confirm()
        self._marked()
        move = order.picking_ids.move_ids
        move.quantity, move.picked = 4, True
        order.picking_ids.button_validate()
        self.assertEqual(self._marked(), {self.company.id})
        account = self.accounts._refresh_facts_of(self.customer)
        self.assertEqual(account.delivery_count, 1)
        self.assertEqual(account.delivered_qty_365d, 4.0)

    # === MARKS, JOBS === #

    def test_marks_name_the_root(self):
        self._marked()
        order = self._sold(self.twig, 1.0)
        self.assertEqual(self._marked(), {self.company.id})
        move = self._invoice(self.customer, company_id=self.branch.id)
        self.assertEqual(self._marked(), {self.company.id})
        self._pay(move)
        self.assertEqual(self._marked(), {self.company.id})
        self.customer.with_company(self.branch).credit_limit = 5.0
        self.assertEqual(self._marked(), {self.company.id})
        self.env["export.crm.dirty"]._mark(order.partner_id)
        marked = self._marked()
        self.assertLessEqual({self.company.id, self.stranger.id}, marked)
        self.assertFalse(marked & set((self.branch | self.twig).ids))

    def test_branches_have_no_jobs(self):
        jobs = self.env["export.crm.job"].sudo()
        jobs._ensure_jobs()
        found = jobs.search([("company_id", "in", (self.tree | self.stranger).ids)])
        self.assertEqual(found.company_id, self.company | self.stranger)

    # === WHO SEES IT === #

    def test_a_manager_of_the_branch_alone_is_told_of_a_job_that_stands(self):
        companies = self.env["res.company"]
        root = companies.create({"name": "Ghent Ltd"})
        branch = companies.create({"name": "Bruges", "parent_id": root.id})
        forget = [Command.unlink(place.id) for place in root | branch]
        self.env["res.users"].sudo().search([]).write({"company_ids": forget})
        job = self.env["export.crm.job"].sudo().search([("company_id", "=", root.id)])
        self.assertFalse(job[:1]._alarm_user())
        manager = self._user(
            "bruges",
            "manager",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        self.assertEqual(job[:1]._alarm_user(), manager)

    def test_the_branch_alone_sees_the_figures(self):
        self.customer.user_id = self.clerk
        self._sold(self.company, 100.0)
        account = self.accounts._refresh_facts_of(self.customer)
        self.accounts._refresh_facts_of(self.customer, self.stranger)
        env = self._in(self.branch, self.clerk)
        found = env["export.crm.account"].search([])
        self.assertEqual(found.ids, account.ids)
        names = ["revenue_365d", "company_id", "currency_id", "contact_due"]
        found.web_read({name: {} for name in names})
        self.assertEqual(found.read(["revenue_365d"])[0]["revenue_365d"], 100.0)
        partner = self.customer.with_env(env)
        self.assertEqual(partner.export_account_id.id, account.id)
        self.assertEqual(partner.export_exposure, 100.0)
        self.assertEqual(
            env["res.partner"].search([("export_exposure", "=", 100.0)]), partner
        )

    def test_every_field_of_an_account_is_readable_in_the_branch(self):
        self.customer.user_id = self.clerk
        self._sold(self.company, 100.0)
        account = self.accounts._refresh_facts_of(self.customer)
        env = self._in(self.branch, self.clerk)
        [row] = account.with_env(env).read()
        self.assertEqual(row["company_id"][0], self.company.id)
        for record in (
            self.customer,
            self._quotation(user_id=self.clerk.id, company_id=self.branch.id),
        ):
            mine = record.with_env(env)
            ours = [name for name in mine.fields_get() if name.startswith("export_")]
            self.assertGreater(len(ours), 10)
            mine.read(ours)

    # === SETTINGS === #

    def test_settings_are_the_roots(self):
        self.company.export_late_grace_days = 9
        self.assertEqual(self.tree.mapped("export_late_grace_days"), [9, 9, 9])
        self.assertNotEqual(self.stranger.export_late_grace_days, 9)
        late = self.env["res.company"].create(
            {"name": "Ghent Desk", "parent_id": self.twig.id}
        )
        self.assertEqual(late.export_late_grace_days, 9)
        with self.assertRaisesRegex(ValidationError, "must be the same"):
            self.branch.export_late_grace_days = 1

    def test_settings_opened_in_a_branch(self):
        self.env.user.group_ids |= self.env.ref("base.group_system")
        env = self._in(self.twig, self.env.user)
        settings = env["res.config.settings"].create(
            {
                "export_late_grace_days": 11,
                "export_credit_user_id": self.salesperson.id,
            }
        )
        self.assertFalse(settings.is_root_company)
        self.assertEqual(settings.company_id, self.twig)
        self.assertEqual(self.tree.mapped("export_late_grace_days"), [11, 11, 11])
        self.assertEqual(self.tree.export_credit_user_id, self.salesperson)

    def test_every_setting_is_delegated(self):
        fields = self.env["res.company"]._fields
        # What the pipeline notes it notes at the root, where alone it runs.
        ours = {
            name
            for name, field in fields.items()
            if name.startswith("export_") and field.store and not field.readonly
        }
        self.assertGreater(len(ours), 30)
        delegated = self.env["res.company"]._get_company_root_delegated_field_names()
        self.assertLessEqual(ours, set(delegated))

    def test_rules_of_a_branch_are_the_roots(self):
        rule = self.env["export.crm.credit.rule"].create(
            {
                "name": "Overdue",
                "kind": "overdue",
                "overdue_days": 1,
                "company_id": self.branch.id,
            }
        )
        self.assertEqual(rule.company_id, self.company)
        rule.company_id = self.twig
        self.assertEqual(rule.company_id, self.company)
        with Form(rule.with_env(self._in(self.twig, self.env.user))) as form:
            form.overdue_days = 2
        self.assertEqual(rule.company_id, self.company)

    # === TIME === #

    def test_day_and_clock_are_the_roots(self):
        self.company.partner_id.tz = "Pacific/Kiritimati"
        self.branch.partner_id.tz = "Pacific/Pago_Pago"
        for place in self.tree:
            self.assertEqual(place._export_timezone().zone, "Pacific/Kiritimati")
            self.assertEqual(place._export_today(), self.company._export_today())
        clerk = self._in(self.branch, self.clerk)
        self.assertEqual(clerk.company._export_timezone().zone, "Pacific/Kiritimati")

    # === THE TREE === #

    def test_tree(self):
        for place in self.tree:
            self.assertEqual(place._export_root(), self.company)
            self.assertEqual(place._export_tree(), self.tree)
        everybody = self.tree | self.stranger
        self.assertEqual(everybody._export_root(), self.company | self.stranger)
        self.assertEqual(self.stranger._export_tree(), self.stranger)
        self.assertFalse(self.env["res.company"]._export_root())
        self.twig.active = False
        self.assertEqual(self.company._export_tree(), self.tree)

    def test_people_of_another_company_stay_out(self):
        """Documents of every branch go with a record; those of others do not."""
        note = {"partner_id": self.customer.id, "value": "4"}
        willing = self.env["export.crm.willingness"]
        self.customer.company_id = self.twig
        made = willing.create({**note, "company_id": self.branch.id})
        self.assertEqual(made.company_id, self.company)
        with self.assertRaisesRegex(UserError, "company inconsistencies"):
            willing.create({**note, "company_id": self.stranger.id})
