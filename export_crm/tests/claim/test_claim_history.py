from datetime import datetime

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ClaimCase

OPENED = datetime(2020, 1, 1, 10)
SOLVED = datetime(2020, 1, 20, 10)
CLOSED = datetime(2020, 2, 1, 10)
PAST = {"opened_at": OPENED, "solved_at": SOLVED, "closed_at": CLOSED}


@tagged("post_install", "-at_install")
class TestClaimHistory(ClaimCase):
    """Claims of the past, worked on elsewhere: managers say how they ended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.export_go_live_date = fields.Date.today()

    def _past(self, state="closed", user=None, **values):
        stage = self.env.ref(f"export_crm.claim_stage_{state}")
        user = user or self.manager
        return self._claim(user=user, stage_id=stage.id, **{**PAST, **values})

    def _moments(self, claim):
        return claim.opened_at, claim.solved_at, claim.closed_at

    def test_imported_closed_and_quiet(self):
        claim = self._past()
        self.assertEqual(self._moments(claim), (OPENED, SOLVED, CLOSED))
        self.assertFalse(claim.event_ids)
        self.assertNotIn("are you satisfied", str(claim.message_ids.mapped("subject")))
        self.assertFalse(claim._in_grace())

    def test_a_file(self):
        header = ["title", "partner_id/.id", "stage_id/.id", "opened_at", "closed_at"]
        closed = self.env.ref("export_crm.claim_stage_closed")
        row = ["Old", str(self.customer.id), str(closed.id)]
        row += ["2020-01-01 10:00:00", "2020-02-01 10:00:00"]
        # An empty cell is nothing said, for whoever imports.
        new = self.env.ref("export_crm.claim_stage_new")
        fresh = ["Fresh", str(self.customer.id), str(new.id), row[3], ""]
        loaded = self.claims.with_user(self.manager).load(header, [row, fresh])
        old, open_one = self.claims.browse(loaded["ids"])
        self.assertEqual(self._moments(old), (OPENED, CLOSED, CLOSED))
        self.assertEqual(self._moments(open_one), (OPENED, False, False))
        self.assertEqual(len(self.claims.load(header, [fresh])["ids"]), 1)
        refused = self.claims.load(header, [row])
        self.assertFalse(refused["ids"])
        self.assertIn("Only a manager", refused["messages"][0]["message"])

    def test_many_at_once_are_numbered(self):
        """Each with its own number, whatever the form shows until then."""
        news = [{"title": f"{n}", "partner_id": self.customer.id} for n in range(3)]
        names = self.claims.create(news).mapped("name")
        self.assertEqual(len(set(names)), 3)
        self.assertNotIn("New", names)

    def test_solved_or_cancelled_in_the_past(self):
        solved = self._past("solved", closed_at=False)
        self.assertEqual(self._moments(solved), (OPENED, SOLVED, False))
        cancelled = self._past("cancelled", solved_at=False)
        self.assertEqual(self._moments(cancelled), (OPENED, False, CLOSED))

    def test_open_claim_is_not_closed_already(self):
        """Whatever an import says: customers could not reopen it for long."""
        claim = self._past("new", opened_at=self._ago(days=1))
        self.assertEqual((claim.solved_at, claim.closed_at), (False, False))
        solved = self._past("solved")
        self.assertEqual(self._moments(solved), (OPENED, SOLVED, False))
        self._answer(claim)
        claim.action_close()
        self.assertTrue(claim._in_grace())

    def test_only_managers(self):
        """The sentence names the fields as they stand in the file."""
        origin = self._claim()
        for name, label in (
            ("solved_at", "Solved At"),
            ("closed_at", "Closed At"),
            ("origin_id", "Comes from"),
        ):
            value = origin.id if name == "origin_id" else CLOSED
            for user in (self.agent, self.leader):
                with self.subTest(name, user=user.login):
                    message = f"Only a manager of claims .* leave out {label}"
                    with self.assertRaisesRegex(AccessError, message):
                        self._claim(user=user, **{name: value})
                    model = self.claims.with_user(user)
                    model = model.with_context(**{f"default_{name}": value})
                    with self.assertRaisesRegex(AccessError, "set by the system"):
                        model.create({"title": "x", "partner_id": self.customer.id})

    def test_managers_write_none_afterwards(self):
        claim = self._past().with_user(self.manager)
        origin = self._claim()
        for name, value in (
            ("solved_at", CLOSED),
            ("closed_at", SOLVED),
            ("origin_id", origin.id),
        ):
            with self.subTest(name), self.assertRaises(UserError):
                claim.write({name: value})

    def test_in_their_order_and_over(self):
        tomorrow = self._ago(days=-1)
        for values in (
            {"solved_at": CLOSED, "closed_at": SOLVED},
            {"opened_at": SOLVED, "solved_at": OPENED},
            {"solved_at": False, "opened_at": CLOSED, "closed_at": OPENED},
            {"closed_at": tomorrow},
        ):
            with self.subTest(values):
                with self.assertRaisesRegex(ValidationError, "in this order"):
                    self._past(**values)

    def test_comes_from_another(self):
        origin = self._past()
        claim = self._claim(user=self.manager, origin_id=origin.id)
        self.assertEqual(claim.origin_id, origin)
        other = self.setup_other_company(name="Other")["company"]
        self.manager.company_ids += other
        with self.assertRaisesRegex(UserError, "compan"):
            self._claim(user=self.manager, origin_id=origin.id, company_id=other.id)
