from . import export_crm_account, export_crm_tier, res_partner
