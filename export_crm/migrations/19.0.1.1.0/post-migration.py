from odoo.tools.sql import column_exists


def migrate(cr, _version):
    """Renew explanations in the form of 19.0.1.0; keep what an action costs."""
    # Explanations in the old form are forgotten; the next night renews them.
    cr.execute("UPDATE export_crm_account SET tier_lines = NULL, health_lines = NULL")
    # The cost was one number for all companies; it is in each company's currency now.
    if not column_exists(cr, "export_crm_action_rule", "cost"):
        return
    cr.execute(
        """
        UPDATE export_crm_action_rule rule SET unit_cost = known.costs
          FROM (
               SELECT r.id, jsonb_object_agg(c.id::text, r.cost) AS costs
                 FROM export_crm_action_rule r
                 JOIN res_company c ON r.company_id IS NULL OR c.id = r.company_id
                WHERE r.cost <> 0
                GROUP BY r.id
               ) known
         WHERE known.id = rule.id
        """
    )
