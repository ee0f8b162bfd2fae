import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const {DateTime} = luxon;

/**
 * Counts down to the deadlines that the server has computed; see tools/clock.py.
 */
export class ClaimClocks extends Component {
    static template = "export_crm.ClaimClocks";
    static props = {...standardFieldProps};

    setup() {
        this.time = useState({now: DateTime.now()});
        onMounted(() => {
            this.timer = setInterval(() => {
                this.time.now = DateTime.now();
            }, 1000);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get clocks() {
        return (this.props.record.data[this.props.name] || []).map((clock) =>
            this.describe(clock)
        );
    }

    describe(clock) {
        const view = {...clock, text: "", tone: "secondary", icon: "fa-clock-o"};
        if (clock.state === "met") {
            view.icon = clock.late ? "fa-check-circle-o" : "fa-check-circle";
            view.tone = clock.late ? "warning" : "success";
        } else if (clock.state === "paused") {
            view.icon = "fa-pause-circle";
            const left = Math.round(clock.left * 10) / 10;
            const digits = [16, Number.isInteger(left) ? 0 : 1];
            view.text = _t("%s h", formatFloat(left, {digits}));
        } else if (clock.state === "running" && clock.deadline) {
            const left = deserializeDateTime(clock.deadline).diff(this.time.now);
            const hours = left.as("hours");
            view.tone = hours < 0 ? "danger" : hours < 4 ? "warning" : "info";
            view.text = this.format(left);
        } else {
            view.icon = "fa-stop-circle";
        }
        return view;
    }

    format(left) {
        const sign = left.toMillis() < 0 ? "−" : "";
        const span = left.toMillis() < 0 ? left.negate() : left;
        const days = Math.floor(span.as("days"));
        const rest = span.minus({days}).toFormat("hh:mm:ss");
        const text = days ? _t("%(days)s d %(rest)s", {days, rest}) : rest;
        return `${sign}${text}`;
    }
}

/** The clock that ends first, for lists and cards. */
export class ClaimClock extends ClaimClocks {
    get clocks() {
        const open = super.clocks.filter((clock) =>
            ["running", "paused"].includes(clock.state)
        );
        const running = open
            .filter((clock) => clock.deadline)
            .sort((one, two) => one.deadline.localeCompare(two.deadline));
        return (running.length ? running : open).slice(0, 1);
    }
}

registry.category("fields").add("claim_clocks", {
    component: ClaimClocks,
    supportedTypes: ["json", "jsonb"],
});
registry.category("fields").add("claim_clock", {
    component: ClaimClock,
    supportedTypes: ["json", "jsonb"],
});
