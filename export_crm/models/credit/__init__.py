from . import (
    account_move,
    credit_instalment_mixin,
    export_crm_credit_dispute,
    export_crm_credit_evidence,
    export_crm_credit_gate,
    export_crm_credit_hold,
    export_crm_credit_promise,
    export_crm_credit_release,
    export_crm_credit_rule,
    pipeline,
    res_partner,
    sale_order,
)
