from . import test_credit_tour, test_lateness_sql
