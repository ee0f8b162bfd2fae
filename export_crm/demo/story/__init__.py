"""The demo story, told with real documents.

Only the demo data imports this package (``res.company._export_tell_story``): no
production registry knows it. ``script*.py`` is what is told, the other modules tell it.
"""

from .check import Check
from .claims import Claims
from .contact import Contact
from .credit import Credit
from .followups import Followups
from .health import Health
from .invoices import Invoices
from .ledgers import Ledgers
from .orders import Orders
from .talk import Talk
from .tiers import Tiers


class Story(
    Followups,
    Health,
    Tiers,
    Contact,
    Talk,
    Orders,
    Ledgers,
    Invoices,
    Credit,
    Check,
    Claims,
):
    """Everything that is told; what comes first here is asked first."""
