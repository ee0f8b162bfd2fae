from . import (
    export_crm_account,
    facts_contact,
    facts_later,
    facts_ledger,
    facts_refresh,
    facts_trade,
    lateness,
    lateness_ledger,
    lateness_verdict,
    lateness_wire,
    portal_day,
    sale_order,
)
