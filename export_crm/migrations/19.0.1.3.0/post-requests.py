"""Requests for a release become records; a limit or terms hold no customer any more."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import table_exists

OLD = "export_crm_credit_hold_sale_order_rel"


def migrate(cr, version):
    """Turn what was asked for into requests, end the holds that only asked."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
        UPDATE export_crm_audit audit SET actor_id = u.partner_id
          FROM res_users u WHERE u.id = audit.user_id AND audit.actor_id IS NULL
        """
    )
    cr.execute(
        """
        UPDATE export_crm_credit_release release SET order_amount = line.amount
          FROM export_crm_credit_release_line line
         WHERE line.release_id = release.id AND line.order_id = release.order_id
        """
    )
    if table_exists(cr, OLD):
        _make_requests(env)
        cr.execute(SQL("DROP TABLE %s", SQL.identifier(OLD)))
    _end_questions(env)


def _make_requests(env):
    """One request for each quotation whose release was asked for, by who asked."""
    env.cr.execute(
        """
        SELECT rel.sale_order_id, ARRAY_AGG(DISTINCT hold.id),
               COALESCE(MIN(asked.create_date), MIN(hold.create_date)),
               MIN(asked.user_id), BOOL_OR(rule.kind = 'exposure'),
               BOOL_OR(rule.kind = 'terms')
          FROM export_crm_credit_hold_sale_order_rel rel
          JOIN export_crm_credit_hold before
            ON before.id = rel.export_crm_credit_hold_id
          JOIN export_crm_credit_hold hold
            ON hold.partner_id = before.partner_id
           AND hold.company_id = before.company_id AND hold.blocking
           AND (before.blocking OR before.close_reason = 'merged')
          JOIN export_crm_credit_rule rule ON rule.id = hold.rule_id
          JOIN sale_order orders ON orders.id = rel.sale_order_id
     LEFT JOIN export_crm_audit asked
            ON asked.hold_id = before.id AND asked.order_id = orders.id
           AND asked.event = 'requested'
         WHERE orders.state IN ('draft', 'sent')
      GROUP BY rel.sale_order_id
        """
    )
    requests = env["export.crm.credit.request"]
    for order_id, hold_ids, asked_on, user_id, limit, terms in env.cr.fetchall():
        order = env["sale.order"].browse(order_id)
        user = env["res.users"].browse(user_id)
        colleague = user and user._is_internal() and not user._is_superuser()
        order.export_credit_request_id = requests.create(
            {
                "order_id": order_id,
                "asker_id": (user if colleague else order).partner_id.id,
                "user_id": colleague and user.id,
                "asked_on": asked_on,
                "hold_ids": [(6, 0, hold_ids)],
                "over_limit": limit,
                "other_terms": terms,
                "amount": env["export.crm.credit.release.line"]._amount_of(order),
            }
        )


def _end_questions(env):
    """Close what holds a customer for a question about an order.

    Where evidence was added meanwhile, the customer is held for that.
    """
    holds = env["export.crm.credit.hold"].search(
        [("blocking", "=", True), ("kind", "in", ("exposure", "terms"))]
    )
    rules = env["export.crm.credit.rule"]
    for hold in holds:
        rule = rules._of_company(hold.company_id, "behaviour", "overdue")[:1]
        text = "The credit limit and the payment terms stop single orders only."
        if hold.evidence_ids and rule:
            hold._decide({"rule_id": rule.id})
            hold._message_log(body=text)
            continue
        asked = hold.request_ids._open()
        asked.write({"hold_ids": [(3, hold.id)]})
        hold._close("void", text)
        hold._audit("closed", text)
