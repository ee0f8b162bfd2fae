import math
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..claim.common import ClaimCase


@tagged("post_install", "-at_install")
class TestHealthClaims(ClaimCase):
    """Claims as facts of the health: load, and how many lately."""

    def _facts(self, as_of=None):
        accounts = self.env["export.crm.account"].sudo()
        accounts._refresh_facts(
            self.company, self.customer.ids, as_of or self.company._export_today()
        )
        return accounts.search(
            [
                ("partner_id", "=", self.customer.id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _at(self, claim, opened, closed=None):
        """Date a claim back by days."""
        now = fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE export_crm_claim SET opened_at = %s, closed_at = %s WHERE id = %s",
            [
                now - timedelta(days=opened),
                closed is not None and now - timedelta(days=closed) or None,
                claim.id,
            ],
        )
        self.env.invalidate_all()

    def test_load_and_numbers(self):
        self.env["export.crm.account"].sudo().create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        critical, major = (self._severity(code) for code in ("critical", "major"))
        open_one = self._claim(category_id=critical.id)
        closed = self._claim(category_id=major.id)
        old = self._claim(category_id=major.id)
        self._at(open_one, 300)
        self._at(closed, 20, 0)
        self._at(old, 200, 180)
        account = self._facts()
        # 4 (open ones don't decay) + 2 (closed today) + 2 / 2 (half a year ago).
        self.assertAlmostEqual(account.claims_load, 7.0, 6)
        self.assertEqual((account.claims_182d, account.claims_prev_182d), (1, 2))

    def test_component(self):
        self._claim()
        rows = [
            {
                "claims_load": load,
                "orders_365d": orders,
                "delivery_count": delivered,
                "service_count": services,
            }
            for load, orders, delivered, services in (
                (4.0, 2, 5, 0),
                (4.0, 2, 0, 0),
                (4.0, 2, 0, 1),
                (None, 2, 5, 0),
            )
        ]
        component = self.env.ref("export_crm.health_component_complaints")
        accounts = self.env["export.crm.account"]
        found = [
            accounts._health_component(component, row, None, None, None) for row in rows
        ]
        self.assertEqual(found, [math.exp(-2), None, math.exp(-2), None])

    def test_unknown_where_claims_are_not_used(self):
        self.env["export.crm.account"].sudo().create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        account = self._facts()
        self.assertIsNone(account.claims_load)
        self.assertIsNone(account.claims_182d)
