import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// The salesperson's day: a call made, the outcome in one tap, the next step planned.
function myDay(name) {
    return [
        {
            content: "The contact is there, with the time where the customer is",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd'):contains('there')",
        },
        shot(`followup_${name}_1_my_day`),
        {
            content: "Reached, in one tap",
            trigger: ".o_kanban_record button[name=action_reached]",
            run: "click",
        },
        {
            content: "The next step is proposed",
            trigger: ".modal div[name=summary] input",
        },
        {
            content: "Say what was said",
            trigger: ".modal div[name=note] textarea",
            run: "edit All is well, next order in May.",
        },
        shot(`followup_${name}_2_next_step`),
        {
            content: "Plan it",
            trigger: ".modal button[name=action_plan]",
            run: "click",
        },
        {
            content: "Nothing is left for today",
            trigger: "body:not(:has(.modal)):not(:has(button[name=action_reached]))",
        },
        shot(`followup_${name}_3_done`),
    ];
}

tours.add("export_crm_my_day", {steps: () => myDay("desktop")});
tours.add("export_crm_my_day_phone", {steps: () => myDay("phone")});

// What is planned for a customer, and why: from the order to the row.
tours.add("export_crm_followup_of_order", {
    steps: () => [
        {
            content: "From the order to its follow-ups",
            trigger: "button[name=action_export_followups]",
            run: "click",
        },
        {
            content: "A week, a month and three months",
            trigger: ".o_list_view .o_data_row:eq(2)",
        },
        shot("followup_desktop_4_order"),
        {
            content: "Open the first",
            trigger: ".o_data_row:contains('One week') td[name=name]",
            run: "click",
        },
        {
            content: "Questions to ask",
            trigger: "div[name=script]:contains('complete and undamaged')",
        },
        shot("followup_desktop_5_form"),
    ],
});

// The manager's plans.
tours.add("export_crm_followup_plans", {
    steps: () => [
        {
            content: "The default plans",
            trigger: ".o_data_row td[name=name]:contains('After delivery')",
        },
        shot("followup_desktop_6_plans"),
        {
            content: "Open one",
            trigger: ".o_data_row td[name=name]:contains('After delivery')",
            run: "click",
        },
        {
            content: "Its steps",
            trigger: "div[name=template_ids] .o_data_row:eq(2)",
        },
        shot("followup_desktop_7_plan"),
        {
            content: "Open a step",
            trigger: "div[name=template_ids] .o_data_row:eq(0) td[name=export_title]",
            run: "click",
        },
        {
            content: "When, for whom, how",
            trigger: ".modal div[name=export_script]:contains('complete')",
        },
        shot("followup_desktop_8_step"),
    ],
});

tours.add("export_crm_response_times", {
    steps: () => [
        {
            content: "Targets and what was reached",
            trigger: ".o_pivot:contains('Shipment news')",
        },
        shot("followup_desktop_9_response_times"),
    ],
});
