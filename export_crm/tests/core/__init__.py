from . import (
    test_core_branch_migration,
    test_core_dirty,
    test_core_end_to_end,
    test_core_intern,
    test_core_job_error,
    test_core_job_screen,
    test_core_menus,
    test_core_pipeline,
    test_core_readable,
    test_core_roles,
    test_core_translations,
    test_phone_tour,
)
