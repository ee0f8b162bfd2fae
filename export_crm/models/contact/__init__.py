from . import (
    best_hour,
    export_crm_interaction,
    export_crm_logging,
    export_crm_message_mood,
    export_crm_occasion,
    export_crm_account,
    res_country,
    res_partner,
    res_partner_time,
)
