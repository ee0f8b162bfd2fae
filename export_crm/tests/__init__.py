from . import (
    test_core_dirty,
    test_core_job_error,
    test_core_job_screen,
    test_core_pipeline,
    test_credit_guard,
    test_credit_hold,
    test_credit_tour,
)
