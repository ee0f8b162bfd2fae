from . import (
    export_crm_credit_hold_decide,
    export_crm_credit_hold_preview,
    export_crm_credit_request_decide,
)
