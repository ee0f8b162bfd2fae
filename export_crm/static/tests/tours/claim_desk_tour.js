import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// Deadline first: one's own claims, the late one on top; its form, its answer.
tours.add("export_crm_claim_desk", {
    steps: () => [
        {
            content: "The late one is the first",
            trigger: ".o_data_row:first:contains('Late and urgent') .badge:contains('Late')",
        },
        {
            content: "Only one's own",
            trigger: ".o_searchview_facet:contains('My claims')",
        },
        {
            content: "Not the colleague's",
            trigger: ".o_list_view:not(:contains('Of a colleague'))",
        },
        shot("claim_desk_1_list"),
        {
            content: "Open it",
            trigger: ".o_data_row:first .o_data_cell[name=title]",
            run: "click",
        },
        {
            content: "It says that nobody was reached",
            trigger: ".alert-danger:contains('Not delivered')",
        },
        {
            content: "All stages are seen, and few buttons",
            trigger:
                ".o_statusbar_status:contains('Waiting for others') .o_arrow_button:contains('Solved')",
        },
        shot("claim_desk_2_new"),
        {
            content: "It can be answered already",
            trigger: "button[name=action_reply]",
        },
        {
            content: "Or by phone",
            trigger: ".alert-danger button[name=action_told]",
            run: "click",
        },
        {
            content: "What was said",
            trigger: ".modal div[name=note] textarea",
            run: "edit We send three new cartons on Monday.",
        },
        shot("claim_desk_3_told"),
        {
            content: "Record it",
            trigger: ".modal button[name=action_record]",
            run: "click",
        },
        {
            content: "Answered, nothing is undelivered",
            trigger:
                ".o_form_view:not(:has(.alert-danger)) .o_claim_clocks [data-milestone=response][data-state=met]",
        },
        {
            content: "Start",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "In progress",
            trigger: "button[name=action_plan_sent]",
        },
        shot("claim_desk_4_progress"),
    ],
});

// On a phone, with none of one's own: everybody's, and told so.
tours.add("export_crm_claim_desk_phone", {
    steps: () => [
        {
            content: "It says that these are everybody's",
            trigger: ".o_notification:contains('None of your own claims')",
        },
        shot("claim_desk_phone_1_list"),
        {
            content: "Open the late one",
            trigger: ".o_kanban_record:contains('Late and urgent')",
            run: "click",
        },
        {
            content: "Its clocks",
            trigger: ".o_form_view .o_claim_clocks [data-milestone=response]",
        },
        shot("claim_desk_phone_2_new"),
    ],
});
