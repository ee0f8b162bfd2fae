from . import (
    test_tier_formula,
    test_tier_grading,
    test_tier_order,
    test_tier_override,
    test_tier_policy,
    test_tier_scores,
    test_tier_tour,
    test_tier_upgrade,
)
