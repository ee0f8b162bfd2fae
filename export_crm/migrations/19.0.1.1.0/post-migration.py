def migrate(cr, _version):
    """Forget explanations in the form of 19.0.1.0; the next night renews them."""
    cr.execute("UPDATE export_crm_account SET tier_lines = NULL, health_lines = NULL")
