import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// The salesperson wants to confirm a quotation and is told why not.
tours.add("export_crm_order_refused", {
    steps: () => [
        {
            content: "The quotation says that the customer is on hold",
            trigger: "div[name=export_credit_hold]:contains('has been on credit hold since')",
        },
        shot("credit_1_quotation_on_hold"),
        {
            content: "Try to confirm it all the same",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "Refused, with an invoice named",
            trigger: ".o_error_dialog:contains('paid 30 days late')",
        },
        shot("credit_2_refused", ".o_error_dialog:contains('Anna Accountant')"),
        {
            content: "It has its own name, and asks for a release from here",
            trigger: ".o_order_refused .modal-title:contains('Stopped by Credit Control')",
        },
        {
            trigger: ".o_order_refused .o_request_note",
            run: "edit They have paid, the copy of the wire is attached.",
        },
        {
            trigger: ".o_order_refused .o_request_release",
            run: "click",
        },
        {
            content: "Requested, and shown at once",
            trigger: "div[name=export_credit_hold]:contains('Release requested by')",
        },
        {
            content: "Once more: nothing is left to ask for, the hold can be opened",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".o_order_refused:not(:has(.o_request_release)):has(.o_open_hold)",
        },
        {
            content: "Close the message",
            trigger: ".o_order_refused .o_close",
            run: "click",
        },
        {
            content: "Still a quotation",
            trigger: "body:not(:has(.o_error_dialog)) .o_arrow_button_current:contains('Quotation')",
        },
    ],
});

// The accountant sees the hold with its evidence and releases it with a reason.
tours.add("export_crm_hold_released", {
    url: "/odoo/credit-holds",
    steps: () => [
        {
            content: "The hold is in the list",
            trigger: ".o_data_row:contains('Lagos Trading Ltd')",
        },
        shot("credit_3_hold_list"),
        {
            content: "Open it",
            trigger: ".o_data_row td[name=partner_id]:contains('Lagos Trading Ltd')",
            run: "click",
        },
        {
            content: "Both instalments are there as evidence",
            trigger: "div[name=evidence_ids] .o_data_row:eq(1)",
        },
        shot("credit_4_hold_evidence", ".o-mail-Message:contains('On credit hold')"),
        {
            content: "Release",
            trigger: "button[name=action_release]:visible",
            run: "click",
        },
        {
            content: "Give a reason",
            trigger: ".modal div[name=reason] textarea",
            run: "edit They paid everything and agreed to direct debit.",
        },
        {
            content: "Close the hold, not this order alone",
            trigger: ".modal input[type=radio][data-value=unconditional]",
            run: "click",
        },
        shot("credit_5_release_dialog", ".modal"),
        {
            content: "Decide",
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "Closed",
            trigger:
                "body:not(:has(.modal)) .o_arrow_button_current:contains('Closed')",
        },
        {
            content: "The chatter says who decided",
            trigger: ".o-mail-Message:contains('Credit hold released by Anna Accountant')",
        },
        shot("credit_6_released"),
    ],
});

// The order confirms now; what happened stands in its chatter.
tours.add("export_crm_order_confirmed", {
    steps: () => [
        {
            content: "What happened stands in the chatter of the order",
            trigger: ".o-mail-Message:contains('Credit hold released by Anna Accountant')",
        },
        {
            content: "Confirm",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "A sales order",
            trigger: ".o_arrow_button_current:contains('Sales Order')",
        },
        shot("credit_7_confirmed"),
    ],
});
