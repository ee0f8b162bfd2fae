from . import (
    test_contact_best_hour,
    test_contact_branch,
    test_contact_interaction,
    test_contact_logging,
    test_contact_message_mood,
    test_contact_partner,
    test_contact_time_pure,
    test_contact_tour,
)
