from . import (
    base_partner_merge,
    export_crm_credit_hold_decide,
    export_crm_credit_hold_preview,
    export_crm_followup_next,
    mail_activity_schedule,
)
