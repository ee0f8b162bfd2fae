import {registry} from "@web/core/registry";
import {formatPercentage} from "@web/views/fields/formatters";
import {
    PercentageField,
    percentageField,
} from "@web/views/fields/percentage/percentage_field";

/**
 * Odoo's percentage shows an unset value as "0%"; an unknown share is no 0.
 *
 * @param {number|false} value
 * @param {Object} [options]
 * @returns {string}
 */
export function formatFactPercentage(value, options) {
    return value === false ? "" : formatPercentage(value, options);
}
formatFactPercentage.extractOptions = formatPercentage.extractOptions;

export class FactPercentageField extends PercentageField {
    get formattedValue() {
        return formatFactPercentage(this.props.record.data[this.props.name], {
            digits: this.props.digits,
            field: this.props.record.fields[this.props.name],
        });
    }
}

registry.category("formatters").add("fact_percentage", formatFactPercentage);
registry.category("fields").add("fact_percentage", {
    ...percentageField,
    component: FactPercentageField,
});

/**
 * A ratio of now to before as the change that it is: 1.042 reads +4%, 0.88 reads −12%.
 *
 * @param {number|false} value
 * @returns {string}
 */
export function formatFactChange(value) {
    if (value === false) {
        return "";
    }
    const percent = Math.round((value - 1) * 100);
    return `${percent > 0 ? "+" : percent < 0 ? "\u2212" : "\u00b1"}${Math.abs(percent)}%`;
}

export class FactChangeField extends PercentageField {
    get formattedValue() {
        return formatFactChange(this.props.record.data[this.props.name]);
    }
}

registry.category("formatters").add("fact_change", formatFactChange);
registry.category("fields").add("fact_change", {
    ...percentageField,
    component: FactChangeField,
});
