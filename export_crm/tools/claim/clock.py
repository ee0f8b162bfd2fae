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

A promise is never loosened: what is promised anew counts where it ends earlier.

>>> longer = Event(day.replace(hour=12), RETARGET, target=Target(72.0, ELAPSED))
>>> read([start, longer], ALWAYS, day.replace(hour=21)).deadline.isoformat()
'2026-03-03T09:00:00'

What was met stays met, and what comes after it changes nothing, but that what met it
reached nobody (:data:`UNMET`, at the moment of what it takes back).

>>> met = Event(day.replace(hour=13), MET)
>>> late = Event(day.replace(day=9), PAUSE)
>>> read([start, met, late], ALWAYS, day.replace(day=30)).state
'met'
>>> bounced = Event(met.at, UNMET)
>>> read([start, met, bounced], ALWAYS, day.replace(hour=21)).state
'running'

Claims that are merged bring their logs along, each as a *strand* of its own until it
was joined; from there on what happens, happens to all of them. Together they have the
earliest start, the earliest promise and every breach, whatever was merged into what.
An answer that was given on another one of them meets the clock at its own time; a
breach that was one by then stays (:data:`BREACHED`).

>>> older = Event(day.replace(hour=1), START, target=Target(24.0), strand=(7, 1))
>>> log = [start, older, Event(day.replace(hour=12), JOINED, strand=(7, 1))]
>>> both = read(log, ALWAYS, day.replace(hour=21))
>>> both.started_at.hour, both.deadline.isoformat()
(1, '2026-03-03T01:00:00')
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
UNMET = "unmet"
JOINED = "joined"
BREACHED = "breached"
KINDS = (
    *(START, RETARGET, PAUSE, RESUME, MET, STOP, CANCELLED, REOPENED),
    *(UNMET, JOINED, BREACHED),
)

ELAPSED = "elapsed"
WORKING = "working"

RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
ENDS = {MET: MET, STOP: STOPPED, CANCELLED: CANCELLED}


@dataclass(frozen=True)
class Target:
    """What was promised: ``hours`` of elapsed or working time, or a moment ``due``.

    ``calendar``: the key of the working times that it is counted in.
    """

    hours: float = 0.0
    basis: str = ELAPSED
    due: datetime | None = None
    calendar: tuple = ()


@dataclass(frozen=True)
class Event:
    """One row of the log. ``target`` comes with start, reopened and retarget.

    ``strand``: the merged claim, and its cycle, that it happened to; (): this one.
    """

    at: datetime
    kind: str
    reason: str = ""
    target: Target | None = None
    strand: tuple = ()


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

    def of(self, target):
        """Return the times that a target is counted in: these, or every hour."""
        return self if target.basis == WORKING else ALWAYS

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
    """One strand of the clock while its log is read."""

    schedule: Schedule
    # (target, moment before which it can't end) of everything that was promised.
    promises: list = field(default_factory=list)
    # (from, to) of the times in which the clock has run.
    spans: list = field(default_factory=list)
    running_since: datetime | None = None
    started_at: datetime | None = None
    breached_at: datetime | None = None
    end: str = ""
    ended_at: datetime | None = None

    def used(self, target):
        """Return the seconds used so far, in the target's own kind of time."""
        hours = self.schedule.of(target)
        return sum(hours.between(begin, end) for begin, end in self.spans)

    def binding(self, since, share=1.0):
        """Return ``(deadline, target)`` of the promise that ends first.

        :param datetime since: from when on the clock runs
        :param float share: of the time that was promised
        """
        found = [
            (self._moment(promise, since, share), promise[0])
            for promise in self.promises
        ]
        return min(found, key=lambda one: one[0])

    def _moment(self, promise, since, share):
        target, not_before = promise
        if target.due:
            moment = target.due
            if share != 1.0:
                moment = self.started_at + (moment - self.started_at) * share
        else:
            left = target.hours * 3600 * share - self.used(target)
            moment = self.schedule.of(target).add(since, left)
            if moment is None:
                raise BeyondSchedule(target)
        return max(moment, not_before) if not_before else moment

    def deadline(self):
        """Return the deadline: it stays where it was once it has passed."""
        if self.breached_at:
            return self.breached_at
        return self.binding(self.ended_at or self.running_since)[0]

    def run_to(self, moment):
        """Let the clock run to ``moment`` and note a breach on the way."""
        if self.running_since is None or moment < self.running_since:
            return
        if self.breached_at is None:
            due = self.binding(self.running_since)[0]
            if due < moment:
                self.breached_at = due
        self.spans.append((self.running_since, moment))
        self.running_since = moment

    def take(self, event):
        if event.kind == UNMET:
            self._take_back(event)
        elif event.kind == BREACHED and self.started_at:
            self.breached_at = min(self.breached_at or event.at, event.at)
        if self.end or (
            self.started_at is None and event.kind not in (START, REOPENED)
        ):
            return
        at = max(event.at, self.running_since or event.at)
        self.run_to(at)
        if event.kind in (START, REOPENED):
            self._start(event)
        elif event.kind == RETARGET and event.target:
            # Never to a moment before the change.
            self.promises.append((event.target, at))
        elif event.kind == PAUSE:
            self.running_since = None
        elif event.kind == RESUME and self.running_since is None:
            self.running_since = at
        elif event.kind in ENDS:
            self.end, self.ended_at = ENDS[event.kind], at

    def _start(self, event):
        if self.started_at is None:
            self.promises = [(event.target or Target(), None)]
            self.started_at = self.running_since = event.at

    def _take_back(self, event):
        """What met it reached nobody: go on as if it had not happened."""
        if self.end == MET and self.ended_at == event.at:
            self.end, self.ended_at = "", None


def ordered(events):
    """Return events in the order of time; those of one moment as they were logged."""
    return [e for _n, e in sorted(enumerate(events), key=lambda x: (x[1].at, x[0]))]


def _play(events, schedule):
    hand = _Hand(schedule)
    for event in ordered(events):
        hand.take(event)
    return hand


def strands(events):
    """Return the strands of a log: the claim's own one, and those that joined it."""
    return [(), *dict.fromkeys(e.strand for e in events if e.strand)]


def strand_log(events, strand):
    """Return the events that concern a strand, in the order they were logged.

    A merged claim has its own ones, then those of the claim that it joined. What
    waited alone goes on, where the other claim does; what was over for the other claim
    when they were merged is over for both.
    """
    own = [event for event in events if not event.strand]
    if not strand:
        return own
    mine = [e for e in events if e.strand == strand and e.kind != JOINED]
    number, joined = next(
        (number, event)
        for number, event in enumerate(events)
        if event.strand == strand and event.kind == JOINED
    )
    # Which way it stands depends on no schedule.
    before = _play([e for e in events[:number] if not e.strand], ALWAYS)
    if before.end:
        mine.append(Event(joined.at, STOP))
    elif before.running_since and not _play(mine, ALWAYS).running_since:
        mine.append(Event(joined.at, RESUME))
    return mine + [event for event in events[number:] if not event.strand]


def _hands(events, schedule):
    """Return a hand per strand that was started; the claim's own one first."""
    hands = [_play(strand_log(events, one), schedule) for one in strands(events)]
    return [hand for hand in hands if hand.started_at]


def read(events, schedule, now):
    """Return the :class:`Clock` of one milestone in one cycle at the moment ``now``.

    :param events: list of :class:`Event`, in the order they were logged
    :param Schedule schedule: working times; used for targets in working time only
    :param datetime now: naive UTC
    :raise BeyondSchedule: the schedule doesn't reach the deadline
    """
    hands = _hands(events, schedule)
    if not hands:
        return Clock()
    live = [hand for hand in hands if not hand.end]
    running = [hand for hand in live if hand.running_since]
    deadline = None
    if running or not live:
        shown = min(running or hands, key=lambda hand: hand.deadline())
        deadline = shown.deadline()
    else:
        shown = min(live, key=lambda hand: hand.binding(now)[0])
    # Among strands that are over the claim's own one says how.
    last = hands[0] if not live else None
    target = shown.binding(shown.ended_at or shown.running_since or now)[1]
    for hand in running:
        hand.run_to(max(now, hand.running_since))
    breaches = [hand.breached_at for hand in hands if hand.breached_at]
    return Clock(
        state=last.end if last else RUNNING if running else PAUSED,
        deadline=deadline,
        used=shown.used(target),
        remaining=_remaining(shown, target, deadline, shown.ended_at or now),
        started_at=min(hand.started_at for hand in hands),
        ended_at=last.ended_at if last else None,
        breached_at=min(breaches, default=None),
        target=target,
    )


def _remaining(hand, target, deadline, moment):
    """Return what is left, in the target's own kind of time; late: negative."""
    hours = hand.schedule.of(target)
    if deadline is None:
        if target.due:
            return None
        return max(target.hours * 3600 - hand.used(target), 0.0)
    if deadline >= moment:
        return hours.between(moment, deadline)
    return -hours.between(deadline, moment)


def share_moment(events, schedule, share):
    """Return when ``share`` of a running clock's time is used up (None: not running).

    1.0 is the deadline itself, 0.75 three quarters of the time, 1.5 half of it late.

    >>> start = Event(datetime(2026, 3, 2, 8), START, target=Target(24.0))
    >>> [share_moment([start], ALWAYS, s).isoformat() for s in (0.75, 1.0, 1.5)]
    ['2026-03-03T02:00:00', '2026-03-03T08:00:00', '2026-03-03T20:00:00']

    :raise BeyondSchedule: as :func:`read`
    """
    moments = [
        hand.binding(hand.running_since, share)[0]
        for hand in _hands(events, schedule)
        if not hand.end and hand.running_since
    ]
    return min(moments, default=None)


def elapsed_hours(clock):
    """Return the hours from start to end on the wall (None: not ended).

    >>> elapsed_hours(Clock()) is None
    True
    """
    if not clock.ended_at:
        return None
    return (clock.ended_at - clock.started_at).total_seconds() / 3600
