"""Who may read and who may change each configuration, and whose it is."""

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ExportCrmCommon

OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
ROLES = (
    "employee",
    "intern",
    "user",
    "team_manager",
    "manager",
    "credit_controller",
    "claims_department",
    "claims_agent",
    "claims_manager",
)
SALES = ("user", "team_manager", "manager")
CLAIMS = ("claims_department", "claims_agent", "claims_manager")


def _may(*names, operations="r", **more):
    return {**dict.fromkeys(names, operations), **more}


EVERYBODY = _may(*ROLES)
#: Set by managers, seen by who sells.
SALES_RULES = _may(*SALES, manager="rwcu")
#: Set by managers, also seen by who looks after the payments.
SHARED_RULES = _may(*SALES, "credit_controller", manager="rwcu")
#: Set by the manager of claims, seen by everybody who may write down a claim.
CLAIM_RULES = {**EVERYBODY, "claims_manager": "rwcu"}
#: Written by the pipeline.
LEARNED = _may(*SALES)
MANAGERS = _may("team_manager", "manager", operations="rwcu")

#: What of ours a customer may know of Odoo's own records, whatever the client it uses.
CUSTOMERS = {
    "res.partner": set(),
    "res.company": {"export_tier_core_known"},
    "sale.order": {"export_kind", "export_sent_at", "export_confirmed_at"},
    "account.move": set(),
}
CONFIGURATION = {
    "export.crm.card": EVERYBODY,
    "export.crm.feast": {**EVERYBODY, "manager": "rwcu"},
    "export.crm.feast.date": {**EVERYBODY, "manager": "rwcu"},
    "export.crm.tier": {**EVERYBODY, "manager": "rwcu"},
    "export.crm.tier.criterion": SALES_RULES,
    "export.crm.tier.policy": SALES_RULES,
    "export.crm.rebate.step": SALES_RULES,
    "export.crm.team.role": SALES_RULES,
    "export.crm.market": SALES_RULES,
    "export.crm.credit.rule": SHARED_RULES,
    "export.crm.followup.content": SALES_RULES,
    "export.crm.transit": SALES_RULES,
    "export.crm.health.component": SHARED_RULES,
    "export.crm.warning.rule": SALES_RULES,
    "export.crm.action.rule": SHARED_RULES,
    "export.crm.demand.model": LEARNED,
    "export.crm.health.median": LEARNED,
    "export.crm.nonworking.day": {
        **EVERYBODY,
        "manager": "rwcu",
        "credit_controller": "rwcu",
    },
    "export.crm.job": _may("manager"),
    "export.crm.job.error": _may("manager"),
    "export.crm.claim.department": CLAIM_RULES,
    "export.crm.claim.category": CLAIM_RULES,
    "export.crm.claim.severity": CLAIM_RULES,
    "export.crm.claim.criterion": CLAIM_RULES,
    "export.crm.claim.option": CLAIM_RULES,
    "export.crm.claim.policy": CLAIM_RULES,
    "export.crm.claim.pause.reason": CLAIM_RULES,
    "export.crm.claim.priority": CLAIM_RULES,
    "export.crm.claim.stage": CLAIM_RULES,
    "export.crm.claim.escalation.rule": CLAIM_RULES,
    "export.crm.claim.oncall": CLAIM_RULES,
    "export.crm.claim.reply": CLAIM_RULES,
}
#: What health, warnings, actions and tiers write about customers.
RECORDS = {
    "export.crm.account": _may(*SALES, "credit_controller"),
    "export.crm.health.snapshot": _may(*SALES, "credit_controller"),
    "export.crm.warning": _may(*SALES, "credit_controller"),
    "export.crm.action": _may(*SALES, "credit_controller"),
    "export.crm.loss": _may(
        *SALES, operations="rwc", manager="rwcu", credit_controller="r"
    ),
    "export.crm.weekly.report": _may("team_manager", "manager"),
    "export.crm.backtest": MANAGERS,
    "export.crm.backtest.line": MANAGERS,
    "export.crm.backtest.bin": MANAGERS,
    "export.crm.tier.change": _may(*SALES),
    "export.crm.tier.standing": _may("manager"),
    "export.crm.tier.override": {
        **_may(*SALES),
        "team_manager": "rwc",
        "manager": "rwc",
    },
    "export.crm.tier.grading": _may(team_manager="rwc", manager="rwcu"),
    "export.crm.tier.grading.line": _may("team_manager", "manager"),
    "export.crm.wallet": _may(*SALES, operations="rwcu"),
    "export.crm.willingness": _may(*SALES, operations="rwcu"),
    "export.crm.audit": _may("manager", "credit_controller"),
}
#: Records of a company that a module can't ship: what each needs.
EXAMPLES = {
    "export.crm.market": {"name": "West Africa"},
    "export.crm.demand.model": {"date": "2024-06-01"},
    "export.crm.health.median": {"code": "demand"},
    "export.crm.job.error": {
        "kind": "nightly",
        "step": "facts",
        "message": "Broken",
        "date": "2024-06-01",
        "partner_id": 1,
    },
    "export.crm.claim.oncall": {
        "user_id": 2,
        "date_from": "2024-06-01",
        "date_to": "2024-06-02",
    },
}


@tagged("post_install", "-at_install")
class TestRoles(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: cls._user(f"role_{role}", *([] if role == "employee" else [role]))
            for role in ROLES
        }
        cls.models = cls.env["ir.model"].search(
            [("model", "=like", "export.crm.%"), ("abstract", "=", False)]
        )

    # === EVERY MODEL === #

    def test_no_model_is_open_to_everybody(self):
        """Each has lines of access, and none of them without a group."""
        for model in self.models:
            with self.subTest(model=model.model):
                self.assertTrue(model.access_ids)
                self.assertTrue(all(line.group_id for line in model.access_ids))

    def test_customers_see_nothing_but_their_claims(self):
        portal = self.env.ref("base.group_portal") | self.env.ref("base.group_public")
        open_to = self.models.access_ids.filtered(lambda line: line.group_id in portal)
        self.assertLessEqual(
            set(open_to.model_id.mapped("model")),
            {"export.crm.claim", "export.crm.claim.line", "export.crm.claim.category"},
        )

    def test_every_model_of_a_company_has_a_rule_for_it(self):
        company = self.company.id
        for model in self.models.filtered(lambda model: not model.transient):
            records = self.env[model.model]
            field = records._fields.get("company_id")
            if records._auto is False or field is None or not field.store:
                continue
            rules = model.rule_ids.filtered(
                lambda rule: not rule.groups and "company" in (rule.domain_force or "")
            )
            with self.subTest(model=model.model):
                self.assertTrue(rules, "No rule for all that looks at the company")
                context = {"company_ids": [company], "company_id": company}
                for rule in rules:
                    self.assertIn(str(company), str(_domain(rule, context)))

    # === WHO MAY WHAT === #

    def test_configuration_and_records(self):
        for name, expected in {**CONFIGURATION, **RECORDS}.items():
            for role, user in self.users.items():
                records = self.env[name].with_user(user)
                may = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if records.has_access(operation)
                )
                with self.subTest(model=name, role=role):
                    self.assertEqual(may, expected.get(role, ""))

    def test_every_configuration_screen_is_in_the_table(self):
        """A new one says here who may change it."""
        top = self.env.ref("export_crm.export_crm_config_menu")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", top.id)])
        cards = self.env["export.crm.card"].search(
            [("page", "not like", "report_%"), ("page", "!=", "promises")]
        )
        actions = [*menus.mapped("action"), *cards.action_id]
        shown = {
            action.res_model
            for action in actions
            if action and action._name == "ir.actions.act_window"
        }
        own = {name for name in shown if name.startswith("export.crm.")}
        self.assertGreater(len(own), 20)
        self.assertLessEqual(own, {*CONFIGURATION, *RECORDS})

    # === WHOSE IT IS === #

    def test_configuration_of_another_company_stays_there(self):
        other = self.setup_other_company(name="Other")["company"]
        tried = 0
        for name, roles in CONFIGURATION.items():
            record = self._of_company(name, other)
            if record is None:
                continue
            tried += 1
            for role in roles:
                theirs = record.with_user(self.users[role])
                with self.subTest(model=name, role=role):
                    self.assertFalse(theirs.search([("id", "=", record.id)]))
                    for operation in OPERATIONS.values():
                        self.assertFalse(theirs.has_access(operation))
                    with self.assertRaises(AccessError):
                        theirs.read(["display_name"])
            member = self.users["manager"].copy({"login": f"member_{tried}"})
            member.write(
                {
                    "company_ids": [(4, other.id)],
                    "group_ids": [
                        (4, self.env.ref(f"export_crm.export_crm_group_{role}").id)
                        for role in ("credit_controller", "claims_manager")
                    ],
                }
            )
            seen = record.with_user(member).with_context(allowed_company_ids=other.ids)
            self.assertTrue(seen.search([("id", "=", record.id)]))
        self.assertGreaterEqual(tried, 14)

    def test_customers_read_nothing_of_how_they_are_judged(self):
        """Tiers, holds, tolerances: not on the portal, and not by its user's RPC."""
        portal = new_test_user(self.env, login="ec_portal", groups="base.group_portal")
        for name, known in CUSTOMERS.items():
            model = self.env[name].with_user(portal)
            ours = {
                field.name
                for field in model._fields.values()
                if field._module == "export_crm"
                and model._has_field_access(field, "read")
            }
            self.assertEqual(ours, known, name)
        customer = self.customer.with_user(portal)
        with self.assertRaises(AccessError):
            customer.search([("export_tier_id", "!=", False)])
        with self.assertRaises(AccessError):
            self.env["sale.order"].with_user(portal).search(
                [("export_customer_tier_id", "!=", False)]
            )

    def _of_company(self, name, company):
        """Return a record of ``company``; None for what all companies share."""
        model = self.env[name].sudo().with_context(active_test=False)
        field = model._fields.get("company_id")
        if field is None or not field.store:
            return None
        own = model.search([("company_id", "=", company.id)], limit=1)
        if own:
            return own
        shipped = model.search([("company_id", "=", False)], limit=1)
        if shipped:
            return shipped.copy({"company_id": company.id})
        return model.create({**EXAMPLES[name], "company_id": company.id})


def _domain(rule, context):
    """Return the domain of a rule, evaluated as Odoo does."""
    values = rule._eval_context() | context
    return Domain(safe_eval(rule.domain_force, values))
