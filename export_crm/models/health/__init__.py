from . import export_crm_account, res_partner
