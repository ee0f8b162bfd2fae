import {registry} from "@web/core/registry";
import {shot} from "./shot";

const tours = registry.category("web_tour.tours");

/** Register the same tour for a desktop and a telephone. */
function both(name, steps) {
    for (const width of ["wide", "phone"]) {
        tours.add(`export_crm_${name}_${width}`, {
            steps: () =>
                steps((number) => shot(`people_${width}_${name}_${number}`), width),
        });
    }
}

// One screen: it opens and shows what it is for.
function screen(name, trigger) {
    both(name, (picture) => [{content: name, trigger}, picture(1)]);
}

screen("followup_list", ".o_data_row, .o_kanban_record:contains('Lagos Trading Ltd')");
screen("followup_kanban", ".o_kanban_record:contains('Lagos Trading Ltd')");
screen("daily_logging", ".o_pivot:contains('Sofia Salesperson')");
screen("portal_orders", "form[name=export_order_news]:contains('09:00')");

// The salesperson's day: open the contact, call, one tap, plan a visit.
both("visit", (picture) => [
    {
        content: "How regularly one logs contacts",
        trigger: "button[name=export_my_logging]:contains('working days')",
    },
    picture(1),
    {
        content: "Open the contact",
        trigger: ".o_kanban_record:contains('Lagos Trading Ltd') span:contains('One week')",
        run: "click",
    },
    {
        content: "Call and WhatsApp are there",
        trigger: ".o_form_view a[name=export_call][href='tel:+2348031234567']",
    },
    {
        content: "WhatsApp",
        trigger: ".o_form_view a[name=export_whatsapp][href='https://wa.me/2348031234567']",
    },
    picture(2),
    {
        content: "All that can be done is in sight or in the menu",
        trigger: ".o_form_view button[name=action_reached]",
        run: "click",
    },
    {
        content: "The next step is proposed",
        trigger: ".modal div[name=summary] input",
        run: "edit Visit them at the trade fair",
    },
    {
        content: "As a visit",
        trigger: ".modal div[name=channel] .o_selection_badge:contains('Visit')",
        run: "click",
    },
    picture(3),
    {
        content: "Plan it",
        trigger: ".modal button[name=action_plan]",
        run: "click",
    },
    {
        content: "The contact is done",
        trigger: "body:not(:has(.modal)) .o_form_view div[name=outcome]:contains('Reached')",
    },
    picture(4),
]);

// The calendar; a telephone has the kinds of view in a menu.
both("followup_calendar", (picture, width) => [
    ...(width === "phone"
        ? [
              {
                  content: "The kinds of view",
                  trigger: ".o_cp_switch_buttons button",
                  run: "click",
              },
              {
                  content: "Calendar",
                  trigger: ".o-dropdown--menu .o-dropdown-item:contains('Calendar')",
                  run: "click",
              },
          ]
        : []),
    {content: "The contact is in it", trigger: ".o_calendar_view .fc-event"},
    picture(1),
]);

// Smart buttons; a telephone has them in a menu.
function smartButtons(name, there) {
    both(name, (picture, width) => [
        {content: "The record", trigger: there},
        ...(width === "phone"
            ? [
                  {
                      content: "The menu of smart buttons",
                      trigger: ".o_control_panel button:has(.fa-bolt)",
                      run: "click",
                  },
              ]
            : []),
        {
            content: "What is planned is counted",
            trigger: "button[name=action_export_followups]:contains('3')",
        },
        picture(1),
        {
            content: "Go there",
            trigger: "button[name=action_export_followups]",
            run: "click",
        },
        {
            content: "The follow-ups",
            trigger: ".o_data_row:contains('One week'), .o_kanban_record:contains('One week')",
        },
    ]);
}

smartButtons("partner_buttons", ".o_form_view div[name=name]");
smartButtons("order_buttons", ".o_form_view div[name=partner_id]");
smartButtons("delivery_buttons", ".o_form_view div[name=export_received_date]");

// A customer's message gets a mood.
both("message_mood", (picture, width) => [
    {
        content: "The message",
        trigger: ".o-mail-Message:contains('Angry Buyer')",
        run: width === "phone" ? "click" : "hover",
    },
    {
        content: "What can be done with it",
        trigger: ".o-mail-Message:contains('Angry Buyer') [title='Expand']",
        run: "click",
    },
    picture(1),
    {
        content: "It is negative",
        trigger: "button[name='export-mood-negative']",
        run: "click",
    },
    {
        content: "The mark is there",
        trigger: ".o-mail-Message .o_export_message_mood.fa-frown-o",
    },
    picture(2),
]);
