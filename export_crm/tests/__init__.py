from . import (
    test_core_dirty,
    test_core_job_error,
    test_core_job_screen,
    test_core_pipeline,
)
from . import test_credit_guard, test_credit_hold, test_credit_tour
from . import (
    test_facts_access,
    test_facts_contact,
    test_facts_ledger,
    test_facts_refresh,
    test_facts_tour,
    test_facts_trade,
    test_facts_views,
)
from . import test_tier_scores
from . import test_lateness_property, test_lateness_sql
