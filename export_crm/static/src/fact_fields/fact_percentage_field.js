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
