"""Groups of fields that lead to records of a domain, or count them: its readers.

Rules say which of the records a reader gets.
"""

SALES = "export_crm.export_crm_group_user"
#: Customers' accounts, follow-ups, holds, promises, disputes.
ACCOUNT_READERS = f"{SALES},export_crm.export_crm_group_credit_controller"
CLAIM_READERS = f"{SALES},export_crm.export_crm_group_claims_department"
#: Payments, as Odoo has it.
LEDGER_READERS = "account.group_account_readonly,account.group_account_invoice"
#: What a customer owes, and what is left of its limit.
FIGURES = f"export_crm.export_crm_group_credit_controller,{LEDGER_READERS}"
