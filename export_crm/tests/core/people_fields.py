"""The stored fields of ours that people may write (or create a record with), by model.

A field that isn't here is the system's: it has to be ``readonly``. Some that are here
are guarded further by ``create`` and ``write`` of their model: what a hold, a release
or an override begins with is never changed, a claim's opening only comes with it.
"""

PEOPLE = {
    "account.payment": "export_order_id",
    "crm.team": "export_coordinator_ids",
    "export.crm.action.rule": (
        "active company_id condition effect is_offer name role sequence template_id "
        "text unit_cost value_field when_claiming when_held when_warned"
    ),
    "export.crm.backtest": "company_id date limit",
    "export.crm.backtest.bin": "backtest_id",
    "export.crm.backtest.line": "backtest_id",
    "export.crm.card": (
        "action_id counted description group_ids icon name page sequence"
    ),
    "export.crm.claim": (
        "active answer category_id channel company_id complexity department_id "
        "description email_from external_ref invoice_id linked_ids "
        "meeting_url next_update_at opened_at order_id partner_id pause_reason_id "
        "phone picking_id priority_override priority_reason promised service_level "
        "speaker_ids stage_id title user_id wanted wanted_note"
    ),
    "export.crm.claim.category": (
        "active code department_id expert_ids goods name parent_id photos_required "
        "portal procedure self_help sequence severity_id"
    ),
    "export.crm.claim.criterion": "active code name sequence",
    "export.crm.claim.department": (
        "active code company_id director_id leader_id manager_id "
        "member_ids name sequence"
    ),
    "export.crm.claim.escalation.rule": (
        "active amount category_ids cycle level name percent role service_level trigger"
    ),
    "export.crm.claim.line": (
        "amount claim_id invoice_line_id lot_id move_id name product_id quantity "
        "rejected sale_line_id sequence uom_id"
    ),
    "export.crm.claim.oncall": "company_id date_from date_to department_id user_id",
    "export.crm.claim.option": "criterion_id floor_severity_id name points",
    "export.crm.claim.pause.reason": (
        "active code name pause_plan pause_resolution pause_response "
        "resume_on_reply sequence"
    ),
    "export.crm.claim.policy": (
        "active basis calendar_id company_id plan_hours resolution_hours "
        "response_hours severity_id tier_id"
    ),
    "export.crm.claim.priority": "active level severity_id tier_factor tier_id",
    "export.crm.claim.reply": (
        "active body category_id disclosure name sequence subject"
    ),
    "export.crm.claim.score": "claim_id criterion_id option_id",
    "export.crm.claim.severity": "active code color min_score name points",
    "export.crm.claim.stage": (
        "active customer_name fold name pause_reason_id sequence state"
    ),
    "export.crm.credit.dispute": "amount move_line_id reason",
    "export.crm.credit.hold": (
        "company_id cover_passes note partner_id review_date rule_id user_id"
    ),
    "export.crm.credit.promise": "move_line_id promised_date reason",
    "export.crm.credit.release": (
        "amount_limit date_until hold_id order_amount order_id reason scope"
    ),
    "export.crm.credit.rule": (
        "active company_id country_group_ids kind name overdue_amount overdue_days "
        "payment_term_ids run_length sequence tier_ids"
    ),
    "export.crm.followup": "channel contact_id note user_id",
    "export.crm.followup.content": (
        "active body company_id industry_ids is_offer name segment sequence tier_ids "
        "trigger"
    ),
    "export.crm.feast": ("active country_id greet hours_from hours_to name names text"),
    "export.crm.feast.date": "date_from date_to feast_id",
    "export.crm.health.component": (
        "active code company_id description name reference_a reference_b "
        "reference_c sequence weight"
    ),
    "export.crm.interaction": (
        "answered channel company_id date direction next_date next_step note "
        "partner_id sentiment user_id"
    ),
    "export.crm.loss": "account_id date kind note reason state",
    "export.crm.market": (
        "active company_id country_group_ids country_ids kind name note sequence"
    ),
    "export.crm.nonworking.day": "country_id date name state_id",
    "export.crm.occasion": "active day kind month name partner_id",
    "export.crm.rebate.step": "amount_from policy_id rate",
    "export.crm.team.role": (
        "active company_id country_group_ids role sequence tier_ids user_id"
    ),
    "export.crm.tier": "active code color description name sequence",
    "export.crm.tier.criterion": (
        "active code company_id description high leave low max_age name sequence "
        "threshold weight"
    ),
    "export.crm.tier.override": "company_id date_end partner_id reason tier_id",
    "export.crm.tier.policy": (
        "active company_id contact_days content_kind freight_free_trial "
        "inquiry_hours name note order_hours payment_hours plan_id "
        "rebate_above_only sample_hours sequence shipment_hours terms_extra_days "
        "tier_id trial_priority"
    ),
    "export.crm.transit": (
        "active company_id country_group_ids days incoterm_id note route_id sequence"
    ),
    "export.crm.wallet": "amount company_id currency_id date note partner_id",
    "export.crm.warning.rule": (
        "active alarm_limit code company_id description limit limit_a limit_b "
        "limit_c minimum name probability sequence tier_ids wants_contact"
    ),
    "export.crm.willingness": "company_id date note partner_id value",
    "mail.activity.plan": ("export_description export_occasion export_trigger"),
    "mail.activity.plan.template": (
        "export_channel export_code export_contact_role export_country_group_ids "
        "export_delay_hours export_hold_script export_industry_ids "
        "export_mail_template_id export_node export_per export_promise export_role "
        "export_script export_segment export_tier_ids export_title export_usage "
        "export_working_hours"
    ),
    "product.template": "export_new_until",
    "res.company": (
        "export_action_control export_claim_director_id export_claim_grace_days "
        "export_claim_hour_claims export_claim_hour_messages "
        "export_claim_manager_id export_credit_auto_release "
        "export_credit_check_delivery export_credit_check_documents "
        "export_credit_check_invoice export_credit_cover_percent "
        "export_credit_user_id export_director_id export_followup_ahead_days "
        "export_followup_coalesce_days export_followup_effect_days "
        "export_followup_late_days export_followup_user_id export_go_live_date "
        "export_health_amber export_health_coverage export_health_green "
        "export_health_margin export_late_bucket export_late_down_payments "
        "export_late_grace_business_days export_late_grace_days "
        "export_late_tolerance_amount export_late_tolerance_percent "
        "export_late_window_months export_late_wire_days export_nightly_hour "
        "export_service_user_id export_technical_user_id export_tier_auto_days "
        "export_tier_basis export_tier_interval export_tier_next_date "
        "export_tier_user_id export_weekly_report"
    ),
    "res.country": "export_channel export_hours_from export_hours_to export_weekend",
    "res.partner": (
        "export_channel_address export_channel_own export_contact_role "
        "export_hours_from export_hours_own export_hours_to export_language_id "
        "export_order_news export_preferences export_referred_by_id export_segment "
        "export_strategic export_tz_own export_whatsapp"
    ),
    "res.users": "export_lang_ids",
    "sale.order": "export_kind",
    "stock.picking": "export_eta export_received_date",
}

# A manager of claims may create with these, who brings in claims of the past, and
# write them no more than others: tests/claim/test_claim_history.py.
BROUGHT_IN = {"export.crm.claim": {"closed_at", "origin_id", "solved_at"}}
HISTORIANS = "export_crm.export_crm_group_claims_manager"
