import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date, split_every

from ...tools.followup import followup as follow
from ...tools.followup import order_news as calc

_logger = logging.getLogger(__name__)

_BATCH = 50
_STEP = "order_progress"


class ExportCrmFollowup(models.Model):
    """The order-progress mail: at 09:00 there, once a day at most, if there is news.

    The only contact that is made without a person, for those who asked for it. The
    plan's step says with which template and for which customers; a row of the
    ledger, one per contact and day, is what keeps it from being sent twice.
    """

    _inherit = "export.crm.followup"

    # === ENTRY POINT === #

    @api.model
    def _cron_order_news(self):
        """Send what is due (every quarter of an hour: no zone is off by less)."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"].search(
            [("export_go_live_date", "!=", False), ("parent_id", "=", False)]
        )
        due = [(company, self._order_news_due(company)) for company in companies]
        cron._commit_progress(remaining=sum(len(contacts) for _c, contacts in due))
        for company, contacts in due:
            for ids in split_every(_BATCH, contacts.ids):
                self._send_order_news(company, contacts.browse(ids))
                if not cron._commit_progress(len(ids)):
                    return

    # === WHOSE TIME HAS COME === #

    @api.model
    def _order_news_step(self, company):
        """Return the plan's step, none where the plan is archived."""
        steps = self.env["mail.activity.plan.template"].search(
            [
                ("plan_id.active", "=", True),
                ("plan_id.export_trigger", "=", _STEP),
                ("plan_id.company_id", "in", (company.id, False)),
                ("export_mail_template_id", "!=", False),
            ]
        )
        own = steps.filtered(lambda step: step.plan_id.company_id)
        return (own or steps)[:1]

    @api.model
    def _order_news_due(self, company):
        """Return the contacts of a company that may get their mail of the day now."""
        step = self._order_news_step(company)
        if not step:
            return self.env["res.partner"]
        contacts = self.env["res.partner"].search(
            [
                ("export_order_news", "=", True),
                ("email", "!=", False),
                ("is_blacklisted", "=", False),
                ("company_id", "in", [*company._export_tree().ids, False]),
            ]
        )
        self._begin_order_news(company, contacts)
        now = fields.Datetime.now()
        hours = contacts.with_company(company)._export_hours(now)
        contacts = contacts.filtered(lambda c: calc.is_time(now, hours[c.id]))
        if not contacts:
            return contacts
        days = {contact.id: hours[contact.id].local(now).date() for contact in contacts}
        rows = self.search_fetch(
            [
                ("company_id", "=", company.id),
                ("res_model", "=", contacts._name),
                ("res_id", "in", contacts.ids),
                ("step", "=", _STEP),
            ],
            ["res_id", "cycle"],
        )
        sent = {(row.res_id, row.cycle) for row in rows}
        contacts = contacts.filtered(
            lambda contact: (contact.id, days[contact.id].toordinal()) not in sent
        )
        return self._order_news_allowed(company, step, contacts)

    @api.model
    def _begin_order_news(self, company, contacts):
        """Remember from now on for contacts that this company has no memory of."""
        memory = self.env["export.crm.order.news"]
        groups = memory._read_group(
            [("company_id", "=", company.id), ("contact_id", "in", contacts.ids)],
            ["contact_id"],
        )
        known = contacts.browse([contact.id for [contact] in groups])
        if contacts - known:
            memory._begin_in(company, contacts - known)

    @api.model
    def _order_news_allowed(self, company, step, contacts):
        """Leave out whom the step does not concern, and who is on credit hold.

        Their news waits: it is sent on the first morning after the release.
        """
        customers = self._customers(company, contacts.commercial_partner_id.ids)
        concerns = step._export_matcher(step._export_pacer(company))
        # sudo: a hold counts whoever may see it
        holds = self.env["export.crm.credit.hold"].sudo()
        held = {
            partner_id
            for partner_id, _company in holds._blocking_ids(
                [(partner.id, company.id) for partner in contacts.commercial_partner_id]
            )
        }
        return contacts.filtered(
            lambda contact: contact.commercial_partner_id.id not in held
            and concerns(
                customers.get(contact.commercial_partner_id.id, follow.Customer())
            )
        )

    # === SENDING === #

    @api.model
    def _send_order_news(self, company, contacts):
        """Send the mails of contacts whose time has come; one that fails stays alone.

        :return: number of mails
        """
        step = self._order_news_step(company)
        memories = (
            self.env["export.crm.order.news"]
            .search(
                [("company_id", "=", company.id), ("contact_id", "in", contacts.ids)]
            )
            .try_lock_for_update()  # another run is at them: leave them to it
        )
        facts = memories._facts(company, memories.contact_id.ids)
        count = 0
        for memory in memories:
            known = facts.get(memory.contact_id.id, ())
            news = calc.news(known, memory.told or {})
            if not news:
                continue
            try:
                with self.env.cr.savepoint():
                    self._mail_order_news(company, step, memory, news)
                    memory.write(
                        {"told": calc.told(known), "mailed_at": fields.Datetime.now()}
                    )
                    count += 1
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.exception(
                    "Order news of contact %s could not be sent", memory.contact_id.id
                )
        if count:
            # Queued mails leave within the hour; the customer's 09:00 is now.
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return count

    @api.model
    def _mail_order_news(self, company, step, memory, news):
        """Queue one mail, and write the row of the ledger that says so."""
        contact = memory.contact_id.with_company(company)
        lang = contact.lang or company.partner_id.lang
        template = step.export_mail_template_id.with_company(company)
        order_ids = dict.fromkeys(fact.order_id for fact, _before in news)
        orders = self.env["sale.order"].browse(order_ids)
        template.with_context(
            export_order_news=self._order_news_html(orders, news, lang)
        ).send_mail(
            contact.id,
            # No contact by a person: facts don't count it as one.
            email_values={"message_type": "auto_comment"},
        )
        names = ", ".join(orders.mapped("name"))
        self._insert(
            company, [self._order_news_row(company, step, contact, orders, names)]
        )

    @api.model
    def _order_news_row(self, company, step, contact, orders, names):
        now = fields.Datetime.now()
        day = contact._export_hours(now)[contact.id].local(now).date()
        customer = contact.commercial_partner_id
        begin, end = follow.window(day, contact._export_followup_zone(company))
        # sudo: the tier when it was sent, whoever may read the customer's figures
        accounts = self.env["export.crm.account"].sudo()
        account = accounts.search(
            [("company_id", "=", company.id), ("partner_id", "=", customer.id)]
        )
        return {
            "partner_id": customer.id,
            "contact_id": contact.id,
            "res_model": contact._name,
            "res_id": contact.id,
            "order_id": orders.id if len(orders) == 1 else None,
            "template_id": step.id,
            "plan_id": step.plan_id.id,
            "step": _STEP,
            "cycle": day.toordinal(),
            "title": names,
            "trigger": _STEP,
            "clock": False,
            "tier_id": account.tier_id.id or None,
            "country_id": customer.country_id.id or None,
            "channel": "email",
            "anchor_date": day,
            "planned_date": day,
            "window_at": begin,
            "due_at": end,
            "state": "done",
            "done_at": now,
            "on_time": float(now <= end),
        }

    # === WHAT IS SAID === #

    @api.model
    def _order_news_html(self, orders, news, lang):
        """Return the news by order, in the customer's language (HTML)."""
        speaker = self.with_context(lang=lang)
        lines = {}
        for fact, before in news:
            lines.setdefault(fact.order_id, []).append(
                speaker._order_news_line(fact, before)
            )
        return self.env["ir.qweb"]._render(
            "export_crm.order_news_lines",
            {"orders": [(order, lines[order.id]) for order in orders]},
            lang=lang,
        )

    def _order_news_line(self, fact, before):
        """Return one sentence about an order in the context's language."""
        values = {
            "document": fact.document,
            "day": format_date(self.env, fact.day),
            "before": format_date(self.env, before) if before else "",
        }
        if fact.kind == "confirmed":
            return self.env._("Your order is confirmed.")
        if fact.kind == "planned":
            if before:
                return self.env._(
                    "Delivery %(document)s will leave us on %(day)s (before: "
                    "%(before)s).",
                    **values,
                )
            return self.env._(
                "Delivery %(document)s will leave us on %(day)s.", **values
            )
        if fact.kind == "sent":
            return self.env._("Delivery %(document)s left us on %(day)s.", **values)
        if fact.kind == "eta":
            if before:
                return self.env._(
                    "Delivery %(document)s is expected with you on %(day)s (before: "
                    "%(before)s).",
                    **values,
                )
            return self.env._(
                "Delivery %(document)s is expected with you on %(day)s.", **values
            )
        if fact.kind == "received":
            return self.env._("Delivery %(document)s reached you on %(day)s.", **values)
        return self.env._("Invoice %(document)s was issued on %(day)s.", **values)
