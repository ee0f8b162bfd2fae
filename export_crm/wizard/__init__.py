from . import (
    base_partner_merge,
    base_partner_merge_followup,
    export_crm_claim_merge,
    export_crm_claim_reply_send,
    export_crm_credit_hold_decide,
    export_crm_credit_hold_preview,
    export_crm_followup_next,
    export_crm_warning_dismiss,
    mail_activity_schedule,
)
