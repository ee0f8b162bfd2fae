from . import (
    export_crm_nonworking_day,
    res_company,
    res_config_settings,
    res_country,
)
