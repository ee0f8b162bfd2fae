import json
from datetime import timedelta

from odoo.tools import SQL

from ..account.common import AS_OF, FactsCommon


class HealthCommon(FactsCommon):
    """Customers with orders on fixed days, scored as of a fixed day.

    The demand model is a fixed one unless a test fits its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As the pipeline runs its steps.
        cls.models = cls.env["export.crm.demand.model"].sudo()
        cls.warnings = cls.env["export.crm.warning"].sudo()
        cls.actions = cls.env["export.crm.action"].sudo()
        cls.accounts = cls.accounts.sudo()

    @classmethod
    def _model(cls, company=None, **values):
        """Give the company a demand model: the one of CDNOW."""
        return cls.models.create(
            {
                "company_id": (company or cls.company).id,
                "date": AS_OF - timedelta(days=20),
                "customers": 500,
                "horizon": 182,
                "r": 0.5311,
                "alpha": 43.64,
                "a": 0.8811,
                "b": 1.5746,
                "order_mean": 100.0,
                "order_pull": 2.0,
                "order_cv2": 0.5,
                **values,
            }
        )

    @classmethod
    def _orders(cls, partner, *back, amount=100.0, company=None):
        """Confirm an order on each of these days before the as-of day."""
        for days in back:
            cls._order(partner, AS_OF - timedelta(days=days), amount, company=company)

    @classmethod
    def _run(cls, *partners, as_of=AS_OF, company=None, steps="dwha", facts=True):
        """Refresh and score; the step letters are demand, warnings, health, actions."""
        company = company or cls.company
        ids = [partner.id for partner in partners or (cls.customer,)]
        if facts:
            for partner_id in ids:
                cls._facts(cls.env["res.partner"].browse(partner_id), as_of, company)
        for letter, model, name in (
            ("d", cls.accounts, "_step_demand"),
            ("w", cls.warnings, "_step_warnings"),
            ("h", cls.accounts, "_step_health"),
            ("a", cls.actions, "_step_actions"),
        ):
            if letter in steps:
                getattr(model, name)(company, ids, as_of)
        cls.env.invalidate_all()
        return cls._account(cls.env["res.partner"].browse(ids[0]), company)

    @classmethod
    def _set_facts(cls, account, **values):
        """Write figures that no document of the test makes."""
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "UPDATE export_crm_account SET %s WHERE id = %s",
                SQL(", ").join(
                    SQL(
                        "%s = %s",
                        SQL.identifier(name),
                        json.dumps(value) if isinstance(value, dict) else value,
                    )
                    for name, value in values.items()
                ),
                account.id,
            )
        )
        cls.env.invalidate_all()

    @classmethod
    def _parts(cls, account):
        """Return ``{component: h}`` of an account."""
        return {line[0]: line[1] for line in account.health_lines["lines"]}
