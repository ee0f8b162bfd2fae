import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

function contactSteps(width, counted) {
    return [
        {
            content: "Whether this is a good moment",
            trigger: "div[name=export_local_text]:contains('there')",
        },
        {
            content: "The number can be called and written to",
            trigger: "a[name=export_call][href='tel:+2348035550164']:visible",
        },
        {
            content: "WhatsApp",
            trigger: "a[name=export_whatsapp][href='https://wa.me/2348035550164']",
        },
        shot(`contact_${width}_1_card`),
        {
            content: "Log what was said",
            trigger: "button[name=export_log]:visible",
            run: "click",
        },
        {
            content: "The usual channel there is chosen already",
            trigger: ".modal div[name=channel] .active:contains('WhatsApp')",
        },
        {
            content: "It went well",
            trigger:
                ".modal div[name=sentiment] .o_selection_badge:contains('Positive')",
            run: "click",
        },
        {
            content: "What was said",
            trigger: ".modal div[name=note] textarea",
            run: "edit Wants 200 panels in May.",
        },
        {
            content: "What comes next",
            trigger: ".modal div[name=next_step] input",
            run: "edit Send the offer",
        },
        shot(`contact_${width}_2_log`, ".modal"),
        {
            content: "Log",
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "It is counted at once",
            trigger: `body:not(:has(.modal)) ${counted}`,
        },
        shot(`contact_${width}_3_logged`),
    ];
}

tours.add("export_crm_log_contact", {
    steps: () =>
        contactSteps(
            "wide",
            "div[name=export_contact]"
        ),
});
// Smart buttons hide in a menu there; the next step is told in the chatter below.
tours.add("export_crm_log_contact_phone", {
    steps: () => contactSteps("phone", "div[name=export_contact]"),
});

// How to reach a contact: everything on one page.
function contactCard(width) {
    return [
        {
            content: "How to reach",
            trigger: ".o_notebook a[name=export_contact]",
            run: "click",
        },
        {
            content: "The time zone says where it is from",
            trigger: "div[name=export_tz_text]:contains('by the phone number')",
            run({anchor}) {
                anchor.scrollIntoView({block: "center"});
            },
        },
        shot(`contact_${width}_4_reach`),
    ];
}

tours.add("export_crm_contact_card", {steps: () => contactCard("wide")});
tours.add("export_crm_contact_card_phone", {steps: () => contactCard("phone")});

tours.add("export_crm_bad_number", {
    steps: () => [
        {
            content: "A number that can't be dialled says so",
            trigger: "div[name=export_phone_problem]:contains('ask Maria')",
        },
        {
            content: "and offers no call",
            trigger: "div[name=export_contact]:not(:has(a[name=export_call]))",
        },
        shot("contact_phone_5_bad_number"),
    ],
});

tours.add("export_crm_reachable_now", {
    steps: () => [
        {
            content: "The filter is on",
            trigger: ".o_searchview_facet:contains('Reachable Now')",
        },
        {
            content: "Who is always open is there",
            trigger: ".o_data_row:contains('Night Owl')",
        },
        {
            content: "who never is, is not",
            trigger: "body:not(:has(.o_data_row:contains('Closed Shop')))",
        },
        shot("contact_wide_6_reachable"),
    ],
});

tours.add("export_crm_reachable_phone", {
    steps: () => [
        {
            content: "A card to call from",
            trigger:
                ".o_kanban_record:contains('Night Owl') a[name=export_call][href='tel:+2348035550165']",
        },
        {
            content: "and nobody who sleeps",
            trigger: "body:not(:has(.o_kanban_record:contains('Closed Shop')))",
        },
        shot("contact_phone_6_reachable"),
        {
            content: "Log from the card",
            trigger:
                ".o_kanban_record:contains('Night Owl') button[name=export_log]",
            run: "click",
        },
        {
            content: "Log",
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "Back at the cards",
            trigger: "body:not(:has(.modal)) .o_kanban_record:contains('Night Owl')",
        },
    ],
});

tours.add("export_crm_customer_log", {
    steps: () => [
        {
            content: "The customer's figures say what time it is there",
            trigger: "div[name=contact]:contains('there')",
        },
        shot("contact_wide_7_customer"),
        {
            content: "Log a contact from here",
            trigger: "div[name=contact] button[name=export_log]",
            run: "click",
        },
        {
            content: "Log",
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "Counted",
            trigger:
                "body:not(:has(.modal)) button[name=action_view_interactions]:contains('1')",
            run: "click",
        },
        {
            content: "The list of what was logged",
            trigger: ".o_list_view .o_data_row:contains('Lagos Trading Ltd')",
        },
        shot("contact_wide_8_logged"),
    ],
});
