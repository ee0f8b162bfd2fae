#: What was shipped as an offer without saying so: (table, external ids).
OFFERS = (
    (
        "export_crm_action_rule",
        ["action_rule_sample", "action_rule_upgrade", "action_rule_wake_up"],
    ),
    ("export_crm_followup_content", ["export_crm_followup_content_upgrade"]),
)


def migrate(cr, _version):
    """Mark the shipped offers: they are not for customers who pay late."""
    for table, names in OFFERS:
        cr.execute(
            f"""
            UPDATE {table} SET is_offer = TRUE
              FROM ir_model_data data
             WHERE data.module = 'export_crm' AND data.name = ANY(%s)
               AND data.res_id = {table}.id
            """,  # pylint: disable=sql-injection; tables of the constant above
            [names],
        )
