import {registry} from "@web/core/registry";
import {shot} from "./shot";

/** An intern opens Contacts: list, search, card, kanban; Discuss and preferences open. */
registry.category("web_tour.tours").add("export_crm_intern", {
    steps: () => [
        {
            content: "The list shows the card's columns",
            trigger: ".o_list_view .o_data_cell:contains('Lagos Trading Ltd')",
        },
        shot("intern_list"),
        {
            content: "Open a customer",
            trigger: ".o_list_view .o_data_cell:contains('Lagos Trading Ltd')",
            run: "click",
        },
        {
            content: "The card",
            trigger: ".o_form_view .o_field_widget[name=website]",
        },
        shot("intern_card"),
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            content: "Kanban",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "Cards",
            trigger: ".o_kanban_record:contains('Lagos Trading Ltd')",
        },
        shot("intern_kanban"),
    ],
});

registry.category("web_tour.tours").add("export_crm_intern_discuss", {
    steps: () => [
        {
            content: "Discuss is there",
            trigger: ".o-mail-DiscussSidebar, .o-mail-Discuss",
        },
        {
            content: "Open the own menu",
            trigger: ".o_user_menu button, .o_user_menu .dropdown-toggle",
            run: "click",
        },
        {
            content: "Preferences",
            trigger: ".dropdown-item[data-menu=preferences], .dropdown-item[data-menu=settings]",
            run: "click",
        },
        {
            content: "They open",
            trigger: ".o_form_view .o_field_widget[name=tz], .o_form_view .o_field_widget[name=email]",
        },
        shot("intern_preferences"),
    ],
});
