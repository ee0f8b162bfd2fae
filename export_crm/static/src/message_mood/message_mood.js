import {Message} from "@mail/core/common/message_model";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";
import {registerMessageAction} from "@mail/core/common/message_actions";

// The server says which messages a reader may mark: those that have a mood or "none".
const MOODS = {
    positive: {icon: "fa fa-smile-o", color: "text-success", label: _t("Positive")},
    neutral: {icon: "fa fa-meh-o", color: "text-muted", label: _t("Neutral")},
    negative: {icon: "fa fa-frown-o", color: "text-danger", label: _t("Negative")},
};

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {"positive"|"neutral"|"negative"|"none"|false|undefined} */
        this.export_mood = undefined;
    },

    get exportMood() {
        return MOODS[this.export_mood];
    },
});

async function mark(message, store, mood) {
    const chosen = message.export_mood === mood ? false : mood;
    message.export_mood = await store.env.services.orm.call(
        "export.crm.message.mood",
        "mark",
        [message.id, chosen]
    );
}

// Together, after what Odoo offers and before the link.
let sequence = 101;
for (const [mood, {icon, color, label}] of Object.entries(MOODS)) {
    registerMessageAction(`export-mood-${mood}`, {
        condition: ({message}) => Boolean(message.export_mood),
        icon: ({message}) => (message.export_mood === mood ? `${icon} ${color}` : icon),
        name: ({message}) =>
            message.export_mood === mood
                ? _t("Mood: %s (take back)", label.toString())
                : _t("Mood: %s", label.toString()),
        onSelected: ({message, store}) => mark(message, store, mood),
        sequence: sequence++,
    });
}
