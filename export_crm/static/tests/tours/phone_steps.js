/**
 * Steps that several tours on a telephone share: there, a search hides behind a
 * button, smart buttons and all but one button of the status bar in menus, and a
 * record is chosen in a dialog that fills the screen.
 */

/**
 * @param {String} text to search for
 * @returns {Array} steps
 */
export function search(text) {
    return [
        {
            content: "Show the search",
            trigger: ".o_control_panel button:has(.fa-search)",
            run: "click",
        },
        {
            content: `Search ${text}`,
            trigger: ".o_searchview input",
            run: `edit ${text}`,
        },
        {
            content: "Look for it",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
    ];
}

/**
 * @param {String} name of the smart button
 * @returns {Array} steps
 */
export function smartButton(name) {
    return [
        {
            content: "The menu of smart buttons",
            trigger: ".o_control_panel button:has(.fa-bolt)",
            run: "click",
        },
        {
            content: `Go to ${name}`,
            trigger: `.o-dropdown--menu button[name=${name}]`,
            run: "click",
        },
    ];
}

/**
 * @param {String} name of the button of the status bar, behind its menu
 * @returns {Array} steps
 */
export function moreButton(name) {
    return [
        {
            content: "What else can be done",
            trigger: ".o_statusbar_buttons button[title=More]",
            run: "click",
        },
        {
            content: `Do ${name}`,
            trigger: `.o-dropdown--menu button[name=${name}]`,
            run: "click",
        },
    ];
}

/**
 * @param {String} field many2one
 * @param {String} text the record's name
 * @param {String} within where the field is
 * @returns {Array} steps
 */
export function choose(field, text, within = "") {
    return [
        {
            content: `Choose ${field}`,
            trigger: `${within} .o_field_widget[name=${field}] input`,
            run: "click",
        },
        {
            content: `It is ${text}`,
            trigger: `.modal:not(.o_inactive_modal) .o_kanban_record:contains('${text}')`,
            run: "click",
        },
    ];
}

/**
 * @param {String} name of the page
 * @returns {Object} step
 */
export function tab(name) {
    return {
        content: `Page ${name}`,
        trigger: `.o_form_view .nav-link[name=${name}]`,
        run: "click",
    };
}

export const save = [
    {
        content: "Save",
        trigger: ".o_form_button_save:visible",
        run: "click",
    },
    {
        content: "Saved",
        trigger: "body:not(:has(.o_form_dirty)) .o_form_view",
    },
];

const PIXEL =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

/**
 * Take a photo: what a run of a step on an input of files does.
 *
 * @param {Object} step
 * @param {HTMLInputElement} step.anchor
 */
export function photo({anchor}) {
    const bytes = Uint8Array.from(atob(PIXEL), (char) => char.charCodeAt(0));
    const chosen = new DataTransfer();
    chosen.items.add(new File([bytes], "carton.png", {type: "image/png"}));
    anchor.files = chosen.files;
    anchor.dispatchEvent(new Event("change", {bubbles: true}));
}
