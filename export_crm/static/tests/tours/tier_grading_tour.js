import {registry} from "@web/core/registry";
import {shot} from "./shot";

registry.category("web_tour.tours").add("export_crm_tier_grading", {
    url: "/odoo/action-export_crm.export_crm_tier_grading_action",
    steps: () => [
        {
            content: "The preview waits",
            trigger: ".o_data_row:contains('Half-yearly') td[name=name]",
            run: "click",
        },
        {
            content: "It says who goes down, and why",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains('Down'):contains('Growing')",
        },
        {
            content: "Nobody had to be in a core market",
            trigger: ".alert:contains('No market is marked as core')",
        },
        shot("tier_preview", ".o_form_view"),
        {
            content: "Confirm",
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Yes, now",
            trigger: ".modal button.btn-primary",
            run: "click",
        },
        {
            content: "It is in effect",
            trigger: ".o_arrow_button_current:contains('In effect')",
        },
        {
            content: "The report of moves",
            trigger: "button[name=action_view_moves]",
            run: "click",
        },
        shot("tier_moves", ".o_pivot_view"),
    ],
});
