import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

// The customer files a claim about an order in the portal.
tours.add("export_crm_claim_filed", {
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
        shot("claim_portal_1_category"),
        {
            content: "Continue",
            trigger: ".o_claim_choose button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Help is offered before anything is filed",
            trigger: "div[name=self_help]:contains('photograph the packing')",
        },
        {
            content: "In one line",
            trigger: "input[name=title]",
            run: "edit Three cartons wet",
        },
        {
            content: "What happened",
            trigger: "textarea[name=description]",
            run: "edit Cartons 7 to 9 were wet, the tubes inside do not light.",
        },
        {
            content: "How many",
            trigger: "input[name^=quantity_]",
            run: "edit 3",
        },
        shot("claim_portal_2_form"),
        {
            content: "Send",
            trigger: ".o_claim_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has a number and promised times",
            trigger: "table[name=promised]:contains('Our first answer')",
        },
        {
            content: "The acknowledgement is among the messages",
            trigger:
                "#chatterRoot:shadow .o-mail-Message:contains('we have received your claim')",
        },
        shot("claim_portal_3_filed"),
    ],
});

// The agent answers with a standard reply, and solves the claim.
tours.add("export_crm_claim_worked", {
    steps: () => [
        {
            content: "The claim is on the workbench, with its clock running",
            trigger:
                ".o_kanban_record:contains('Three cartons wet') .o_claim_clocks [data-state=running]",
        },
        shot("claim_1_workbench"),
        {
            content: "Open it",
            trigger: ".o_kanban_record:contains('Three cartons wet')",
            run: "click",
        },
        {
            content: "Three clocks run",
            trigger: ".o_form_view .o_claim_clocks [data-milestone=resolution]",
        },
        {
            content: "Priority is explained",
            trigger: "div[name=priority_explanation]:contains('unrated (1)')",
        },
        shot("claim_2_form"),
        {
            content: "Take it",
            trigger: "button[name=action_start]:contains('Start')",
            run: "click",
        },
        {
            content: "Answer",
            trigger: "button[name=action_reply]",
            run: "click",
        },
        {
            content: "Choose a standard reply",
            trigger: ".modal div[name=reply_id] input",
            run: "edit photos",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains('Please send photos')",
            run: "click",
        },
        {
            content: "The text is filled in",
            trigger: ".modal div[name=body]:contains('we need photos')",
        },
        shot("claim_3_reply", ".modal"),
        {
            content: "Send",
            trigger: ".modal footer button[name=action_send]",
            run: "click",
        },
        {
            content: "The first response is met",
            trigger:
                "body:not(:has(.modal)) .o_claim_clocks [data-milestone=response][data-state=met]",
        },
        {
            content: "The severity page",
            trigger: ".nav-link[name=severity]",
            run: "click",
        },
        {
            content: "Fill in the scorecard",
            trigger: "button[name=action_score]",
            run: "click",
        },
        {
            content: "Five questions",
            trigger: "div[name=score_ids] .o_data_row:eq(4)",
        },
        shot("claim_4_scorecard"),
        {
            content: "The clocks page",
            trigger: ".nav-link[name=clocks]",
            run: "click",
        },
        {
            content: "The log is there",
            trigger: "div[name=event_ids] .o_data_row",
        },
        shot("claim_5_clocks"),
        {
            content: "Solved",
            trigger: "button[name=action_solve]",
            run: "click",
        },
        {
            content: "All promises are kept",
            trigger: ".o_claim_clocks [data-milestone=resolution][data-state=met]",
        },
        shot("claim_6_solved"),
    ],
});

// The customer writes too much: told so, and what was typed is still there.
const composer = "#chatterRoot:shadow .o-mail-Composer";
tours.add("export_crm_claim_flood", {
    steps: () => [
        {
            content: "Write",
            trigger: `${composer}-input`,
            run: "edit First message",
        },
        {
            content: "Send",
            trigger: `${composer} button.o-mail-Composer-send:enabled`,
            run: "click",
        },
        {
            content: "It was sent",
            trigger: "#chatterRoot:shadow .o-mail-Message:contains('First message')",
        },
        {
            content: "Write more",
            trigger: `${composer}-input`,
            run: "edit Second message",
        },
        {
            content: "Send more",
            trigger: `${composer} button.o-mail-Composer-send:enabled`,
            run: "click",
        },
        {
            content: "It is said that it wasn't sent",
            trigger: ".o_notification:contains('was not sent')",
        },
        shot("claim_portal_4_flood"),
        {
            content: "What was typed is still there and can be sent",
            trigger: `${composer}-input:value('Second message')`,
        },
        {
            content: "The composer is alive",
            trigger: `${composer} button.o-mail-Composer-send:enabled`,
        },
    ],
});

// A customer abroad files a claim, whatever language the pages are in.
tours.add("export_crm_claim_abroad", {
    steps: () => {
        const where = `${session.bundle_params.lang}_${window.innerWidth}`;
        return [
            {
                content: "Choose what is wrong",
                trigger: "select[name=category_id]",
                run: "selectByIndex 1",
            },
            shot(`claim_abroad_1_choose_${where}`),
            {
                content: "Continue",
                trigger: ".o_claim_choose button[type=submit]",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "How many",
                trigger: "input[name^=quantity_]",
                run: "edit 3",
            },
            shot(`claim_abroad_2_form_${where}`),
            {
                content: "In one line",
                trigger: "input[name=title]",
                run: "edit 3 × LED",
            },
            {
                content: "What happened",
                trigger: "textarea[name=description]",
                run: "edit 3 × LED, 2026-11-01",
            },
            {
                content: "Send",
                trigger: ".o_claim_form button[type=submit]",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "Promised times",
                trigger: "table[name=promised] td",
            },
            shot(`claim_abroad_3_filed_${where}`),
        ];
    },
});

// The list of claims, whatever language it is in.
tours.add("export_crm_claim_abroad_list", {
    steps: () => [
        shot(
            `claim_abroad_4_list_${session.bundle_params.lang}_${window.innerWidth}`,
            "a[href='/my/claims/new']"
        ),
    ],
});

// A file that is refused: Odoo's client says why beside the composer.
tours.add("export_crm_claim_refused_file", {
    steps: () => [
        {
            content: "Choose a file that is no photo",
            trigger: "#chatterRoot:shadow .o-mail-Composer input[type=file]:not(:visible)",
            async run() {
                const root = document.querySelector("#chatterRoot").shadowRoot;
                const input = root.querySelector(".o-mail-Composer input[type=file]");
                const data = new DataTransfer();
                data.items.add(new File(["MZ program"], "a.exe"));
                input.files = data.files;
                input.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "Why it was refused",
            trigger: ".o_notification:contains('photos, short videos or PDF')",
        },
        shot("claim_refused_file"),
    ],
});
