"""One variant of Odoo that confirms the orders it is told to: DB VARIANT [ADDONS].

Reads an order's number per line from its standard input and answers with a line of
JSON: seconds, processor seconds, statements (and their text, if the line ends with
" sql"). Each confirmation happens in a transaction of its own that is rolled back.
"""

import contextlib
import json
import logging
import sys
import time

import guard_only
import odoo_env

USER = "base.user_admin"
LIMIT = 1e12  # nobody reaches it: the orders must pass


def set_up(env, variant, order):
    """Bring about, in this transaction, what the variant is about."""
    customer = order.partner_invoice_id.commercial_partner_id.id
    if variant == "guard_new":
        env.cr.execute(
            "DELETE FROM export_crm_credit_gate WHERE partner_id = %s", [customer]
        )
    if variant.endswith("_limit") or variant == "oca":
        env.cr.execute("UPDATE res_company SET account_use_credit_limit = TRUE")
        env.cr.execute(
            "UPDATE res_partner SET credit_limit = jsonb_build_object('1', %s::float8)"
            " WHERE id = %s",
            [LIMIT, customer],
        )
    if variant == "oca":
        # Orders and invoices, due or not, are to fit in the limit.
        names = ("risk_sale_order", "risk_invoice_open", "risk_invoice_unpaid")
        columns = ", ".join(f"{name}_include = TRUE" for name in names)
        env.cr.execute(f"UPDATE res_partner SET {columns} WHERE id = %s", [customer])
    env.invalidate_all()


def patch(env, variant):
    """Leave away, in this process, what is not the guard.

    That is the marking; where all classes are loaded the tier at confirmation and the
    follow-ups' moments, too; for ``installed`` even the guard: what is left are fields
    and classes.
    """
    orders = env.registry["sale.order"]
    if variant.startswith(("guard", "installed")):
        env.registry["export.crm.dirty"]._mark = lambda *_args, **_kwargs: None
        orders._export_mark_dirty = lambda orders, _also=None: orders[:0]
    if "installed" in variant:
        orders._compute_export_tier_id = _no_tier
        orders._export_note_moments = lambda _orders: None
        orders._export_moment_vals = lambda _orders, _vals: {}
    if variant == "installed":
        orders._export_credit_guard = lambda _orders: None


def alone(variant):
    """Tell whether this variant loads the guard's classes only."""
    return variant.startswith("guard") and variant != "guard_installed"


def _no_tier(orders):
    orders.export_tier_id = False


def check_guard(registry, uid, name):
    """See to it that what is measured guards: an order on hold must be refused.

    :raise RuntimeError: it was confirmed
    """
    from odoo.exceptions import ValidationError

    with odoo_env.environment(registry, uid) as env:
        order = env["sale.order"].search([("name", "=", name)])
        env["export.crm.credit.hold"].sudo().create(
            {
                "partner_id": order.partner_invoice_id.id,
                "company_id": order.company_id.id,
                "note": "Not to be passed",
            }
        )
        try:
            order.action_confirm()
        except ValidationError:
            return
        finally:
            env.cr.rollback()
    raise RuntimeError(f"the guard let {name} pass")


@contextlib.contextmanager
def recorded(texts):
    """Append the text of each statement to ``texts``, unless it is None."""
    if texts is None:
        yield
        return
    from odoo.sql_db import Cursor

    execute = Cursor.execute

    def recording(self, query, *args, **kwargs):
        texts.append(str(getattr(query, "code", query)))
        return execute(self, query, *args, **kwargs)

    Cursor.execute = recording
    try:
        yield
    finally:
        Cursor.execute = execute


def confirm(registry, variant, uid, name, texts=None):
    """Confirm the order ``name`` up to the point of commit; roll back.

    :return: dict with ``s``, ``cpu_s``, ``queries``
    """
    with odoo_env.environment(registry, uid) as env:
        order = env["sale.order"].search([("name", "=", name)])
        set_up(env, variant, order)
        with recorded(texts):
            processor = time.process_time()
            with odoo_env.Watch(env.cr) as watch:
                order.action_confirm()
                # What a commit does first: what is left to write, and the hooks.
                env.cr.flush()
            processor = time.process_time() - processor
        if order.state != "sale":
            raise RuntimeError(f"{variant}: {name} was not confirmed")
        env.cr.rollback()
    return {"s": watch.seconds, "cpu_s": processor, "queries": watch.statements}


def main(db, variant, addons=""):
    """Answer until the input ends."""
    before = guard_only.keep_guard if alone(variant) else None
    registry = odoo_env.load(db, addons, before)
    logging.getLogger("odoo").setLevel(logging.ERROR)
    with odoo_env.environment(registry) as env:
        patch(env, variant)
        uid = env.ref(USER).id
        env.cr.rollback()
    print("ready", flush=True)
    to_check = variant.startswith(("guard", "export_crm"))
    for line in sys.stdin:
        name, _space, wish = line.strip().partition(" ")
        if to_check:
            check_guard(registry, uid, name)
            to_check = False
        texts = [] if wish == "sql" else None
        answer = confirm(registry, variant, uid, name, texts)
        print(json.dumps(answer | {"sql": texts}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
