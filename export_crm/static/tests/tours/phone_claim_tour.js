import {choose, photo, save, tab} from "./phone_steps";
import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// After a phone call: a claim with a photo, answered, then too much for one person.
tours.add("export_crm_phone_claim", {
    steps: () => [
        {
            content: "New claim",
            trigger: ".o_control_panel button:contains('New'):visible",
            run: "click",
        },
        {
            content: "In one line",
            trigger: ".o_form_view .o_field_widget[name=title] input",
            run: "edit Ten tubes broken",
        },
        ...choose("partner_id", "Lagos Trading Ltd"),
        ...choose("category_id", "Goods damaged in transit"),
        {
            content: "What the customer says",
            trigger: ".o_field_widget[name=description] .odoo-editor-editable",
            run: "editor The carton fell from the pallet.",
        },
        shot("phone_claim_1_new"),
        tab("lines"),
        {
            content: "The goods",
            trigger: ".o_field_widget[name=line_ids] .o-kanban-button-new",
            run: "click",
        },
        ...choose("sale_line_id", "LED tube", ".modal"),
        {
            content: "How many",
            trigger: ".modal .o_field_widget[name=quantity] input",
            run: "edit 4",
        },
        shot("phone_claim_1_goods"),
        {
            content: "That's all",
            trigger: ".modal .o_form_button_save:visible",
            run: "click",
        },
        {
            content: "The card says how many",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=line_ids] .o_kanban_record:contains('LED tube'):contains('4')",
        },
        shot("phone_claim_2_goods"),
        ...save,
        shot("phone_claim_2_saved"),
        {
            content: "A photo",
            trigger: ".o-mail-Chatter input[type=file]:not(:visible)",
            run: photo,
        },
        {
            content: "It is there",
            trigger: ".o-mail-Chatter .o-mail-AttachmentImage",
            run({anchor}) {
                anchor.scrollIntoView({block: "center"});
            },
        },
        shot("phone_claim_3_photo"),
        {
            content: "Start",
            trigger: ".o_statusbar_buttons button[name=action_start]:visible",
            run: "click",
        },
        {
            content: "Answer",
            trigger: ".o_statusbar_buttons button[name=action_reply]:visible",
            run: "click",
        },
        ...choose("reply_id", "Please send photos", ".modal"),
        {
            content: "The text is filled in",
            trigger: ".modal .o_field_widget[name=body]:contains('we need photos')",
        },
        shot("phone_claim_4_answer"),
        {
            content: "Send",
            trigger: ".modal button[name=action_send]:visible",
            run: "click",
        },
        {
            content: "The first response is met",
            trigger:
                "body:not(:has(.modal)) .o_claim_clocks [data-milestone=response][data-state=met]",
        },
        shot("phone_claim_5_answered"),
        tab("severity"),
        {
            content: "How complex it is",
            trigger: ".o_form_view .o_field_widget[name=complexity] input",
            run: "click",
        },
        {
            content: "Complex: it goes to the team leader",
            trigger: ".o_select_menu_item:contains('Complex')",
            run: "click",
        },
        ...save,
        tab("clocks"),
        {
            content: "The ledger says who is told",
            trigger:
                ".o_field_widget[name=escalation_ids] .o_kanban_record:contains('Complex claim'):contains('Lea Leader')",
            run({anchor}) {
                anchor.scrollIntoView({block: "center"});
            },
        },
        shot("phone_claim_6_escalated"),
    ],
});

// The customer files a claim with a photo, standing at the pallet.
tours.add("export_crm_phone_portal_claim", {
    steps: () => [
        {
            content: "The order offers to report a problem",
            trigger: "a[name=export_claim_new]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Say what is wrong",
            trigger: "select[name=category_id]",
            run: "selectByLabel Goods damaged in transit",
        },
        {
            content: "Continue",
            trigger: ".o_claim_choose button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "In one line",
            trigger: "input[name=title]",
            run: "edit Three cartons wet",
        },
        {
            content: "What happened",
            trigger: "textarea[name=description]",
            run: "edit Cartons 7 to 9 were wet.",
        },
        {
            content: "How many",
            trigger: "input[name^=quantity_]",
            run: "edit 3",
        },
        {
            content: "A photo",
            trigger: "input[name=photos]",
            run: photo,
        },
        shot("phone_portal_1_claim"),
        {
            content: "Send",
            trigger: ".o_claim_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has promised times",
            trigger: "table[name=promised]:contains('Our first answer')",
        },
        shot("phone_portal_2_filed"),
    ],
});

// The customer rates the answer.
tours.add("export_crm_phone_rating", {
    steps: () => [
        {
            content: "What could be better",
            trigger: "form#rate textarea[name=feedback]",
            run: "edit Quick and friendly.",
        },
        shot("phone_rating_1_question"),
        {
            content: "Four stars",
            trigger: "form#rate button[name=rating][value='4']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Thanks, and no second time",
            trigger: "body:not(:has(form#rate)) .alert:contains('Thank you')",
        },
        shot("phone_rating_2_thanks"),
    ],
});
