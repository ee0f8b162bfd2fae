import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// The four stories of README, told on the demo's company; its pictures come from here.

function menu(section, entry) {
    return [
        {
            content: `Open the menu ${section}`,
            trigger: `.o_menu_sections button:contains('${section}')`,
            run: "click",
        },
        {
            content: `Choose ${entry}`,
            trigger: `.o-dropdown--menu .o-dropdown-item:contains('${entry}')`,
            run: "click",
        },
    ];
}

// === A late payer === //

tours.add("export_crm_story_refused", {
    steps: () => [
        {
            content: "The own customers on hold",
            trigger: ".o_menu_sections .o_nav_entry:contains('Credit')",
            run: "click",
        },
        {
            trigger: ".o_data_row td[name=partner_id]:contains('PT Terang Abadi')",
            run: "click",
        },
        {
            trigger: "button[name=action_view_orders]",
            run: "click",
        },
        {
            content: "What waits for it",
            trigger: ".o_data_row td[name=amount_total]",
            run: "click",
        },
        {
            content: "The quotation says why it waits",
            trigger:
                "div[name=export_credit_hold]:contains('has been on credit hold since')",
        },
        {
            content: "Try to confirm it",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "Refused, with invoices, days late and whom to ask",
            trigger: ".o_order_refused:contains('days late'):contains('Anna Keller')",
        },
        shot("readme_refused", ".o_order_refused .o_request_release"),
        {
            trigger: ".o_order_refused .o_request_release",
            run: "click",
        },
        {
            trigger:
                "div[name=export_credit_hold]:contains('Release requested by')",
        },
    ],
});

tours.add("export_crm_story_released", {
    steps: () => [
        {
            content: "Accountants begin on what they are asked for",
            trigger: ".o_data_row td:contains('PT Terang Abadi')",
            run: "click",
        },
        {
            content: "The hold behind it",
            trigger: "button[name=action_view_hold]",
            run: "click",
        },
        {
            content: "The evidence, instalment by instalment",
            trigger: ".o_data_row:contains('Paid late')",
        },
        shot("readme_hold", ".o_form_view:not(:has(.o_loading))"),
        {
            trigger: "button[name=action_release]",
            run: "click",
        },
        {
            content: "A release has a reason",
            trigger: ".modal div[name=reason] textarea",
            run: "edit They paid all of it and agreed to instalments.",
        },
        {
            content: "Close the hold",
            trigger: ".modal input[type=radio][data-value=unconditional]",
            run: "click",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Closed')",
        },
    ],
});

tours.add("export_crm_story_confirmed", {
    steps: () => [
        {
            trigger: ".o_form_view:not(:has(div[name=export_credit_hold]:visible))",
        },
        {
            content: "Now it confirms",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('Sales Order')",
        },
    ],
});

// === A customer who drifts away === //

tours.add("export_crm_story_drifting", {
    steps: () => [
        ...menu("Customers", "All Customers"),
        {
            content: "Graded, with health, growth and what is overdue",
            trigger: ".o_data_row:contains('Al Noor Projects'):contains('62,900.00')",
        },
        shot("readme_customers"),
        ...menu("Customers", "Warnings"),
        {
            content: "Who is drifting away, and why",
            trigger: ".o_data_row:contains('Casa Luz')",
        },
        shot("readme_warnings"),
        ...menu("Customers", "All Customers"),
        {
            trigger: ".o_data_row td[name=partner_id]:contains('Casa Luz')",
            run: "click",
        },
        {
            content: "Why this tier and this health, line by line",
            trigger: ".nav-link:contains('Why This Tier and Health')",
            run: "click",
        },
        shot("readme_health", ".tab-pane.active:contains('Against the median')"),
    ],
});

// === The right contact at the right hour === //

tours.add("export_crm_story_my_day", {
    steps: () => [
        {
            content: "Salespeople begin on their day, by the customer's own clock",
            trigger: ".o_kanban_group:contains('Opens Later') .o_kanban_record, .o_kanban_group:contains('Call Now') .o_kanban_record",
        },
        shot("readme_my_day", ".o_kanban_record:contains('there')"),
        {
            content: "Done: one press",
            trigger: ".o_kanban_record button:contains('Reached')",
            run: "click",
        },
        {
            content: "The next step is proposed",
            trigger: ".modal div[name=note] textarea",
            run: "edit They are content and order again in spring.",
        },
        shot("readme_next_step", ".modal"),
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_kanban_renderer",
        },
    ],
});

// === A claim with a clock === //

tours.add("export_crm_story_claim", {
    steps: () => [
        {
            content: "Agents begin on what is breaching; all others are one filter away",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            trigger: ".o_data_row td[name=title]:contains('Container short by one pallet')",
            run: "click",
        },
        {
            content: "The clocks run",
            trigger: ".o_field_widget[name=clock_data]:contains('First response')",
        },
        shot("readme_claim", ".o-mail-Chatter-sendMessage:enabled"),
        {
            trigger: "button[name=action_start]:visible",
            run: "click",
        },
        {
            trigger: "button[name=action_reply]:visible",
            run: "click",
        },
        {
            content: "An answer in own words",
            trigger: ".modal div[name=body] .odoo-editor-editable",
            run: "editor We look for the pallet at the port and write on Monday.",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "Answered: the first clock stands",
            trigger:
                "body:not(:has(.modal)) .o-mail-Message:contains('We look for the pallet')",
        },
    ],
});
