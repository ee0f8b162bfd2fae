"""Which one action is proposed for a customer: pure functions, no database.

Advice that contradicts itself is followed by nobody: of all rules that apply only the
one with the highest priority is proposed, and none that a hold, a late payment or an
open claim makes out of place.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

#: What a customer may be, as :meth:`Choice.fits` asks for it.
HELD, LATE, CLAIMING = "held", "late", "claiming"


class Choice(NamedTuple):
    """A rule that applies to a customer.

    :ivar rule_id: its id
    :ivar priority: value at stake times expected effect; None: unknown
    :ivar offer: something is offered to the customer
    :ivar when_held: makes sense while the customer is on credit hold
    :ivar when_claiming: makes sense while a claim is open
    """

    rule_id: int
    priority: float | None = None
    offer: bool = False
    when_held: bool = False
    when_claiming: bool = False

    def fits(self, standing: Collection[str]) -> bool:
        """Tell whether the action is in place for a customer who is so.

        >>> Choice(1, offer=True).fits({LATE}), Choice(1).fits({LATE})
        (False, True)
        >>> Choice(1).fits({HELD}), Choice(1, when_held=True).fits({HELD, LATE})
        (False, True)
        >>> Choice(1, when_held=True).fits({HELD, CLAIMING})
        False
        """
        if self.offer and standing:
            return False
        return (self.when_held or HELD not in standing) and (
            self.when_claiming or CLAIMING not in standing
        )


def best(choices: Iterable[Choice], standing: Collection[str] = ()) -> Choice | None:
    """Return the action to propose, None if there is none.

    Of equal ones the first; an unknown priority is the lowest.

    >>> best([Choice(1, 10.0), Choice(2, 30.0), Choice(3)]).rule_id
    2
    >>> best([Choice(1, 10.0), Choice(2, 30.0, offer=True)], {LATE}).rule_id
    1
    >>> best([Choice(1, None), Choice(2, 0.0)]).rule_id
    2
    >>> best([Choice(1, 10.0)], {CLAIMING}) is None
    True
    """
    fitting = [choice for choice in choices if choice.fits(standing)]
    return max(
        fitting,
        key=lambda c: -1.0 if c.priority is None else c.priority,
        default=None,
    )
