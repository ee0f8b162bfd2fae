from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...tools.followup import followup as calc
from .export_crm_followup import OPEN_STATES

# How far ahead occasions are looked for.
OCCASION_DAYS = 21
# Which plan greets a day that is noted on a contact; others: as a birthday.
_NOTED = {"national_day": "holiday", "anniversary": "first_order"}


class Turn(NamedTuple):
    """The last turn of a rhythm: its day, number, state, and days between turns."""

    day: date | None = None
    number: int = 0
    state: str = "done"
    length: float | None = None

    @property
    def open(self):
        """Tell whether the turn is still to come."""
        return self.state in OPEN_STATES


_FIRST = Turn()


class ExportCrmFollowup(models.Model):
    """What the customer itself calls for: its rhythm, its silence, its feasts."""

    _inherit = "export.crm.followup"

    @api.model
    def _events_cadences(self, company, partner_ids, customers, matchers, as_of):
        """Return the next turn of each rhythm that concerns a customer.

        The next turn comes after the last one is over, counted from the day it was
        planned for when it was skipped, else from the day it was done. Contacts of
        one rhythm never pile up.

        :param customers: ``{partner id: tools.followup.Customer}``
        """
        turns = self._last_turns(company, partner_ids)
        pace = self.env["mail.activity.plan.template"]._export_pacer(company)
        late = as_of - timedelta(days=company.export_followup_late_days)
        found = []
        for partner_id in partner_ids:
            customer = customers[partner_id]
            if not customer.orders:
                continue  # prospects have no rhythm yet
            for template, concerns in matchers:
                if not concerns(customer):
                    continue
                turn = turns.get((partner_id, template._export_step()), _FIRST)
                own = pace(template, customer)
                if turn.open:
                    day, number = self._open_turn_day(turn, own, as_of), turn.number
                else:
                    live = company.export_go_live_date
                    day = self._next_turn_day(turn.day, own, partner_id, live)
                    if day < late:
                        # Nobody catches up on turns of long ago: it starts anew.
                        day = self._next_turn_day(None, own, partner_id, as_of)
                    number = turn.number + 1
                event = calc.Event(
                    "cadence",
                    "res.partner",
                    partner_id,
                    partner_id,
                    None,
                    day,
                    cycle=number,
                )
                found.append((template, event))
        return found

    @api.model
    def _next_turn_day(self, last, pace, partner_id, start):
        return calc.cadence_day(last, start, pace.count or 1, pace.unit, partner_id)

    @api.model
    def _open_turn_day(self, turn, pace, as_of):
        """Return the day of a turn that is open: it stays where it is planned.

        Unless the rhythm has become another one and nobody is at it yet.
        """
        longer = round(pace.days - (turn.length or pace.days))
        if turn.state == "scheduled" or not longer:
            return turn.day
        return max(turn.day + timedelta(days=longer), as_of)

    @api.model
    def _last_turns(self, company, partner_ids):
        """Return ``{(partner id, step): Turn}`` of rhythms: the last ones."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (partner_id, step) partner_id, step, cycle, state,
                       turn_days,
                       CASE WHEN state = 'done'
                            THEN (done_at AT TIME ZONE 'UTC'
                                          AT TIME ZONE %(tz)s)::date
                            ELSE planned_date END AS day
                  FROM export_crm_followup
                 WHERE company_id = %(company)s
                   AND partner_id = ANY(%(partners)s)
                   AND trigger = 'cadence'
                 ORDER BY partner_id, step, cycle DESC
                """,
                tz=company._export_timezone().zone,
                company=company.id,
                partners=list(partner_ids),
            )
        )
        return {
            (partner_id, step): Turn(day, number, state, length)
            for partner_id, step, number, state, length, day in rows
        }

    @api.model
    def _events_occasions(self, company, partner_ids, as_of):
        """Return the feasts of the coming weeks: ``tools.followup.Event``.

        The turn is the year, so that each is greeted once a year.
        """
        return [
            *self._events_first_order(company, partner_ids, as_of),
            *self._events_birthdays(partner_ids, as_of),
            *self._events_feasts(partner_ids, as_of),
        ]

    @api.model
    def _occasion(self, kind, partner_id, contact_id, day, title=None, key=None):
        key = key or title
        return calc.Event(
            "occasion",
            "res.partner",
            contact_id or partner_id,
            partner_id,
            contact_id,
            day,
            occasion=kind,
            title=title,
            cycle=calc.turn_number(day.year, key),
        )

    @api.model
    def _events_first_order(self, company, partner_ids, as_of):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, first_order_date FROM export_crm_account
                 WHERE company_id = %s AND partner_id = ANY(%s)
                   AND first_order_date IS NOT NULL
                """,
                company.id,
                list(partner_ids),
            )
        )
        until = as_of + timedelta(days=OCCASION_DAYS)
        for partner_id, first in rows:
            day = calc.anniversary(first, as_of)
            if day <= until and day.year > first.year:
                yield self._occasion("first_order", partner_id, None, day)

    @api.model
    def _events_birthdays(self, partner_ids, as_of):
        """Yield the days that are noted on contacts: birthdays and others."""
        days = self.env["export.crm.occasion"].search(
            [("partner_id.commercial_partner_id", "in", list(partner_ids))]
        )
        until = as_of + timedelta(days=OCCASION_DAYS)
        for noted in days:
            day = noted._next_date(as_of)
            if day and day <= until:
                contact = noted.partner_id
                yield self._occasion(
                    _NOTED.get(noted.kind, "birthday"),
                    contact.commercial_partner_id.id,
                    contact.id,
                    day,
                    noted.name or None,
                    # Apart from the birthday, which needs no description either.
                    key=noted.name or ("other" if noted.kind == "other" else None),
                )

    @api.model
    def _events_feasts(self, partner_ids, as_of):
        """Yield the feasts of the customers' countries that are greeted.

        One contact each, however many days and public holidays a feast has.
        """
        self.env["export.crm.feast"].flush_model()
        self.env["export.crm.feast.date"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, kept.id
                  FROM res_partner partner
                  JOIN export_crm_feast feast
                    ON feast.country_id = partner.country_id
                   AND feast.active AND feast.greet
                  JOIN export_crm_feast_date kept ON kept.feast_id = feast.id
                 WHERE partner.id = ANY(%s)
                   AND kept.date_from <= %s
                   AND kept.date_to >= %s
                 ORDER BY partner.id, kept.date_from, kept.id
                """,
                list(partner_ids),
                as_of + timedelta(days=OCCASION_DAYS),
                as_of,
            )
        )
        kept = self.env["export.crm.feast.date"].browse(
            sorted({row[1] for row in rows})
        )
        for partner_id, days_id in rows:
            days = kept.browse(days_id).with_prefetch(kept._prefetch_ids)
            yield calc.Event(
                "occasion",
                "res.partner",
                partner_id,
                partner_id,
                None,
                days.date_from,
                occasion="holiday",
                title=days.feast_id.name,
                feast_id=days.feast_id.id,
                greet_by=days.greet_by,
                cycle=days._cycle(),
            )

    @api.model
    def _events_warnings(self, company, partner_ids, as_of):
        """Return the customers that an open warning wants contacted.

        The warning is the only thing that wakes somebody up. A customer with
        several warnings is contacted once.
        """
        # sudo: the pipeline looks after all customers
        warnings = self.env["export.crm.warning"].sudo()
        wanting = warnings._warnings_wanting_contact(company)
        standing = self._standing_wake_ups(company, partner_ids)
        found = [
            self._wake_up(warnings.browse(warning_id), partner_id, as_of, "answered")
            for partner_id, warning_id in standing.items()
            if warning_id not in wanting._ids
        ]
        members = dict.fromkeys(partner_ids)
        for warning in wanting:
            partner_id = warning.partner_id.id
            if partner_id not in members:
                continue
            del members[partner_id]
            # Another one, more serious by now, is the same contact.
            first = warning.browse(standing.get(partner_id)) & wanting or warning
            found.append(self._wake_up(first, partner_id, as_of))
        return found

    @api.model
    def _standing_wake_ups(self, company, partner_ids):
        """Return ``{partner id: warning id}`` of wake-ups that are still to come."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, MIN(res_id) FROM export_crm_followup
                 WHERE company_id = %s AND partner_id = ANY(%s)
                   AND trigger = 'no_contact' AND state IN ('planned', 'scheduled')
                 GROUP BY partner_id
                """,
                company.id,
                list(partner_ids),
            )
        )
        return dict(rows)

    @api.model
    def _wake_up(self, warning, partner_id, as_of, dead=None):
        there = warning.exists()
        return calc.Event(
            "no_contact",
            warning._name,
            warning.id,
            partner_id,
            None,
            there.date or as_of,
            title=there and (there.summary or there.display_name) or None,
            dead=dead,
        )
