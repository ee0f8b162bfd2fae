from . import test_credit_guard, test_credit_hold, test_credit_tour
from . import test_lateness_property, test_lateness_sql
