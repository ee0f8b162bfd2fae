import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .shots import ShotCase

# The smallest picture there is.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAA"
    "AABJRU5ErkJggg=="
)


class ExportCrmCommon(AccountTestInvoicingCommon):
    """A company with its books, a customer and one user per role.

    Documents are made as people make them (post, register payment), so that a test
    stands on what Odoo really writes into the ledger.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._without_calendars()
        cls.company = cls.company_data["company"]
        cls.company.export_go_live_date = "2000-01-01"
        cls.today = cls.company._export_today()
        cls.salesperson = cls._user("salesperson", "user", name="Sofia Salesperson")
        cls.controller = cls._user(
            "controller", "credit_controller", name="Anna Accountant"
        )
        cls.company.export_credit_user_id = cls.controller
        cls.customer = cls._customer("Lagos Trading Ltd")
        cls.product = cls._create_product(
            name="LED panel", type="service", invoice_policy="order", taxes_id=[]
        )

    @classmethod
    def _without_calendars(cls):
        """Have countries without holidays, whatever the day on which tests run."""
        for table in ("res_country", "res_country_state"):
            cls.env.cr.execute(
                SQL("UPDATE %s SET export_calendar_year = 9999", SQL.identifier(table))
            )
        cls.env.invalidate_all()

    @classmethod
    def get_default_groups(cls):
        return (
            super().get_default_groups()
            | cls.quick_ref("sales_team.group_sale_manager")
            | cls.quick_ref("export_crm.export_crm_group_manager")
        )

    @classmethod
    def _user(cls, login, *groups, **values):
        names = [
            group if "." in group else f"export_crm.export_crm_group_{group}"
            for group in groups
        ]
        return new_test_user(
            cls.env,
            login=f"ec_{login}",
            password=f"ec_{login}",
            groups=",".join(["base.group_user", *names]),
            company_id=values.pop("company_id", cls.company.id),
            **values,
        )

    @classmethod
    def _customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "user_id": cls.salesperson.id,
                "invoice_edi_format": False,
                "property_account_receivable_id": cls.company_data[
                    "default_account_receivable"
                ].id,
                **values,
            }
        )

    @classmethod
    def _day(cls, days):
        """Return the day ``days`` from today (negative: in the past)."""
        return cls.today + timedelta(days=days)

    @classmethod
    def _invoice(cls, partner, amount=1000.0, due=0, **values):
        """Post an invoice of one instalment, due ``due`` days from today."""
        due_date = cls._day(due)
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": due_date - timedelta(days=30),
                "invoice_payment_term_id": False,
                "invoice_date_due": due_date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": amount,
                            "tax_ids": [],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _pay(cls, move, on=0, amount=None, **values):
        """Register a payment of ``move`` booked ``on`` days from today."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": cls._day(on), **values})
        )
        if amount is not None:
            wizard.amount = amount
        return wizard._create_payments()

    @classmethod
    def _late_payer(cls, partner=None):
        """Give ``partner`` two instalments in a row paid 20 and 30 days late."""
        partner = partner or cls.customer
        invoices = cls.env["account.move"]
        for due, paid in ((-90, -70), (-60, -30)):
            move = cls._invoice(partner, due=due)
            cls._pay(move, on=paid)
            invoices += move
        return invoices

    @classmethod
    def _quotation(cls, partner=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "user_id": cls.salesperson.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "price_unit": 100.0})
                ],
                **values,
            }
        )

    @classmethod
    def _sign(cls, orders):
        """Have the customer sign quotations, as in the portal; return them."""
        orders.write(
            {
                "signed_by": "Buyer",
                "signed_on": fields.Datetime.now(),
                "signature": base64.b64encode(PIXEL),
            }
        )
        return orders

    @classmethod
    def _check_payments(cls, *partners):
        """Run the step that opens holds, as the scheduled action does."""
        ids = [partner.id for partner in partners or (cls.customer,)]
        holds = (
            cls.env["export.crm.credit.hold"]
            .sudo()
            ._step_payment_behaviour(cls.company, ids, cls.company._export_today())
        )
        return holds.with_env(cls.env)

    @classmethod
    def _hold(cls, partner=None, user=None, **values):
        """Put ``partner`` on hold by hand, as ``user`` (default: the Controller)."""
        holds = cls.env["export.crm.credit.hold"].with_user(user or cls.controller)
        return holds.create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "note": "Their bank called.",
                **values,
            }
        ).with_env(cls.env)

    @classmethod
    def _date_text(cls, date):
        """Return ``date`` as the messages to people print it."""
        return fields.Date.to_date(date).strftime("%m/%d/%Y")


class BranchCase(ExportCrmCommon):
    """The company, a branch, a branch of the branch, and a company of its own.

    Anna decides in all of them; Berta sells and may enter the branch alone.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env["res.company"]
        cls.branch = companies.create(
            {"name": "Rotterdam Branch", "parent_id": cls.company.id}
        )
        cls.twig = companies.create({"name": "Delft Desk", "parent_id": cls.branch.id})
        cls.stranger = cls.setup_other_company(name="Stranger Ltd")["company"]
        cls.stranger.export_go_live_date = "2000-01-01"
        cls.env.cr.precommit.run()  # loads the charts of accounts
        cls.tree = cls.company | cls.branch | cls.twig
        cls.env.user.company_ids |= cls.tree | cls.stranger
        cls.controller.company_ids |= cls.tree | cls.stranger
        cls.clerk = cls._user(
            "clerk",
            "user",
            name="Berta Branch",
            company_id=cls.branch.id,
            company_ids=[Command.set(cls.branch.ids)],
        )
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": (cls.tree | cls.stranger).ids,
            }
        )

    @classmethod
    def _in(cls, company, user):
        """Return the environment of a user who works in a company alone."""
        return cls.env(
            user=user, context={**cls.env.context, "allowed_company_ids": company.ids}
        )


class ExportCrmTourCase(ExportCrmCommon, ShotCase):
    """Tours in the tests' own company."""
