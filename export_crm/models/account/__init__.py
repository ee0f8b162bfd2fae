from . import (
    export_crm_account,
    facts_contact,
    facts_later,
    facts_ledger,
    facts_refresh,
    facts_trade,
    portal_day,
    sale_order,
)
