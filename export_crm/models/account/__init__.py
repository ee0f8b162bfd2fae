from . import export_crm_account
