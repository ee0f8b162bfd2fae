from . import export_crm_warning_dismiss
