from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import BranchCase
from . import readable
from .readable import ReadableCase


@tagged("post_install", "-at_install")
class TestCoreBranchReading(BranchCase, ReadableCase):
    """Who may enter a branch alone reads the root's rows, and nobody else's."""

    def test_every_field_of_the_roots_rows(self):
        theirs = self._customer("Of the stranger")
        vals = {"partner_id": theirs.id, "company_id": self.stranger.id}
        for name, more in (
            ("export.crm.account", {}),
            ("export.crm.credit.hold", {"note": "Insolvency rumoured."}),
            ("export.crm.claim", {"title": "Broken"}),
        ):
            self.env[name].sudo().create({**vals, **more})
        manager = self._user(
            "delft",
            "base.group_allow_export",
            "manager",
            "credit_controller",
            "claims_manager",
            company_id=self.twig.id,
            company_ids=[Command.set(self.twig.ids)],
        )
        env = self._in(self.twig, manager)
        faults, seen = {}, set()
        for name in self._own_models():
            model = env[name].with_context(active_test=False)
            if model._transient or not model.has_access("read"):
                continue
            self.env.invalidate_all()
            rows = model.search([], order="id desc", limit=40)
            if "company_id" in model._fields:
                self.assertLessEqual(rows.sudo().company_id, self.company, name)
                seen |= {name} if rows.sudo().company_id else set()
            names = [name for name in model.fields_get() if name != "id"]
            for way in (readable.read, readable.open_form, readable.export):
                with mute_logger("odoo.models"):
                    for field, error in readable.failing(rows, names, way).items():
                        faults[name, field, way.__name__] = error
        self.assertFalse(faults, "\n".join(map(str, faults.items())))
        self.assertGreater(len(seen), 20, sorted(seen))
