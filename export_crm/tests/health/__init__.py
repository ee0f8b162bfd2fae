from . import (
    test_demand_pure,
    test_demand_sql,
    test_health_actions,
    test_health_attention,
    test_health_backtest,
    test_health_branch,
    test_health_claims,
    test_health_index,
    test_health_return,
    test_health_tour,
    test_health_warnings,
    test_health_weekly,
)
