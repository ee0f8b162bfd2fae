from . import test_credit_guard, test_credit_hold, test_credit_tour
from . import (
    test_lateness_marks,
    test_lateness_nonworking,
    test_lateness_property,
    test_lateness_pure,
    test_lateness_run,
    test_lateness_sql,
)
