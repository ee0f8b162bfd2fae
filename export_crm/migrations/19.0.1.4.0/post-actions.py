"""Action rules that came with the product know holds, claims and warnings."""

WHEN = {
    "action_rule_call": "when_warned",
    "action_rule_terms": "when_held, when_claiming",
    "action_rule_apology": "when_held, when_claiming",
}


def migrate(cr, version):
    """Set what the shipped rules say now; those of the company stay as they are."""
    if not version:
        return
    for name, columns in WHEN.items():
        cr.execute(
            f"""
            UPDATE export_crm_action_rule rule
               SET ({columns}) = ROW({", ".join("TRUE" for _c in columns.split(","))})
              FROM ir_model_data data
             WHERE data.module = 'export_crm' AND data.name = %s
               AND data.model = 'export.crm.action.rule' AND data.res_id = rule.id
            """,  # names of columns, no input
            [name],
        )
