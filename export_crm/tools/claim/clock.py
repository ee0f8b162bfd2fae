"""Clocks of a claim: deadlines from an append-only log, pure functions, no database.

A clock is a function of three things only: the events of one milestone in one cycle,
the target that was promised (a snapshot of the policy, carried by the events), and
the times in which the company works. All datetimes are naive UTC.

>>> from datetime import datetime, timedelta
>>> day = datetime(2026, 3, 2)                      # a Monday
>>> start = Event(day.replace(hour=9), START, target=Target(24.0, ELAPSED))
>>> clock = read([start], ALWAYS, day.replace(hour=21))
>>> clock.state, clock.deadline.isoformat(), clock.remaining / 3600
('running', '2026-03-03T09:00:00', 12.0)

A pause moves the deadline by its length; while it lasts there is none.

>>> pause = Event(day.replace(hour=10), PAUSE, reason="customer")
>>> read([start, pause], ALWAYS, day.replace(hour=21)).deadline is None
True
>>> resume = Event(day.replace(hour=12), RESUME)
>>> read([start, pause, resume], ALWAYS, day.replace(hour=21)).deadline.isoformat()
'2026-03-03T11:00:00'

What was met stays met, and what comes after it changes nothing.

>>> met = Event(day.replace(hour=13), MET)
>>> late = Event(day.replace(day=9), PAUSE)
>>> read([start, met, late], ALWAYS, day.replace(day=30)).state
'met'
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, timedelta

START = "start"
RETARGET = "retarget"
PAUSE = "pause"
RESUME = "resume"
MET = "met"
STOP = "stop"
CANCELLED = "cancelled"
REOPENED = "reopened"
KINDS = (START, RETARGET, PAUSE, RESUME, MET, STOP, CANCELLED, REOPENED)

ELAPSED = "elapsed"
WORKING = "working"

RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
ENDS = {MET: MET, STOP: STOPPED, CANCELLED: CANCELLED}


@dataclass(frozen=True)
class Target:
    """What was promised: ``hours`` of elapsed or working time, or a moment ``due``."""

    hours: float = 0.0
    basis: str = ELAPSED
    due: datetime | None = None


@dataclass(frozen=True)
class Event:
    """One row of the log. ``target`` comes with start, reopened and retarget."""

    at: datetime
    kind: str
    reason: str = ""
    target: Target | None = None


@dataclass(frozen=True)
class Clock:
    """How a milestone stands.

    ``state`` running, paused, met, stopped, cancelled, or none (never started);
    ``deadline`` None while paused; ``used``, ``remaining`` in seconds of the target's
    own kind of time (remaining is negative when late, None without a start);
    ``breached_at`` the moment at which the time was up before the milestone was met.
    """

    state: str = "none"
    deadline: datetime | None = None
    used: float = 0.0
    remaining: float | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    breached_at: datetime | None = None
    target: Target | None = None
    lines: tuple = ()

    @property
    def late(self):
        """Tell whether the time was up before the milestone was met."""
        return self.breached_at is not None


class Schedule:
    """Times in which a company works: sorted, disjoint ``(from, to)``, naive UTC.

    Beyond its last interval nothing is known; :meth:`add` says so with None, and the
    caller asks for more. ``fallback`` marks the schedule of a company whose calendar
    has no working time at all: every hour counts then, so that there is a deadline.

    >>> monday = datetime(2026, 3, 2)
    >>> week = Schedule([(monday + timedelta(days=n, hours=9),
    ...                   monday + timedelta(days=n, hours=17)) for n in range(5)])
    >>> week.add(monday.replace(hour=16), 2 * 3600).isoformat()
    '2026-03-03T10:00:00'
    >>> week.between(monday.replace(hour=12), monday.replace(day=3, hour=10)) / 3600
    6.0
    >>> week.add(monday, 999 * 3600) is None
    True
    """

    def __init__(self, intervals=(), fallback=False):
        self.intervals = merge(intervals)
        self.fallback = fallback or not self.intervals
        self._ends = [end for _begin, end in self.intervals]
        # Working seconds before each interval, so that a look-up costs O(log n).
        self._before, total = [], 0.0
        for begin, end in self.intervals:
            self._before.append(total)
            total += (end - begin).total_seconds()
        self.total = total

    def _until(self, moment):
        """Return the working seconds before ``moment``."""
        index = bisect_left(self._ends, moment)
        if index == len(self._ends):
            return self.total
        begin = self.intervals[index][0]
        return self._before[index] + max((moment - begin).total_seconds(), 0.0)

    def between(self, begin, end):
        """Return the working seconds from ``begin`` to ``end`` (0.0 if not after)."""
        if self.fallback:
            return max((end - begin).total_seconds(), 0.0)
        return max(self._until(end) - self._until(begin), 0.0)

    def add(self, begin, seconds):
        """Return the moment at which ``seconds`` of work have passed since ``begin``.

        None when that lies beyond what is known. Nothing left to pass: ``begin``.
        """
        if seconds <= 0:
            return begin
        if self.fallback:
            return begin + timedelta(seconds=seconds)
        wanted = self._until(begin) + seconds
        if wanted > self.total + 1e-6:
            return None
        low, high = 0, len(self._before)
        while low < high:
            middle = (low + high) // 2
            if self._before[middle] < wanted - 1e-6:
                low = middle + 1
            else:
                high = middle
        index = low - 1
        return self.intervals[index][0] + timedelta(
            seconds=wanted - self._before[index]
        )


def merge(intervals):
    """Return intervals sorted, without empty ones, overlapping ones joined.

    >>> t = datetime(2026, 1, 1)
    >>> h = lambda n: t + timedelta(hours=n)
    >>> merge([(h(3), h(5)), (h(1), h(2)), (h(4), h(6)), (h(7), h(7))]) == [
    ...     (h(1), h(2)), (h(3), h(6))]
    True
    """
    found = []
    for begin, end in sorted(i for i in intervals if i[0] < i[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


#: Every hour counts: the schedule of elapsed time, and of an empty calendar.
ALWAYS = Schedule()


class BeyondSchedule(Exception):
    """The schedule ends before the deadline: fetch more of it and read again."""


@dataclass
class _Hand:
    """The clock while the log is read."""

    schedule: Schedule
    target: Target | None = None
    running_since: datetime | None = None
    started_at: datetime | None = None
    used: float = 0.0
    not_before: datetime | None = None
    breached_at: datetime | None = None
    # The breach of what is promised now; a new promise begins without one.
    passed_at: datetime | None = None
    end: str = ""
    ended_at: datetime | None = None
    lines: list = field(default_factory=list)

    @property
    def hours(self):
        """The schedule of the target's own kind of time."""
        working = self.target and self.target.basis == WORKING
        return self.schedule if working else ALWAYS

    @property
    def left(self):
        return self.target.hours * 3600 - self.used

    def deadline(self, since, share=1.0):
        """Return when ``share`` of the time is used up, if running from ``since``."""
        if self.target.due:
            moment = self.target.due
            if share != 1.0 and self.started_at:
                moment = self.started_at + (moment - self.started_at) * share
        else:
            moment = self.hours.add(since, self.target.hours * 3600 * share - self.used)
            if moment is None:
                raise BeyondSchedule(self.target)
        return max(moment, self.not_before) if self.not_before else moment

    def run_to(self, moment):
        """Let the clock run to ``moment`` and note a breach on the way."""
        if self.running_since is None or moment < self.running_since:
            return
        if self.passed_at is None:
            due = self.deadline(self.running_since)
            if due < moment:
                self.passed_at = due
                self.breached_at = self.breached_at or due
        self.used += self.hours.between(self.running_since, moment)
        self.running_since = moment

    def take(self, event):
        if self.end or (
            self.started_at is None and event.kind not in (START, REOPENED)
        ):
            return
        at = max(event.at, self.running_since or event.at)
        self.run_to(at)
        if event.kind in (START, REOPENED):
            self._start(event)
        elif event.kind == RETARGET and event.target:
            self._retarget(at, event.target)
        elif event.kind == PAUSE:
            self.running_since = None
        elif event.kind == RESUME and self.running_since is None:
            self.running_since = at
        elif event.kind in ENDS:
            self.end, self.ended_at = ENDS[event.kind], at
        self.lines.append((event.at, event.kind, event.reason, self.used))

    def _start(self, event):
        if self.started_at is None:
            self.target = event.target or Target()
            self.started_at = self.running_since = event.at

    def _retarget(self, at, target):
        """Change what is promised: never to a moment before the change."""
        if target.basis != self.target.basis and not target.due:
            schedule = self.schedule if target.basis == WORKING else ALWAYS
            self.used = self._again(schedule, at)
        self.target, self.not_before, self.passed_at = target, at, None

    def _again(self, schedule, at):
        """Return the time used so far, counted in another kind of time."""
        used, since = 0.0, self.started_at
        for moment, kind, _reason, _used in self.lines:
            if kind == PAUSE and since is not None:
                used, since = used + schedule.between(since, moment), None
            elif kind == RESUME and since is None:
                since = moment
        return used + (schedule.between(since, at) if since is not None else 0.0)


def ordered(events):
    """Return events in the order of time; those of one moment as they were logged."""
    return [e for _n, e in sorted(enumerate(events), key=lambda x: (x[1].at, x[0]))]


def _play(events, schedule):
    hand = _Hand(schedule)
    for event in ordered(events):
        hand.take(event)
    return hand


def read(events, schedule, now):
    """Return the :class:`Clock` of one milestone in one cycle at the moment ``now``.

    :param events: list of :class:`Event`, in the order they were logged
    :param Schedule schedule: working times; used for targets in working time only
    :param datetime now: naive UTC
    :raise BeyondSchedule: the schedule doesn't reach the deadline
    """
    hand = _play(events, schedule)
    if hand.started_at is None:
        return Clock()
    state, deadline = RUNNING, None
    if hand.end:
        state = hand.end
        deadline = hand.passed_at or hand.deadline(hand.ended_at)
    elif hand.running_since is None:
        state = PAUSED
    else:
        deadline = hand.passed_at or hand.deadline(hand.running_since)
        hand.run_to(max(now, hand.running_since))
    return Clock(
        state=state,
        deadline=deadline,
        used=hand.used,
        remaining=_remaining(hand, deadline, hand.ended_at or now),
        started_at=hand.started_at,
        ended_at=hand.ended_at,
        breached_at=hand.breached_at,
        target=hand.target,
        lines=tuple(hand.lines),
    )


def _remaining(hand, deadline, moment):
    """Return what is left, in the target's own kind of time; late: negative."""
    if deadline is None:
        return max(hand.left, 0.0) if not hand.target.due else None
    if deadline >= moment:
        return hand.hours.between(moment, deadline)
    return -hand.hours.between(deadline, moment)


def share_moment(events, schedule, share):
    """Return when ``share`` of a running clock's time is used up (None: not running).

    1.0 is the deadline itself, 0.75 three quarters of the time, 1.5 half of it late.

    >>> start = Event(datetime(2026, 3, 2, 8), START, target=Target(24.0))
    >>> [share_moment([start], ALWAYS, s).isoformat() for s in (0.75, 1.0, 1.5)]
    ['2026-03-03T02:00:00', '2026-03-03T08:00:00', '2026-03-03T20:00:00']

    :raise BeyondSchedule: as :func:`read`
    """
    hand = _play(events, schedule)
    if hand.end or hand.running_since is None:
        return None
    return hand.deadline(hand.running_since, share)


def elapsed_hours(clock):
    """Return the hours from start to end on the wall (None: not ended).

    >>> elapsed_hours(Clock()) is None
    True
    """
    if not clock.ended_at:
        return None
    return (clock.ended_at - clock.started_at).total_seconds() / 3600
