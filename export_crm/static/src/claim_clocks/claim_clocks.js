import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {deserializeDateTime} from "@web/core/l10n/dates";
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
            view.text = `${Math.round(clock.left * 10) / 10} h`;
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
        return days ? `${sign}${days} d ${rest}` : `${sign}${rest}`;
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
