from . import test_credit_guard, test_credit_hold, test_credit_tour
from . import test_credit_tour
from . import test_facts_ledger
from . import test_facts_refresh
from . import test_facts_trade
