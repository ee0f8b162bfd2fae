from . import (
    base_partner_merge_followup,
    export_crm_followup_next,
    mail_activity_schedule,
)
