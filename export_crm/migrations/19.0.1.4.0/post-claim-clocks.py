"""Clocks of claims are read anew: a running promise was loosened here and there."""

from odoo import SUPERUSER_ID, api

BATCH = 1000


def migrate(cr, version):
    """Bring open claims back that were archived, give them to people who are there,
    and let every clock say what its log says."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        "UPDATE export_crm_claim SET active = TRUE WHERE is_open AND active IS NOT TRUE"
    )
    env.invalidate_all()
    claims = env["export.crm.claim"].with_context(active_test=False)
    claims.search(
        [("is_open", "=", True), ("user_id.active", "=", False)]
    )._leave_behind()
    cr.execute("SELECT DISTINCT claim_id FROM export_crm_claim_event ORDER BY claim_id")
    ids = [id_ for [id_] in cr.fetchall()]
    for begin in range(0, len(ids), BATCH):
        env["export.crm.claim.clock"]._refresh(
            claims.browse(ids[begin : begin + BATCH])
        )
