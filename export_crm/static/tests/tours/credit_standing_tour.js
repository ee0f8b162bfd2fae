import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// What an accountant reads while the hold stands: then and now, and what would pay it.
tours.add("export_crm_hold_today", {
    steps: () => [
        {
            content: "Money on account is said first",
            trigger:
                "div[name=unapplied_hint]:visible:contains('unapplied would pay this')",
        },
        {
            content: "Then and now, of the first few of many",
            trigger: "div[name=evidence_ids] :contains('unpaid for 39 days')",
        },
        {
            content: "The others are a page further",
            trigger: "div[name=evidence_ids] .o_pager_next:enabled",
        },
        {
            content: "The figures of today",
            trigger: "div[name=overdue_today]:contains('6,000.00')",
        },
        shot("credit_standing_1_today", "div[name=unapplied_hint]"),
    ],
});

// Nothing stands any longer: one button, and the dialog says why.
tours.add("export_crm_hold_void", {
    steps: () => [
        {
            content: "The hold says so",
            trigger:
                "div[name=standing_text]:contains('stands any longer: everything was paid in time')",
        },
        shot("credit_standing_2_wrong", "div[name=standing_text]"),
        {
            content: "End it",
            trigger: "button[name=action_end]:visible:contains('Void')",
            run: "click",
        },
        {
            content: "The dialog is filled in",
            trigger: ".modal input[type=radio][data-value=void]:checked",
        },
        shot("credit_standing_3_dialog", ".modal"),
        {
            content: "Decide",
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "Closed",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=close_reason]",
        },
    ],
});
