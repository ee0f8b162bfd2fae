"""What the pipeline decides without a database: steps, phases, due, bisection."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

#: Customers marked by an event, judged within a minute.
RUN_DIRTY = "dirty"
#: All customers, once per company-local day: due dates pass without an event.
RUN_CHECK = "check"
#: All customers, every figure, once per company-local night.
RUN_NIGHTLY = "nightly"
ALL_RUNS = frozenset({RUN_DIRTY, RUN_CHECK, RUN_NIGHTLY})


@dataclass(frozen=True)
class Step:
    """One step of the pipeline.

    :ivar code: stable key, stored on job rows and errors
    :ivar label: what people read
    :ivar model: name of the model that has the method
    :ivar method: private method; ``(company, partner_ids, as_of)``, or
        ``(company, as_of)`` for a company-wide step
    :ivar runs: the runs that the step takes part in
    :ivar company_wide: once per pass instead of once per batch
    """

    code: str
    label: str
    model: str
    method: str
    runs: frozenset = ALL_RUNS
    company_wide: bool = False


class SystemicError(Exception):
    """A step fails for everybody: its own fault, not that of a customer.

    :ivar step: code of the step, once known
    """

    def __init__(self, message: str, step: str | None = None):
        super().__init__(message)
        self.step = step


def phases(steps: Iterable[Step], run: str) -> list[tuple[Step, ...]]:
    """Cut the steps of a run into phases.

    Neighbouring batch steps share a walk over the customers; a company-wide step
    is a phase of its own: it needs all customers before it, and those after it
    need its result. Marked customers get the batch steps only.

    >>> facts = Step("facts", "Facts", "m", "f")
    >>> tier = Step("tier", "Tier", "m", "t")
    >>> rank = Step("rank", "Rank", "m", "r", company_wide=True)
    >>> credit = Step("credit", "Credit", "m", "c", runs=frozenset({RUN_CHECK}))
    >>> todo = [facts, rank, tier, credit]
    >>> [[s.code for s in phase] for phase in phases(todo, RUN_NIGHTLY)]
    [['facts'], ['rank'], ['tier']]
    >>> [[s.code for s in phase] for phase in phases(todo, RUN_DIRTY)]
    [['facts', 'tier']]
    >>> [[s.code for s in phase] for phase in phases(todo, RUN_CHECK)]
    [['facts'], ['rank'], ['tier', 'credit']]
    """
    found: list[list[Step]] = []
    for step in steps:
        if run not in step.runs or (run == RUN_DIRTY and step.company_wide):
            continue
        if found and not (step.company_wide or found[-1][-1].company_wide):
            found[-1].append(step)
        else:
            found.append([step])
    return [tuple(phase) for phase in found]


def is_due(now: datetime, hour: int, done: date | None) -> bool:
    """Tell whether the day's pass has to start or be made up for.

    :param now: the company's local time
    :param hour: local hour from which the pass may run
    :param done: as-of date of the last finished pass

    >>> is_due(datetime(2025, 3, 1, 1, 59), 2, date(2025, 2, 28))
    False
    >>> is_due(datetime(2025, 3, 1, 2, 0), 2, date(2025, 2, 28))
    True
    >>> is_due(datetime(2025, 3, 1, 14, 0), 2, date(2025, 3, 1))
    False
    >>> is_due(datetime(2025, 3, 1, 2, 0), 2, None)
    True
    """
    return now.hour >= hour and (done is None or done < now.date())


def next_due(now: datetime, hour: int, done: date | None) -> datetime:
    """Return the naive local time at which the pass is due next (now: at once).

    >>> next_due(datetime(2025, 3, 1, 14, 0), 2, date(2025, 3, 1))
    datetime.datetime(2025, 3, 2, 2, 0)
    >>> next_due(datetime(2025, 3, 1, 1, 0), 2, date(2025, 2, 28))
    datetime.datetime(2025, 3, 1, 2, 0)
    >>> next_due(datetime(2025, 3, 1, 9, 0), 2, date(2025, 2, 28))
    datetime.datetime(2025, 3, 1, 9, 0)
    """
    now = now.replace(tzinfo=None)
    if is_due(now, hour, done):
        return now
    day = now.date()
    if done is not None and done >= day:
        day = done + timedelta(days=1)
    return datetime.combine(day, time(hour))


def local_to_utc(local: datetime, zone: tzinfo) -> datetime:
    """Return a naive local time of a ``pytz`` zone as naive UTC.

    A time that the clocks skip or repeat is taken as standard time.
    """
    aware = zone.localize(local, is_dst=False)
    return (aware - aware.utcoffset()).replace(tzinfo=None)


def set_aside(
    ids: Sequence[int],
    attempt: Callable[[Sequence[int]], None],
    passthrough: tuple[type[BaseException], ...] = (),
    give_up_after: int = 25,
) -> dict[int, Exception]:
    """Do the work for all ids; halve what fails until the bad ones stand alone.

    :param ids: records of the batch
    :param attempt: does the work for some ids, all or nothing (a savepoint);
        raises when it can't
    :param passthrough: errors that say nothing about a record (serialization,
        lost connection): raised at once
    :param give_up_after: so many bad ones and not one good: the step is broken
    :return: the error of each bad id; all others are done
    :raise SystemicError: nobody could be done

    >>> def invert(ids):
    ...     for number in ids:
    ...         1 / number
    >>> set_aside([4, 0, 5, 7], invert)
    {0: ZeroDivisionError('division by zero')}
    >>> calls = []
    >>> set_aside(range(1000), lambda ids: calls.append(len(ids)))
    {}
    >>> calls
    [1000]
    """
    bad: dict[int, Exception] = {}
    succeeded = False
    stack = [ids]
    while stack:
        part = stack.pop()
        if not part:
            continue
        try:
            attempt(part)
            succeeded = True
        except passthrough:
            raise
        except Exception as error:
            if len(part) > 1:
                middle = len(part) // 2
                stack += [part[middle:], part[:middle]]
                continue
            bad[part[0]] = error
            if not succeeded and len(bad) >= give_up_after:
                raise SystemicError(str(error)) from error
    return bad
