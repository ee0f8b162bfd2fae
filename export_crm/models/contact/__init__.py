from . import (
    export_crm_occasion,
    res_country,
    res_partner_time,
    res_partner_channel,
    res_partner_window,
    res_partner_reachable,
)
