import json

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import BranchCase
from ..migrating import migrate


@tagged("post_install", "-at_install")
class TestCoreBranchMigration(BranchCase):
    """Databases of 19.0.1.1 keep rows for branches: they become the root's."""

    def _put(self, records, company):
        """Put rows where 19.0.1.1 had put them, behind the back of the models."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET company_id = %s WHERE id = ANY(%s)",
                SQL.identifier(records._table),
                company.id,
                records.ids,
            )
        )
        self.env.invalidate_all()

    def _migrate(self):
        migrate(self.env, "19.0.1.2.0/post-branches.py", "19.0.1.1.0")

    def _left(self):
        """Return the models that still have rows of branches."""
        found = []
        for name, model in self.env.items():
            if name.startswith("export.crm.") and model._auto and not model._transient:
                field = model._fields.get("company_id")
                if field and field.store:
                    domain = [("company_id", "in", (self.branch | self.twig).ids)]
                    model = model.sudo().with_context(active_test=False)
                    if model.search_count(domain):
                        found.append(name)
        return found

    def test_the_oldest_blocking_hold_survives_with_the_evidence_of_the_others(self):
        self._late_payer()
        self._check_payments()
        old = self.env["export.crm.credit.hold"].search(
            [("partner_id", "=", self.customer.id)]
        )
        evidence = old.evidence_ids.move_line_id
        self.assertEqual(len(evidence), 2)
        old.sudo()._decide({"opened_on": self._day(-9)})
        self._put(old, self.twig)
        young = self._hold()
        order = self._quotation()
        env = self._in(self.company, self.salesperson)
        order.with_env(env).action_export_request_release()
        alone = self._hold(self._customer("Of the branch alone"))
        self._put(alone, self.branch)

        self._migrate()

        self.assertEqual((old | young | alone).company_id, self.company)
        self.assertEqual((old.state, young.close_reason), ("open", "merged"))
        self.assertEqual(old.evidence_ids.move_line_id, evidence)
        self.assertEqual(old.asked_ids.order_id, order)
        self.assertEqual(alone.state, "open")
        gates = self.env["export.crm.credit.gate"].sudo()
        self.assertFalse(
            gates.search_count([("company_id", "in", (self.branch | self.twig).ids)])
        )
        audit = self.env["export.crm.audit"].search([("hold_id", "=", old.id)])
        self.assertEqual(audit.company_id, self.company)

    def test_one_account_is_left(self):
        accounts = self.env["export.crm.account"].sudo()
        tier = self.env.ref("export_crm.export_crm_tier_a")
        root = accounts.create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        other = self._customer("Delft Buyer")
        alone = accounts.create({"partner_id": other.id, "company_id": self.company.id})
        self._put(alone, self.twig)
        self._put(root, self.stranger)  # out of the way of the unique key
        twin = accounts.create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "tier_id": tier.id,
            }
        )
        self._put(twin, self.branch)
        self._put(root, self.company)
        loss = (
            self.env["export.crm.loss"]
            .sudo()
            .create({"account_id": twin.id, "kind": "chose", "reason": "price"})
        )
        foreign = accounts.create(
            {"partner_id": self.customer.id, "company_id": self.stranger.id}
        )

        self._migrate()

        self.assertFalse(twin.exists())
        self.assertEqual(root.tier_id, tier)
        self.assertEqual((loss.account_id, loss.company_id), (root, self.company))
        self.assertEqual(alone.company_id, self.company)
        self.assertEqual(foreign.company_id, self.stranger)
        self.env.cr.precommit.run()
        self.env.cr.execute(
            "SELECT partner_id, company_id FROM export_crm_dirty WHERE partner_id = %s",
            [other.id],
        )
        self.assertIn((other.id, self.company.id), self.env.cr.fetchall())

    def test_one_override_is_active(self):
        tiers = {
            code: self.env.ref(f"export_crm.export_crm_tier_{code}") for code in "ab"
        }
        accounts = self.env["export.crm.account"].sudo()
        overrides = self.env["export.crm.tier.override"].sudo()
        other = self._customer("Of the branch alone")
        for customer, code in ((self.customer, "a"), (other, "b")):
            accounts.create(
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "tier_id": tiers[code].id,
                }
            )

        def override(customer, code, company):
            vals = {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "tier_id": tiers[code].id,
                "reason": "Said so.",
                "date_end": self._day(30),
            }
            found = overrides.create(vals)
            self._put(found, company)
            return found

        theirs = override(self.customer, "b", self.branch)
        alone = override(other, "b", self.twig)
        ours = override(self.customer, "a", self.company)
        grading = self.env["export.crm.tier.grading"].sudo()
        preview, scheduled = (
            grading.create(
                {
                    "company_id": self.company.id,
                    "as_of": self.today,
                    "state": "preview",
                }
            )
            for _number in range(2)
        )
        self._put(preview, self.branch)

        self._migrate()

        self.assertEqual(
            [one.state for one in (ours, theirs, alone)], ["active", "ended", "active"]
        )
        self.assertEqual((ours | theirs | alone).company_id, self.company)
        self.assertEqual((preview.state, scheduled.state), ("cancelled", "preview"))
        self.assertEqual(preview.company_id, self.company)

    def test_promises_claims_and_marks(self):
        move = self._invoice(self.customer, due=-40, company_id=self.branch.id)
        line = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        promise = self.env["export.crm.credit.promise"].create(
            {"move_line_id": line.id, "promised_date": self._day(5), "reason": "Bank."}
        )
        self._put(promise, self.branch)
        claims = self.env["export.crm.claim"].sudo()
        vals = {
            "partner_id": self.customer.id,
            "title": "Broken",
            "category_id": self.env["export.crm.claim.category"].search([], limit=1).id,
            "company_id": self.company.id,
            "external_ref": "EXT-1",
        }
        theirs = claims.create(vals)
        self._put(theirs, self.twig)
        ours = claims.create(vals)
        self.env.cr.execute("DELETE FROM export_crm_dirty")
        self.env.cr.execute(
            "INSERT INTO export_crm_dirty (partner_id, company_id, marked_at)"
            " VALUES (%s, %s, now())",
            [self.customer.id, self.branch.id],
        )

        self._migrate()

        self.assertEqual((promise.company_id, theirs.company_id), (self.company,) * 2)
        self.assertEqual(ours.external_ref, "EXT-1")
        self.assertEqual(theirs.external_ref, f"EXT-1/{theirs.id}")
        self.env.cr.execute("SELECT DISTINCT company_id FROM export_crm_dirty")
        self.assertEqual(self.env.cr.fetchall(), [(self.company.id,)])
        self.assertFalse(self._left())

    def test_settings_rules_and_jobs(self):
        self.company.export_late_grace_days = 8
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET export_late_grace_days = 2 WHERE id = ANY(%s)",
            [(self.branch | self.twig).ids],
        )
        components = self.env["export.crm.health.component"].sudo()
        code = components._fields["code"].get_values(self.env)[0]
        vals = {"code": code, "company_id": self.stranger.id}
        theirs = components.create({**vals, "name": "Branch"})
        self._put(theirs, self.branch)
        ours = components.create({**vals, "company_id": self.company.id, "name": "Us"})
        policies = self.env["export.crm.tier.policy"].sudo()
        policy = policies.create(
            {
                "name": "Ours",
                "tier_id": self.env.ref("export_crm.export_crm_tier_a").id,
                "company_id": self.company.id,
            }
        )
        self._put(policy, self.twig)
        jobs = self.env["export.crm.job"].sudo()
        rows = jobs.search([("company_id", "=", self.stranger.id)])
        self._put(rows, self.branch)

        self._migrate()

        self.assertEqual(self.tree.mapped("export_late_grace_days"), [8, 8, 8])
        self.assertTrue(ours.exists())
        self.assertFalse(theirs.exists())
        self.assertEqual((policy.company_id, policy.active), (self.company, True))
        self.assertFalse(rows.exists())
        run = jobs.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.mapped("run_requested"), [True, True])
        self.assertFalse(self._left())

    def test_limits_are_the_roots(self):
        """Root's own first; else the lowest of the branches that is one."""
        places = self.tree | self.stranger
        given = {
            "both": ({0: 1000.0, 1: 50.0, 3: 7.0}, [1000.0, 1000.0, 1000.0, 7.0]),
            "branches": ({1: 500.0, 2: 300.0}, [300.0, 300.0, 300.0, 0.0]),
            "none": ({1: 0.0, 2: 300.0}, [300.0, 300.0, 300.0, 0.0]),
            "others": ({3: 7.0}, [0.0, 0.0, 0.0, 7.0]),
        }
        customers = {name: self._customer(name) for name in given}
        self.env.flush_all()
        for name, (limits, _expected) in given.items():
            self.env.cr.execute(
                "UPDATE res_partner SET credit_limit = %s WHERE id = %s",
                [
                    json.dumps({places[at].id: limit for at, limit in limits.items()}),
                    customers[name].id,
                ],
            )
        self.env.cr.execute(
            "UPDATE res_company SET account_use_credit_limit = (id = %s)"
            " WHERE id = ANY(%s)",
            [self.branch.id, places.ids],
        )
        self.env.invalidate_all()

        for _time in range(2):
            self._migrate()

            for name, (_limits, expected) in given.items():
                with self.subTest(name):
                    there = [
                        customers[name].with_company(place).sudo().credit_limit
                        for place in places
                    ]
                    self.assertEqual(there, expected)
            self.assertEqual(
                places.mapped("account_use_credit_limit"), [True, True, True, False]
            )

    def test_follow_ups_of_one_rhythm_are_one(self):
        ledger = self.env["export.crm.followup"].sudo()
        vals = {
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "res_model": "res.partner",
            "res_id": self.customer.id,
            "step": "rhythm",
            "trigger": "cadence",
            "planned_date": self._day(5),
            "due_at": "2099-01-01 12:00:00",
            "state": "planned",
        }
        theirs = ledger.create({**vals, "cycle": 1})
        self._put(theirs, self.branch)
        ours = ledger.create({**vals, "cycle": 1, "planned_date": self._day(3)})

        self._migrate()

        self.assertEqual((theirs | ours).company_id, self.company)
        self.assertEqual((ours.state, theirs.state), ("planned", "cancelled"))

    def test_twice_is_once(self):
        self._put(self._hold(), self.branch)
        self._migrate()
        self._migrate()
        self.assertFalse(self._left())
