from datetime import timedelta

import pytz

from odoo import api, models
from odoo.tools import SQL

from ...tools.followup import followup as calc
from .export_crm_followup import HEALABLE, OPEN_STATES
from .sources_order import ORDER_TRIGGERS

# Steps whose day follows the event's when that one changes.
_MOVING = frozenset(
    ("delivery_received", "sample_sent", "shipped", "order_confirmed", "quotation_sent")
    + ("sample_ordered", "service_rendered", "invoice_due", "occasion")
)


class ExportCrmFollowup(models.Model):
    """Planning: from events and plans to rows of the ledger, batch by batch."""

    _inherit = "export.crm.followup"

    @api.model
    def _step_plan(self, company, partner_ids, as_of):
        """Create, move, close and reopen the rows of a batch of customers.

        What was missed at the event is healed here. Safe to run twice, late, or at
        the same time: a row is unique in the database, and one that a person has
        closed stays closed.

        :param res.company company: whose customers
        :param list partner_ids: commercial customers
        :param date as_of: today where the company is
        :return: number of rows that were written
        """
        self.env.flush_all()
        matchers = self.env["mail.activity.plan.template"]._export_matchers(company)
        if not matchers:
            return 0
        customers = self._customers(company, partner_ids)
        self._follow_tiers(company, partner_ids)
        pairs = self._pairs(company, partner_ids, as_of, customers, matchers)
        written = self._apply(company, partner_ids, pairs, customers, as_of)
        self._end_rhythms(company, partner_ids, pairs, as_of)
        return written

    @api.model
    def _follow_tiers(self, company, partner_ids):
        """Have open rows show the tier that their customer has now.

        What is over keeps the tier for which it was done.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_followup followup SET tier_id = account.tier_id
                  FROM export_crm_account account
                 WHERE account.partner_id = followup.partner_id
                   AND account.company_id = followup.company_id
                   AND followup.company_id = %s
                   AND followup.partner_id = ANY(%s)
                   AND followup.state IN ('planned', 'scheduled')
                   AND followup.tier_id IS DISTINCT FROM account.tier_id
                """,
                company.id,
                list(partner_ids),
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["tier_id"])

    @api.model
    def _end_rhythms(self, company, partner_ids, pairs, as_of):
        """Cancel planned turns of rhythms, and feasts, that concern nobody by now."""
        wanted = {
            (event.partner_id, template._export_step())
            for template, event in pairs
            if event.trigger == "cadence"
        }
        feasts = {
            (event.record_id, template._export_step(), event.cycle)
            for template, event in pairs
            if event.trigger == "occasion"
        }
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "planned"),
                "|",
                ("trigger", "=", "cadence"),
                # What was found is found until its day has come.
                *("&", ("trigger", "=", "occasion"), ("anchor_date", ">=", as_of)),
            ]
        )
        turns = rows.filtered(lambda row: row.trigger == "cadence")
        turns.filtered(lambda row: (row.partner_id.id, row.step) not in wanted)._close(
            "cancelled", "tier"
        )
        (rows - turns).filtered(
            lambda row: (row.res_id, row.step, row.cycle) not in feasts
        )._close("cancelled", "plan_off")

    @api.model
    def _step_plan_inquiries(self, company, as_of):
        """Plan for inquiries of somebody who is no customer yet (``as_of``: today)."""
        self.env.flush_all()
        matchers = self.env["mail.activity.plan.template"]._export_matchers(company)
        if "inquiry_received" in matchers:
            self._plan_inquiries(company, matchers)
        self._step_contact(company, None, as_of)
        self._measure_orders_after(company)
        self._measure_replies(company)

    @api.model
    def _plan_inquiries(self, company, matchers, lead_ids=None):
        events = self._events_inquiries(company, None, lead_ids)
        partner_ids = [event.partner_id for event in events if event.partner_id]
        customers = self._customers(company, partner_ids)
        pairs = self._matching(events, matchers, customers)
        today = company._export_today()
        return self._apply(company, partner_ids or None, pairs, customers, today)

    # === WHAT SHOULD BE === #

    @api.model
    def _pairs(self, company, partner_ids, as_of, customers, matchers):
        """Return ``[(template, event)]`` of everything that concerns the customers."""
        triggers = frozenset(matchers)
        events = []
        if triggers & {"delivery_received", "shipped", "sample_sent"}:
            events += self._events_deliveries(company, partner_ids, as_of)
        if triggers & ORDER_TRIGGERS:
            events += self._events_orders(company, partner_ids)
        if "inquiry_received" in triggers:
            events += self._events_inquiries(company, partner_ids)
        if "invoice_due" in triggers:
            events += self._events_invoices(company, partner_ids)
        if "no_contact" in triggers:
            events += self._events_warnings(company, partner_ids, as_of)
        if "occasion" in triggers:
            events += self._events_occasions(company, partner_ids, as_of)
        pairs = self._matching(events, matchers, customers)
        return pairs + self._events_cadences(
            company, partner_ids, customers, matchers.get("cadence", ()), as_of
        )

    @api.model
    def _matching(self, events, matchers, customers):
        found, nobody = [], calc.Customer()
        for event in events:
            customer = customers.get(event.partner_id, nobody)
            for template, concerns in matchers.get(event.trigger, ()):
                if (
                    (event.per and template.export_per != event.per)
                    or (
                        event.occasion
                        and template.plan_id.export_occasion != event.occasion
                    )
                    or not concerns(customer)
                ):
                    continue
                found.append((template, event))
        return found

    @api.model
    def _customers(self, company, partner_ids):
        """Return ``{partner id: tools.followup.Customer}``, in one statement."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, tier.code, COALESCE(account.order_count, 0),
                       partner.industry_id, partner.country_id
                  FROM res_partner partner
             LEFT JOIN export_crm_account account
                    ON account.partner_id = partner.id AND account.company_id = %s
             LEFT JOIN export_crm_tier tier ON tier.id = account.tier_id
                 WHERE partner.id = ANY(%s)
                """,
                company.id,
                list(partner_ids),
            )
        )
        return {row[0]: calc.Customer(*row[1:]) for row in rows}

    # === WHAT IS === #

    @api.model
    def _apply(self, company, partner_ids, pairs, customers, as_of):
        """Make the ledger say what should be; return the number of rows written.

        What is found long after its time is noted as skipped.
        """
        limit = as_of - timedelta(days=company.export_followup_late_days)
        known = self._known_rows(company, partner_ids)
        pace = self.env["mail.activity.plan.template"]._export_pacer(company)
        weekends = self._weekends()
        make = self._maker(company, customers, pace, weekends)
        new, moved, closed, reopened = [], [], [], []
        wanted, nobody = set(), calc.Customer()
        for template, event in pairs:
            key = event.model, event.record_id, template._export_step(), event.cycle
            if key in wanted:
                continue  # alternatives of one step: the first one that fits
            wanted.add(key)
            customer = customers.get(event.partner_id, nobody)
            row = known.get(key)
            if row is None:
                if not event.dead and (
                    not event.answered or template._export_is_clock()
                ):
                    too_late = limit
                    if event.feast_id and event.day <= as_of:
                        too_late = as_of  # nobody is greeted in the middle of a feast
                    new.append(self._unless_too_late(make(template, event), too_late))
            elif row["state"] in OPEN_STATES:
                if event.dead:
                    closed.append((row["id"], "cancelled", event.dead))
                elif self._has_moved(
                    template,
                    event,
                    row,
                    pace(template, customer),
                    weekends.get(customer.country_id, "56"),
                ):
                    moved.append({"id": row["id"], **make(template, event)})
            elif row["reason"] in HEALABLE and not event.dead and not event.answered:
                reopened.append({"id": row["id"], **make(template, event)})
        self._insert(company, new)
        self._move(moved + reopened)
        self._close_by_id(closed)
        return len(new) + len(moved) + len(closed) + len(reopened)

    @api.model
    def _has_moved(self, template, event, row, pace, weekend):
        """Tell whether an open row's time is another one by now.

        :param pace: the step's ``Pace`` for the customer, None: promised no longer
        :param weekend: days off where the customer is
        """
        if event.answered:
            return True
        if event.trigger in _MOVING and event.day != row["anchor_date"]:
            return True
        if event.trigger == "cadence":
            return event.day != row["planned_date"]
        if template._export_is_clock():
            return pace is not None and pace.hours != row["target_hours"]
        if row["state"] != "planned" or row["deferred"] or row["clock"]:
            return False  # as people, or a claim, want it
        # The plan has another delay by now.
        day = self._step_day(template, event, weekend, pace or calc.Pace())
        return day != row["planned_date"]

    @api.model
    def _unless_too_late(self, values, limit):
        if values["state"] == "planned" and values["planned_date"] < limit:
            values.update(state="skipped", reason="too_late")
        return values

    @api.model
    def _known_rows(self, company, partner_ids):
        whose = (
            SQL("partner_id IS NULL")
            if partner_ids is None
            else SQL("partner_id = ANY(%s)", list(partner_ids))
        )
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT id, res_model, res_id, step, cycle, state, reason,
                       anchor_date, planned_date, target_hours, clock, deferred
                  FROM export_crm_followup WHERE company_id = %s AND %s
                """,
                company.id,
                whose,
            )
        )
        return {
            (row["res_model"], row["res_id"], row["step"], row["cycle"]): row
            for row in rows
        }

    # === ONE ROW === #

    @api.model
    def _weekends(self):
        """Return ``{country id: days off}``, see ``tools.followup.working_day``."""
        return dict(
            self.env.execute_query(
                SQL("SELECT id, COALESCE(export_weekend, '') FROM res_country")
            )
        )

    @api.model
    def _maker(self, company, customers, pace, weekends):
        """Return a function ``(template, event) → values`` that asks no database.

        :param pace: see ``mail.activity.plan.template._export_pacer``
        :param weekends: see ``_weekends``
        """
        zone = company._export_timezone()
        zones = self._zones(company, customers)
        tiers = dict(
            self.env.execute_query(SQL("SELECT code, id FROM export_crm_tier"))
        )
        nobody, open_on = calc.Customer(), self._our_days(company)

        def make(template, event):
            customer = customers.get(event.partner_id, nobody)
            weekend = weekends.get(customer.country_id, "56")
            where = zones.get(event.partner_id, zone)
            own = pace(template, customer) or calc.Pace()
            values = self._step_values(template, event)
            if template._export_is_clock():
                times = self._clock_times(company, template, event, where, own, open_on)
            else:
                times = self._step_times(template, event, where, weekend, own)
            values.update(
                times,
                tier_id=tiers.get(customer.tier),
                country_id=customer.country_id,
            )
            values.update(self._answered_values(company, template, event, values))
            return values

        return make

    @api.model
    def _zones(self, company, customers):
        """Return ``{partner id: time zone}``."""
        partners = self.env["res.partner"]
        return {
            partner.id: partner._export_followup_zone(company)
            for partner in partners.browse(customers)
        }

    @api.model
    def _step_values(self, template, event):
        return {
            "partner_id": event.partner_id,
            "contact_id": event.contact_id,
            "res_model": event.model,
            "res_id": event.record_id,
            "order_id": event.order_id,
            "template_id": template.id,
            "plan_id": template.plan_id.id,
            "step": template._export_step(),
            "cycle": event.cycle,
            "title": event.title,
            "feast_id": event.feast_id,
            "trigger": event.trigger,
            "node": template.export_node or None,
            "clock": template._export_is_clock(),
            "role": template.export_role or None,
            "contact_role": template.export_contact_role or None,
            "channel": template.export_channel or None,
            "anchor_date": event.day,
            "anchor_at": event.moment,
            "state": "planned",
            "reason": None,
        }

    @api.model
    def _clock_times(self, company, template, event, zone, pace, open_on):
        """Return until when a response time runs, from the moment of the event.

        :param zone: of the customer, on whose clock the day is counted
        :param open_on: see ``_our_days``
        """
        moment = event.moment or calc.window(event.day, zone)[0]
        due = self._plus_hours(company, moment, pace.hours, template, open_on)
        last = pytz.utc.localize(due).astimezone(company._export_timezone()).date()
        day = pytz.utc.localize(due).astimezone(zone).date()
        while day < last and not open_on(day):
            day += timedelta(days=1)  # Sunday there, but Monday here
        return {
            "planned_date": day,
            "window_at": moment,
            "due_at": due,
            "target_hours": pace.hours,
        }

    @api.model
    def _step_times(self, template, event, zone, weekend, pace):
        """Return when a step that is made by the day is to be made.

        In the working hours of the customer's day, the next one if it is a day off.
        """
        day = self._step_day(template, event, weekend, pace)
        begin, end = calc.window(day, zone)
        times = {"planned_date": day, "window_at": begin, "due_at": end}
        if event.trigger == "cadence":
            times["turn_days"] = pace.days
        if template.export_node:
            # A node that is answered by the day: from the morning of the first one.
            since = event.moment or calc.window(event.day, zone)[0]
            times["anchor_at"] = since
            times["target_hours"] = (end - since).total_seconds() / 3600
        return times

    @api.model
    def _step_day(self, template, event, weekend, pace):
        """Return the day of a step that is made by the day."""
        day = event.day
        if event.trigger != "cadence":
            day = calc.step_date(day, pace.count, pace.unit, template._export_before())
        if event.trigger != "occasion":
            day = calc.working_day(day, weekend)
        elif event.greet_by and day < event.day:
            # Before a feast: on a day on which it is read.
            day = calc.working_day_before(min(day, event.greet_by), weekend)
        return day

    @api.model
    def _our_days(self, company):
        """Return a function ``date → whether we work on it`` that looks up each month
        once: our schedule with its leaves, and the public holidays of our country."""
        calendar, zone = company.resource_calendar_id, company._export_timezone()
        country, known = company.country_id, {}
        weekend = country.export_weekend if country else "56"

        def look_up(first):
            after = calc.add_months(first, 1)
            days = {first + timedelta(days=n) for n in range((after - first).days)}
            if calendar:
                begin, end = (calc.window(day, zone, 0, 0)[0] for day in (first, after))
                worked = calendar._work_intervals_batch(
                    pytz.utc.localize(begin), pytz.utc.localize(end)
                )[False]
                days &= {start.astimezone(zone).date() for start, _end, _meta in worked}
            else:
                days = {day for day in days if str(day.weekday()) not in weekend}
            holidays = self.env["export.crm.nonworking.day"].search(
                [
                    ("country_id", "=", country.id),
                    ("state_id", "in", (company.state_id.id, False)),
                    ("date", ">=", first),
                    ("date", "<", after),
                ]
            )
            return days - set(holidays.mapped("date"))

        def open_on(day):
            first = day.replace(day=1)
            if first not in known:
                known[first] = look_up(first)
            return day in known[first]

        return open_on

    @api.model
    def _plus_hours(self, company, moment, hours, template, open_on):
        """Return ``moment`` (naive UTC) plus hours, working ones if so configured.

        What would end on a day off of ours ends at the same hour of our next working
        day.

        :param open_on: see ``_our_days``
        """
        calendar = company.resource_calendar_id
        if template.export_working_hours and calendar:
            end = calendar.plan_hours(
                hours, pytz.utc.localize(moment), compute_leaves=True
            )
            if end:
                moment = end.astimezone(pytz.utc).replace(tzinfo=None)
                hours = 0
        return calc.to_open_day(
            moment + timedelta(hours=hours), company._export_timezone(), open_on
        )

    @api.model
    def _answered_values(self, company, template, event, values):
        """Return the end of a row whose wish has come true without us."""
        if not event.answered:
            return {}
        if not template._export_is_clock():
            return {"state": "cancelled", "reason": "answered"}
        return {
            "state": "done",
            "outcome": "answered",
            "done_at": event.answered,
            "on_time": float(event.answered <= values["due_at"]),
            "taken_hours": self._hours_between(
                company, event.moment, event.answered, template.export_working_hours
            ),
        }

    @api.model
    def _hours_between(self, company, begin, end, working):
        calendar = company.resource_calendar_id
        if not begin:
            return None
        if working and calendar and end > begin:
            return calendar.get_work_hours_count(
                pytz.utc.localize(begin), pytz.utc.localize(end), compute_leaves=True
            )
        return max((end - begin).total_seconds() / 3600, 0.0)
