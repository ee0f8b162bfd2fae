from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common import ExportCrmTourCase
from .common import ClaimCase


class DeskCase(ClaimCase, ExportCrmTourCase):
    """A late claim of nobody's address, one in time, one of a colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        nobody = cls._customer("No Mail Ltd")
        nobody.email = False
        with freeze_time(fields.Datetime.now() - timedelta(days=3)):
            cls._claim(
                title="Late and urgent",
                partner_id=nobody.id,
                user_id=cls.agent.id,
                category_id=cls._severity("critical").id,
            )
        cls._claim(title="In time", user_id=cls.agent.id)
        cls._claim(title="Of a colleague", user_id=cls.leader.id)


@tagged("post_install", "-at_install")
class TestClaimDeskTour(DeskCase):
    browser_size = "1400x900"

    def test_desk(self):
        self.start_tour(
            "/odoo/claims-breaching", "export_crm_claim_desk", login=self.agent.login
        )


@tagged("post_install", "-at_install")
class TestClaimDeskPhoneTour(DeskCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_desk(self):
        self.start_tour(
            "/odoo/claims", "export_crm_claim_desk_phone", login=self.manager.login
        )
