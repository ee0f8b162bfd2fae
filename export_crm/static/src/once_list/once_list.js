import {ListRenderer} from "@web/views/list/list_renderer";
import {formatMonetary} from "@web/views/fields/formatters";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

const VALUE = "value_at_stake";
/** Groups of these hold all rows of a customer, so that theirs add up. */
const WHOLE = ["account_id", "partner_id", "user_id", "company_id"];

/** A customer with three warnings has its value at stake once. */
export class OnceListRenderer extends ListRenderer {
    computeAggregates() {
        const aggregates = super.computeAggregates();
        const list = this.props.list;
        const total = aggregates[VALUE];
        if (!total || total.multiCurrency) {
            return aggregates;
        }
        if (list.isGrouped && !list.selection.length) {
            // Where a customer is in several groups nothing adds up.
            if (!WHOLE.includes(list.groupBy[0])) {
                delete aggregates[VALUE];
            }
            return aggregates;
        }
        const records = list.selection.length ? list.selection : list.records;
        const once = new Map();
        for (const {data} of records) {
            const account = data.account_id.id;
            once.set(account, Math.max(once.get(account) || 0, data[VALUE] || 0));
        }
        total.rawValue = [...once.values()].reduce((sum, value) => sum + value, 0);
        total.value = formatMonetary(total.rawValue, {
            currencyId: records[0].data.currency_id.id,
        });
        return aggregates;
    }
}

registry.category("views").add("export_crm_once_list", {
    ...listView,
    Renderer: OnceListRenderer,
});
