from . import (
    export_crm_demo,
    demo_check,
    demo_claims,
    demo_credit,
    demo_invoices,
    demo_ledgers,
    demo_orders,
    demo_talk,
    demo_contact,
    demo_tiers,
    demo_health,
    demo_followups,
)
