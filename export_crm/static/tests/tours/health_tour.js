import {registry} from "@web/core/registry";
import {shot} from "./shot";

registry.category("web_tour.tours").add("export_crm_health", {
    url: "/odoo/export-warnings",
    steps: () => [
        {
            content: "A regular buyer is silent",
            trigger: ".o_data_row:contains('silent') td[name=partner_id]",
        },
        shot("warnings_list", ".o_list_view"),
        {
            content: "Two warnings of one customer: at stake is one value",
            trigger: ".o_list_view tfoot .o_list_number:contains('1,000.00')",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:contains('silent') td[name=summary]",
            run: "click",
        },
        {
            content: "It says what it stands on",
            trigger: ".o_form_view .o_field_widget[name=evidence_text]:contains('60')",
        },
        shot("warning_form", ".o_form_view"),
        {
            content: "Dismiss it",
            trigger: "button[name=action_open_dismiss]",
            run: "click",
        },
        {
            content: "Give a reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Chinese New Year",
        },
        {
            content: "Dismiss",
            trigger: ".modal footer button[name=action_dismiss]",
            run: "click",
        },
        {
            content: "The reason is kept",
            trigger: ".o_form_view .o_field_widget[name=reason]:contains('Chinese')",
        },
        {
            content: "To the customer",
            trigger: "button[name=action_view_account]",
            run: "click",
        },
        {
            content: "Demand and history",
            trigger: ".o_form_view .nav-link[name=demand]",
            run: "click",
        },
        {
            content: "The chart is drawn",
            trigger: ".o_field_widget[name=health_history] canvas",
        },
        shot("customer_demand", ".o_form_view"),
        {
            content: "Why",
            trigger: ".o_form_view .nav-link[name=why]",
            run: "click",
        },
        {
            content: "The unknown is named",
            trigger: ".o_field_widget[name=health_explanation]:contains('Satisfaction')",
        },
        shot("customer_health", ".o_form_view"),
    ],
});
