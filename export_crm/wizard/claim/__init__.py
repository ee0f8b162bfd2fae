from . import (
    claim_wizard,
    export_crm_claim_merge,
    export_crm_claim_reply_send,
    export_crm_claim_told,
)
