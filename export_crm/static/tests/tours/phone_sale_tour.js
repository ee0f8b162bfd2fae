import {choose, moreButton, save, search, smartButton, tab} from "./phone_steps";
import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

/**
 * @param {String} name of the product
 * @param {Number} quantity
 * @returns {Array} steps that add a line to a quotation
 */
function product(name, quantity) {
    return [
        {
            content: "Add a product",
            trigger: ".o_field_widget[name=order_line] button:contains('Add product')",
            run: "click",
        },
        ...choose("product_id", name, ".modal"),
        {
            content: "How many",
            trigger: ".modal .o_field_widget[name=product_uom_qty] input",
            run: `edit ${quantity}`,
        },
        {
            content: "That's all",
            trigger: ".modal .o_form_button_save:visible",
            run: "click",
        },
    ];
}

// Find the customer, see how they stand, write down an inquiry, quote, send, confirm.
tours.add("export_crm_phone_sale", {
    steps: () => [
        ...search("Lagos"),
        {
            content: "The card says tier, health and hold",
            trigger:
                ".o_kanban_record:contains('Lagos Trading Ltd') .badge:contains('B')",
        },
        {
            content: "The other customers are gone",
            trigger: "body:not(:has(.o_kanban_record:contains('Accra Stores')))",
        },
        shot("phone_sale_1_found"),
        {
            content: "Open the customer",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
            run: "click",
        },
        {
            content: "Tier and health",
            trigger: ".o_form_view div[name=scores]:contains('80'):contains('of 100')",
        },
        {
            content: "No hold",
            trigger: ".o_form_view:not(:has(div[name=credit_hold]))",
        },
        shot("phone_sale_2_customer"),
        ...smartButton("action_view_leads"),
        {
            content: "The inquiries",
            trigger: ".o_kanban_view .o_kanban_group:first",
        },
        {
            content: "New inquiry",
            trigger: ".o_control_panel button:contains('New'):visible",
            run: "click",
        },
        {
            content: "What they ask for",
            trigger: ".o_kanban_quick_create .o_field_widget[name=name] input",
            run: "edit 200 pumps for Abuja",
        },
        shot("phone_sale_3_quick"),
        {
            content: "Open it",
            trigger: ".o_kanban_quick_create .o_kanban_edit",
            run: "click",
        },
        {
            content: "The inquiry is the customer's, with the tier",
            trigger:
                ".o_form_view .o_field_widget[name=export_customer_tier_id]:contains('B')",
        },
        shot("phone_sale_4_inquiry"),
        {
            content: "New quotation",
            trigger: "button[name=action_sale_quotations_new]:visible",
            run: "click",
        },
        ...product("Pump", 200),
        {
            content: "The quotation has its amount",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=order_line] .o_kanban_record:contains('Pump')",
        },
        ...save,
        shot("phone_sale_6_quotation"),
        {
            content: "Send it",
            trigger: ".o_statusbar_buttons button[name=action_quotation_send]:visible",
            run: "click",
        },
        {
            content: "The mail is written",
            trigger: ".modal button[name=action_send_mail]:visible",
        },
        shot("phone_sale_7_mail"),
        {
            content: "Send",
            trigger: ".modal button[name=action_send_mail]:visible",
            run: "click",
        },
        {
            content: "Confirm the order",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "It is an order",
            trigger: ".o_form_view .o_statusbar_status:contains('Sales Order')",
        },
        shot("phone_sale_8_order"),
    ],
});

// How far the order is, what was delivered, what was invoiced and paid; a promise.
tours.add("export_crm_phone_progress", {
    steps: () => [
        tab("other_information"),
        {
            content: "Fully delivered",
            trigger:
                ".o_form_view .o_field_widget[name=delivery_status]:contains('Fully Delivered')",
        },
        {
            content: "Scroll there",
            trigger: ".o_form_view .o_field_widget[name=delivery_status]",
            run({anchor}) {
                anchor.scrollIntoView({block: "center"});
            },
        },
        shot("phone_progress_1_delivered"),
        tab("order_lines"),
        {
            content: "Open the goods",
            trigger: ".o_field_widget[name=order_line] .o_kanban_record:contains('Pump')",
            run: "click",
        },
        {
            content: "How many have left",
            trigger: ".modal .o_field_widget[name=qty_delivered]:contains('200')",
        },
        shot("phone_progress_2_line"),
        {
            content: "Close",
            trigger: ".modal .o_form_button_cancel:visible",
            run: "click",
        },
        {
            content: "Back at the order",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
        ...smartButton("action_view_invoice"),
        {
            content: "Partly paid",
            trigger: ".o_form_view .ribbon:contains('Partial')",
        },
        shot("phone_progress_3_invoice"),
        ...smartButton("action_export_promises"),
        {
            content: "New promise",
            trigger: ".o_control_panel button:contains('New'):visible",
            run: "click",
        },
        {
            content: "By when",
            trigger: ".o_form_view .o_field_widget[name=promised_date] button, .o_form_view .o_field_widget[name=promised_date] input",
            run: "edit 12/31/2099",
        },
        {
            content: "What was said",
            trigger: ".o_form_view .o_field_widget[name=reason] textarea",
            run: "edit The letter of credit is opened next week.",
        },
        shot("phone_progress_4_promise"),
        ...save,
        {
            content: "Asked for",
            trigger: ".o_form_view .o_statusbar_status:contains('Requested')",
        },
        shot("phone_progress_5_promised"),
    ],
});

// The accountant approves the promise.
tours.add("export_crm_phone_promise", {
    steps: () => [
        {
            content: "The promise",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
        },
        shot("phone_promise_1_cards"),
        {
            content: "Open it",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
            run: "click",
        },
        {
            content: "Approve",
            trigger: "button[name=action_approve]:visible",
            run: "click",
        },
        {
            content: "Approved",
            trigger: ".o_form_view .o_statusbar_status:contains('Approved')",
        },
        shot("phone_promise_2_approved"),
    ],
});

// A customer on hold: the card says so, the customer says why.
tours.add("export_crm_phone_held", {
    steps: () => [
        {
            content: "The card says that the customer is on hold",
            trigger:
                ".o_kanban_record:contains('Lagos Trading Ltd') [name=on_hold]:contains('On hold')",
        },
        {
            content: "and the other card doesn't",
            trigger:
                ".o_kanban_record:contains('Accra Stores'):not(:has([name=on_hold]))",
        },
        shot("phone_held_1_cards"),
        {
            content: "Open the customer",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
            run: "click",
        },
        {
            content: "Why, and who decides",
            trigger:
                ".o_form_view div[name=credit_hold]:contains('Their bank called'):contains('Anna Accountant')",
        },
        shot("phone_held_2_customer"),
        {
            content: "The hold itself",
            trigger: "button[name=action_view_credit_hold]:visible",
            run: "click",
        },
        {
            content: "Since when",
            trigger: ".o_form_view .o_field_widget[name=opened_on]",
        },
        shot("phone_held_3_hold"),
    ],
});

// A sample for the customer, from the customer.
tours.add("export_crm_phone_sample", {
    steps: () => [
        ...smartButton("action_view_quotations"),
        {
            content: "New",
            trigger: ".o_control_panel button:contains('New'):visible",
            run: "click",
        },
        {
            content: "A sample",
            trigger: ".o_form_view .o_field_widget[name=export_kind] input",
            run: "click",
        },
        {
            content: "It is one",
            trigger: ".o_select_menu_item:contains('Sample')",
            run: "click",
        },
        ...product("Pump", 1),
        ...save,
        shot("phone_sample_2_quotation"),
        ...moreButton("action_confirm"),
        {
            content: "The sample goes out",
            trigger: ".o_form_view .o_statusbar_status:contains('Sales Order')",
        },
        shot("phone_sample_3_order"),
    ],
});
