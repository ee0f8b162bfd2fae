from odoo.tools.sql import column_exists

# Steps of 19.0.1.0 with an own number that the service policies have now: the step,
# the tiers whose policy gets its hours (None: all), the policy's field.
HOURS = (
    ("export_crm_step_first_reply", None, "inquiry_hours"),
    ("export_crm_step_sample_send", None, "sample_hours"),
    ("export_crm_step_payment_agreed", None, "payment_hours"),
    ("export_crm_step_shipment_news", None, "shipment_hours"),
    ("export_crm_step_order_schedule_a", "A", "order_hours"),
    ("export_crm_step_order_schedule_b", "B", "order_hours"),
    ("export_crm_step_order_schedule_c", "C", "order_hours"),
)
# Rhythms are taken over only where nobody has changed them.
RHYTHMS = (
    ("export_crm_step_a_director", 1, "months"),
    ("export_crm_step_b_review", 2, "weeks"),
    ("export_crm_step_c_paper", 3, "months"),
)
ONE = "export_crm_step_order_schedule"


def migrate(cr, _version):
    """Bring what 19.0.1.0 has stored into the form of this version."""
    # Explanations in an older form: the next night renews them.
    cr.execute("UPDATE export_crm_account SET tier_lines = NULL, health_lines = NULL")
    _keep_costs(cr)
    _move_hours(cr)
    _join_order_steps(cr)


def _keep_costs(cr):
    """What an action costs was one number for all; it is one in each currency now."""
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


def _step_id(cr, name):
    cr.execute(
        "SELECT res_id FROM ir_model_data WHERE module = 'export_crm' AND name = %s",
        [name],
    )
    return (cr.fetchone() or [None])[0]


def _move_hours(cr):
    """Hours of the default plans go to the policies, which alone have them now."""
    for name, tier, field in HOURS:
        step_id = _step_id(cr, name)
        # Field names are this file's own.
        cr.execute(
            f"""
            UPDATE export_crm_tier_policy policy SET {field} = step.export_delay_hours
              FROM mail_activity_plan_template step, export_crm_tier tier
             WHERE step.id = %s AND step.export_delay_hours > 0
               AND tier.id = policy.tier_id AND policy.company_id IS NULL
               AND (%s IS NULL OR tier.code = %s)
            """,  # noqa: S608
            [step_id, tier, tier],
        )
        cr.execute(
            """
            UPDATE mail_activity_plan_template
               SET export_promise = %s, export_delay_hours = 0
             WHERE id = %s AND export_delay_hours > 0
            """,
            [field, step_id],
        )
    for name, count, unit in RHYTHMS:
        cr.execute(
            """
            UPDATE mail_activity_plan_template SET export_promise = 'contact_days'
             WHERE id = %s AND delay_count = %s AND delay_unit = %s
            """,
            [_step_id(cr, name), count, unit],
        )


def _join_order_steps(cr):
    """Of three steps that differed in their hours, one is enough."""
    old = [_step_id(cr, f"{ONE}_{tier}") for tier in "abc"]
    old = [step_id for step_id in old if step_id]
    new = _step_id(cr, ONE)
    if not old or not new:
        return
    cr.execute(
        "UPDATE export_crm_followup SET template_id = %s WHERE template_id = ANY(%s)",
        [new, old],
    )
    cr.execute("DELETE FROM mail_activity_plan_template WHERE id = ANY(%s)", [old])
    cr.execute(
        """
        DELETE FROM ir_model_data
         WHERE module = 'export_crm' AND model = 'mail.activity.plan.template'
           AND res_id = ANY(%s)
        """,
        [old],
    )
