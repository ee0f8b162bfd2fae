import {registry} from "@web/core/registry";
import {shot} from "./shot";

/**
 * Fail unless the figure shows exactly this text; a dash of the style sheet counts.
 *
 * @param {String} name of the field
 * @param {String} expected
 * @returns {Object} step
 */
function shows(name, expected) {
    return {
        content: `${name} shows ${expected}`,
        trigger: `.o_form_view .o_field_widget[name=${name}]:first`,
        run({anchor}) {
            const parts = [anchor, ...anchor.querySelectorAll("span")];
            const dash = parts
                .map((part) => getComputedStyle(part, "::after").content)
                .find((content) => content && !["none", "normal"].includes(content));
            const text = anchor.textContent.trim() || (dash || "").replaceAll('"', "");
            if (text !== expected) {
                throw new Error(`${name} shows "${text}" instead of "${expected}"`);
            }
        },
    };
}

registry.category("web_tour.tours").add("export_crm_customer_figures", {
    url: "/odoo/export-customers",
    steps: () => [
        {
            content: "The list shows my customers, the largest first",
            trigger: ".o_data_row:first td[name=partner_id]:contains('Big')",
        },
        {
            content: "An unknown share is no 0%",
            trigger:
                ".o_data_row:first td[name=on_time_rate]:not(:contains('0')):not(:contains('%'))",
        },
        {
            content: "Nor is a day that never was",
            trigger: ".o_data_row:first td[name=last_contact_date]",
            run({anchor}) {
                if (getComputedStyle(anchor, "::after").content !== '"–"') {
                    throw new Error("An unknown date shows no dash");
                }
            },
        },
        shot("customers_list", ".o_list_view"),
        {
            content: "Cards",
            trigger: "button.o_switch_view.o_kanban",
            run: "click",
        },
        shot("customers_kanban", ".o_kanban_record:contains('Big')"),
        {
            content: "Pivot",
            trigger: "button.o_switch_view.o_pivot",
            run: "click",
        },
        shot("customers_pivot", ".o_pivot_view"),
        {
            content: "Graph",
            trigger: "button.o_switch_view.o_graph",
            run: "click",
        },
        shot("customers_graph", ".o_graph_view canvas"),
        {
            content: "Back to the list",
            trigger: "button.o_switch_view.o_list",
            run: "click",
        },
        {
            content: "Open the largest",
            trigger: ".o_data_row:first td[name=partner_id]",
            run: "click",
        },
        shows("order_average", "$\u00a0900.00"),
        shows("interval_mean", "–"),
        shows("discount_depth", "0%"),
        shows("revenue_share", "90%"),
        shows("margin_365d", "–"),
        shot("customer_form", ".o_form_view"),
        {
            content: "Payment",
            trigger: ".nav-link[name=payment]",
            run: "click",
        },
        shows("on_time_rate", "–"),
        shows("late_run", "0"),
        shot("customer_payment", ".o_form_view"),
        {
            content: "Contact",
            trigger: ".nav-link[name=contact]",
            run: "click",
        },
        shows("inbound_90d", "–"),
        shows("sample_count", "0"),
        shot("customer_contact", ".o_form_view"),
    ],
});
