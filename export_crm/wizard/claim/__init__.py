from . import (
    export_crm_claim_merge,
    export_crm_claim_reply_send,
)
