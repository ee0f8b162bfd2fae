"""Random search with hypothesis: it looks for disagreement, and for nothing else.

What has to be covered is constructed, in a table or an ``@example``.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

# A long search: EXPORT_CRM_EXAMPLES=500, with new cases every time.
EXAMPLES = int(os.environ.get("EXPORT_CRM_EXAMPLES", 0))

# Constants from the source of all loaded modules are drawn, too, so that examples
# would be others with other add-ons; reading all of Odoo takes half a minute.
providers._get_local_constants = lambda: providers._local_constants


def searched(examples):
    """Return a decorator: so many examples, the same everywhere and in each run."""
    return settings(
        max_examples=EXAMPLES or examples,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        # Shrinking a failure takes minutes; the assertion names the case anyway.
        phases=(Phase.explicit, Phase.generate),
        # A busy machine is slow, not wrong.
        suppress_health_check=list(HealthCheck),
    )
