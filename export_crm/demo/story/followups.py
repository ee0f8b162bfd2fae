from datetime import timedelta

from odoo import Command

from . import script
from .teller import Teller

# How the contacts of the last months went: outcome, and hours before (or after) the
# end of their time, one after the other.
WENT = (
    ("reached", -5),
    ("replied", -3),
    ("reached", -26),
    ("no_answer", -2),
    ("replied", -7),
    ("order", -4),
    ("reached", 20),
    ("problem", -6),
)
HISTORY_DAYS = 180
# Nobody did these: found too late, as in a company that has just begun.
MISSED = 7
# A few of what was due in the last weeks are still to be done, most are not.
LEFT = 8
LATE_DAYS = 2
# Has a lighting plan drawn beside its containers.
SERVED = "nordlicht"
# Mails that go out by themselves are no contacts of the ledger.
MAILED = ("order_progress",)
PLANNED = ("delivery_received", "shipped", "sample_sent", "order_confirmed") + (
    "service_rendered",
)


class Followups(Teller):
    """Contacts of the last months, so that reports have something to say."""

    def _run_pipeline(self):
        self._ref("export_crm_plan_invoice_due").active = True
        self._load_feast()
        self._load_service()
        self._load_wishes()
        result = super()._run_pipeline()
        for key in ("main", "europe"):
            self._load_contacts_made(self._company(key))
        return result

    def _load_gradings(self):
        """What is to do speaks of the tiers that customers have by then."""
        result = super()._load_gradings()
        for key in ("main", "europe"):
            company = self._company(key)
            today = company._export_today()
            accounts = self.env["export.crm.account"].with_company(company)
            batch = accounts._facts_partner_batches(company, today)
            ledger = self.env["export.crm.followup"].with_company(company)
            ledger._step_plan(company, batch, today)
            ledger._step_contact(company, batch, today)
        return result

    def _load_wishes(self):
        """Send two customers news about their orders; say how messages sounded."""
        for key in ("nordlicht", "gulf"):
            self._ref(f"contact_{key}").export_order_news = True
        moods = self.env["export.crm.message.mood"]
        for key, mood in (("nordlicht", "positive"), ("southern", "negative")):
            contact = self._ref(f"contact_{key}")
            message = self.env["mail.message"].search(
                [
                    ("author_id", "=", contact.id),
                    ("model", "=", "res.partner"),
                    ("message_type", "=", "email"),
                ],
                limit=1,
            )
            reader = self._customer(key).user_id
            moods.with_user(reader).mark(message.id, mood)

    def _load_feast(self):
        """Have a birthday this week, whatever the day of the demo."""
        day = self._day(-4, self._company("main"))
        self.env["export.crm.occasion"].create(
            {
                "partner_id": self._ref("contact_andes").id,
                "kind": "birthday",
                "month": str(day.month),
                "day": 28 if (day.month, day.day) == (2, 29) else day.day,
            }
        )

    def _load_service(self):
        """Sell a service on the day of an order of goods: nothing of it is delivered,
        and it is asked about all the same."""
        company, customer = self._company("main"), self._customer(SERVED)
        told = self.with_company(company)
        [deals] = [c.deals for c in script.CUSTOMERS if c.key == SERVED]
        moment = told._moment(min(deal.ago for deal in deals))
        order = told.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "date_order": moment,
                "pricelist_id": self._ref("pricelist_eur").id,
                "user_id": customer.user_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self._ref("product_design").id,
                            "product_uom_qty": 2,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.write({"date_order": moment, "export_confirmed_at": moment})
        told._backdate("sale.order", {"create_date": {order.id: moment}})

    def _load_contacts_made(self, company):
        """Let most contacts of the past have been made, some of them late."""
        ledger = self.env["export.crm.followup"].with_company(company).sudo()
        rows = ledger.search(
            [
                ("company_id", "=", company.id),
                ("reason", "=", "too_late"),
                ("trigger", "in", PLANNED),
                ("planned_date", ">=", self._day(HISTORY_DAYS, company)),
            ],
            order="due_at, id",
        )
        made = rows.filtered(lambda row: row.id % MISSED)
        made.write({"state": "planned", "reason": False})
        made -= made._skip_without_contact()
        made += self._contacts_due(company)
        for number, row in enumerate(made):
            outcome, hours = WENT[number % len(WENT)]
            row.user_id = row._responsible()
            row.channel = row.channel or row.contact_id.export_channel
            self._made_at(row, outcome, row.due_at + timedelta(hours=hours))
        ledger._measure_orders_after(company)

    def _made_at(self, row, outcome, moment):
        """End a contact in the past: its activity and message are of that time, too."""
        activities = row._contact_group().activity_id.filtered("active")
        targets = [(one.res_model, one.res_id) for one in activities]
        last = self.env["mail.message"].search([], order="id DESC", limit=1).id
        row._finish(outcome, when=moment)
        row.done_by_id = row.user_id
        day = row.company_id._export_timezone().fromutc(moment).date()
        activities.filtered(lambda one: not one.active).date_done = day
        for model, res_id in targets:
            self.env["mail.message"].search(
                [("id", ">", last), ("model", "=", model), ("res_id", "=", res_id)]
            ).date = moment

    def _contacts_due(self, company):
        """Return most of the contacts that people should have made by now."""
        ledger = self.env["export.crm.followup"].with_company(company).sudo()
        rows = ledger.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "scheduled"),
                ("main_id", "=", False),
                ("trigger", "!=", False),
                ("planned_date", "<", self._day(LATE_DAYS, company)),
            ],
            order="due_at, id",
        )
        return rows.browse([row.id for n, row in enumerate(rows, 1) if n % LEFT])

    def _check_story(self):
        return [*super()._check_story(), *self._check_followups()]

    def _check_followups(self):
        """Each kind of plan has planned something, and contacts were made."""
        ledger = self.env["export.crm.followup"].sudo()
        found = {
            (trigger, state)
            for trigger, state in ledger._read_group([], ["trigger", "state"])
        }
        plans = self.env["mail.activity.plan"]
        for trigger in plans._fields["export_trigger"].get_values(self.env):
            planned = {name for name, _state in found}
            if trigger not in planned and trigger not in MAILED:
                yield f"no follow-up starts with {trigger}"
        if ("delivery_received", "done") not in found:
            yield "no contact after a delivery was made"
