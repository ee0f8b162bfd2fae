import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// A salesperson on the phone asks for the release of a refused quotation.
tours.add("export_crm_request_release", {
    steps: () => [
        {
            content: "The quotation says why it is held and who decides",
            trigger: "div[name=export_credit_hold]:contains('Anna Accountant')",
        },
        shot("credit_phone_1_held"),
        {
            content: "Ask for the release",
            trigger: "button[name=action_export_request_release]:visible",
            run: "click",
        },
        {
            content: "Asked, and no second time",
            trigger:
                "div[name=export_credit_hold]:contains('Release requested by'):not(:has(button[name=action_export_request_release]))",
        },
        shot("credit_phone_2_requested"),
    ],
});

// An accountant on the phone finds the request and lets this order pass.
tours.add("export_crm_release_on_phone", {
    steps: () => [
        {
            content: "The hold, as a card",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
        },
        shot("credit_phone_3_holds"),
        {
            content: "Open it",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
            run: "click",
        },
        {
            content: "Release",
            trigger: "button[name=action_release]:visible",
            run: "click",
        },
        {
            content: "Give a reason",
            trigger: ".modal div[name=reason] textarea",
            run: "edit The transfer has arrived.",
        },
        {
            content: "Close the hold, not this order alone",
            trigger: ".modal input[type=radio][data-value=unconditional]",
            run: "click",
        },
        shot("credit_phone_4_release", ".modal"),
        {
            content: "Decide",
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "Closed",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=close_reason]",
        },
        shot("credit_phone_5_released"),
    ],
});

// An accountant decides about several holds at once.
tours.add("export_crm_decide_many", {
    steps: () => [
        {
            content: "Three customers are on hold",
            trigger: ".o_list_view .o_data_row:eq(2)",
        },
        {
            content: "Choose all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "What can be done with them",
            trigger: ".o_control_panel button:contains('Decide'):visible",
            run: "click",
        },
        {
            content: "Keep them on hold",
            trigger: ".modal input[type=radio][data-value=keep]",
            run: "click",
        },
        {
            content: "Until the review",
            trigger: ".modal div[name=review_date] input",
            run: "edit 12/31/2099 && press Tab",
        },
        shot("credit_8_decide_many", ".modal"),
        {
            content: "Decide",
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "All three are kept",
            trigger:
                "body:not(:has(.modal)) .o_data_row:eq(2) td[name=state]:contains('Kept')",
        },
        shot("credit_9_kept"),
    ],
});

const choose = (name) => ({
    content: `Choose ${name}`,
    trigger: `.o_data_row:contains('${name}') .o_list_record_selector input`,
    run: "click",
});

const decide = (decision, reason, name) => [
    {
        content: "What can be done with them",
        trigger: ".o_control_panel button:contains('Decide'):visible",
        run: "click",
    },
    {
        trigger: `.modal input[type=radio][data-value=${decision}]`,
        run: "click",
    },
    {
        trigger: ".modal div[name=reason] textarea",
        run: `edit ${reason}`,
    },
    shot(name, `.modal input[type=radio][data-value=${decision}]:checked`),
    {
        trigger: ".modal footer button[name=action_decide]",
        run: "click",
    },
];

const waiting = (count) => ({
    content: `${count} wait, as the menu says`,
    trigger: `body:not(:has(.modal)) .o_menu_sections:contains('Credit (${count})')`,
});

// An accountant's morning: ten requests, decided from one list.
tours.add("export_crm_requests_morning", {
    steps: () => [
        {
            content: "Ten of them, who waits longest on top",
            trigger: ".o_list_view .o_data_row:eq(9)",
        },
        waiting(10),
        {
            content: "Who asks, for which order, how much, and why it was stopped",
            trigger: ".o_data_row:first:contains('Buyer 0'):contains('Credit hold')",
        },
        shot("credit_requests_1_inbox"),
        choose("Buyer 0"),
        choose("Buyer 1"),
        ...decide("keep", "The bank has not confirmed.", "credit_requests_2_keep"),
        waiting(8),
        choose("Buyer 2"),
        ...decide("void", "Booked on the wrong customer.", "credit_requests_3_void"),
        waiting(7),
        {
            content: "Choose all that is left",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        ...decide("order", "Small orders, a good season.", "credit_requests_4_order"),
        {
            content: "Nobody waits any more",
            trigger: "body:not(:has(.modal)) .o_nocontent_help:contains('Nobody waits')",
        },
        {
            trigger: ".o_menu_sections:not(:contains('Credit (')):contains('Credit')",
        },
        shot("credit_requests_5_empty"),
    ],
});
