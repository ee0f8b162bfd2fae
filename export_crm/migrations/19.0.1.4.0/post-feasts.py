"""Feasts become records; greetings that were planned by words belong to them."""

from odoo import SUPERUSER_ID, api
from odoo.tools.sql import column_exists

#: What a plan looked for unless somebody had changed it.
USUAL = (
    "Thanksgiving, Christmas, New Year, Eid, Diwali, Independence, National Day, "
    "Carnival"
)


def migrate(cr, version):
    """Fetch the feasts of all countries in use, and hang the ledger's rows on them."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["export.crm.nonworking.day"]._cron_fill()
    _keep_choices(env)
    _hang_on_feasts(env)
    _end_wrong_ones(env)
    _no_flood_of_services(env)


def _keep_choices(env):
    """Greet what the words of a company's own plans named."""
    if not column_exists(env.cr, "mail_activity_plan", "export_holidays"):
        return
    env.cr.execute(
        """
        SELECT DISTINCT COALESCE(export_holidays, '') FROM mail_activity_plan
         WHERE export_trigger = 'occasion' AND export_occasion = 'holiday' AND active
        """
    )
    found = {words for [words] in env.cr.fetchall()}
    if not found - {USUAL}:
        return
    words = {w.strip().lower() for text in found for w in text.split(",")} - {""}
    everything = "" in found
    for feast in env["export.crm.feast"].search([]):
        names = f"{feast.name}\n{feast.names or ''}".lower()
        feast.greet = everything or any(word in names for word in words)


def _hang_on_feasts(env):
    """Give each feast of a customer the row that is furthest; the others end."""
    env.flush_all()
    env.cr.execute(
        """
        SELECT kept.id, followup.id
          FROM export_crm_followup followup
          JOIN res_partner partner ON partner.id = followup.partner_id
          JOIN export_crm_feast feast ON feast.country_id = partner.country_id
          JOIN export_crm_feast_date kept ON kept.feast_id = feast.id
           AND followup.anchor_date BETWEEN kept.date_from AND kept.date_to
          JOIN mail_activity_plan plan ON plan.id = followup.plan_id
         WHERE followup.trigger = 'occasion' AND followup.feast_id IS NULL
           AND followup.cycle > 0
           AND followup.res_model = 'res.partner'
           AND followup.res_id = followup.partner_id
           AND plan.export_occasion = 'holiday'
           -- a feast that lasts a month holds others
           AND (kept.date_to - kept.date_from < 20
                OR followup.anchor_date = kept.date_from)
         ORDER BY kept.id, followup.id
        """
    )
    rows, feast_of = {}, {}
    for days_id, row_id in env.cr.fetchall():
        if row_id not in feast_of:
            feast_of[row_id] = days_id
            rows.setdefault(days_id, []).append(row_id)
    ledger = env["export.crm.followup"]
    for days in env["export.crm.feast.date"].browse(rows):
        same = ledger.browse(rows[days.id])
        for mine in same.grouped(
            lambda row: (row.company_id, row.partner_id, row.step)
        ).values():
            first, *others = mine.sorted(lambda row: row._rank())
            ledger.union(*others)._give_way()
            first.write(
                {"feast_id": days.feast_id.id, "cycle": days._cycle()},
            )


def _end_wrong_ones(env):
    """End greetings for days that only sounded like a feast."""
    rows = env["export.crm.followup"].search(
        [
            ("trigger", "=", "occasion"),
            ("feast_id", "=", False),
            ("state", "in", ("planned", "scheduled")),
            ("plan_id.export_occasion", "=", "holiday"),
        ]
    )
    noted = env["export.crm.occasion"].search([("kind", "=", "national_day")])
    rows.filtered(lambda row: row.res_id not in noted.partner_id.ids)._close(
        "cancelled", "plan_off"
    )


def _no_flood_of_services(env):
    """Note as too late what the new plan for services would have wanted by now."""
    ledger = env["export.crm.followup"]
    templates = env["mail.activity.plan.template"]
    for company in env["res.company"].search([("export_go_live_date", "!=", False)]):
        matchers = templates._export_matchers(company)
        wanted = {"service_rendered": matchers.get("service_rendered", [])}
        if company != company._export_root() or not wanted["service_rendered"]:
            continue
        orders = env["sale.order"].search(
            [
                ("company_id", "child_of", company.id),
                ("export_confirmed_at", "!=", False),
            ]
        )
        partner_ids = orders.partner_id.commercial_partner_id.ids
        customers = ledger._customers(company, partner_ids)
        events = ledger._events_orders(company, partner_ids)
        pairs = ledger._matching(events, wanted, customers)
        days = company.export_followup_late_days
        company.export_followup_late_days = 0
        today = company._export_today()
        ledger._apply(company, partner_ids, pairs, customers, today)
        company.export_followup_late_days = days
