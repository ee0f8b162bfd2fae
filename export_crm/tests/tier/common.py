from datetime import date, timedelta

from ..account.common import FactsCommon

AS_OF = date(2024, 7, 1)


class TierCommon(FactsCommon):
    """Customers with orders of the past, judged and graded as the pipeline does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tiers = {
            code: cls.env.ref(f"export_crm.export_crm_tier_{code.lower()}")
            for code in "ABC"
        }
        cls.gradings = cls.env["export.crm.tier.grading"].sudo()
        cls.manager = cls._user("boss", "manager", name="Mona Manager")
        cls.lead = cls._user("lead", "team_manager", name="Leo Lead")
        team = cls.env["crm.team"].create(
            {
                "name": "Export",
                "user_id": cls.lead.id,
                "company_id": cls.company.id,
                "member_ids": [(6, 0, cls.salesperson.ids)],
            }
        )
        cls.salesperson.invalidate_recordset(["sale_team_id"])
        cls.team = team

    @classmethod
    def _regular(cls, partner, amount=1000.0, as_of=AS_OF, quarters=10, growth=1.1):
        """Give ``partner`` an order a quarter up to ``as_of``, growing by year."""
        for back in range(quarters):
            day = as_of - timedelta(days=10 + 91 * back)
            year = growth if back < 4 else 1.0
            cls._order(partner, day, amount * year)

    @classmethod
    def _judge(cls, *partners, as_of=AS_OF, company=None, first=True):
        """Refresh facts and computed tiers; give first tiers; return the accounts."""
        company = company or cls.company
        accounts = cls.accounts.sudo().with_company(company)
        customers = cls.env["res.partner"].union(*partners).commercial_partner_id
        cls._open_account(customers, company)
        accounts._refresh_facts(company, customers.ids, as_of)
        accounts._refresh_company_facts(company, as_of)
        accounts._step_tiers(company, customers.ids, as_of)
        if first:
            accounts._step_first_tiers(company, customers.ids, as_of)
        found = accounts.search(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)]
        )
        return found.sorted(lambda a: customers.ids.index(a.partner_id.id))

    @classmethod
    def _preview(cls, as_of=AS_OF, company=None, kind="scheduled"):
        company = company or cls.company
        grading = cls.gradings.create(
            {"company_id": company.id, "as_of": as_of, "kind": kind}
        )
        grading._compute_all()
        return grading

    @classmethod
    def _grade(cls, as_of=AS_OF, company=None):
        grading = cls._preview(as_of, company)
        grading._confirm()
        return grading

    @classmethod
    def _set_tier(cls, account, code, **values):
        account.sudo().write({"tier_id": cls.tiers[code].id, **values})

    @classmethod
    def _set_plan(cls, code):
        """Have customers that come into a tier called; whatever the company."""
        todo = cls.env.ref("mail.mail_activity_data_todo")
        plan = cls.env["mail.activity.plan"].create(
            {
                "name": f"Welcome as {code}",
                "company_id": False,
                "res_model": "res.partner",
                "template_ids": [
                    (0, 0, {"activity_type_id": todo.id, "summary": "Call"})
                ],
            }
        )
        policy = cls.env.ref(f"export_crm.export_crm_tier_policy_{code.lower()}")
        policy.plan_id = plan

    @classmethod
    def _history(cls, partner, company=None):
        return cls.env["export.crm.tier.change"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", (company or cls.company).id),
            ]
        )

    def _second(self):
        """Return another company with its books."""
        return self.setup_other_company(name="Second")["company"]
