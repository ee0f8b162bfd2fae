import {SearchModel} from "@web/search/search_model";
import {_t} from "@web/core/l10n/translation";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

/**
 * Opens with one's own claims; when none of them is open with everybody's, and says so.
 */
export class ClaimSearchModel extends SearchModel {
    async load(config) {
        return super.load(await this.withoutEmptyDefault(config));
    }

    async withoutEmptyDefault(config) {
        const {context, resModel, state} = config;
        if (state || resModel !== "export.crm.claim" || !context?.search_default_mine) {
            return config;
        }
        const mine = await this.orm.searchCount(
            resModel,
            [
                ["is_open", "=", true],
                "|",
                ["user_id", "=", user.userId],
                ["salesperson_id", "=", user.userId],
            ],
            {limit: 1}
        );
        if (mine) {
            return config;
        }
        this.env.services.notification.add(
            _t("None of your own claims is open: you see those of everybody."),
            {type: "info"}
        );
        return {...config, context: {...context, search_default_mine: 0}};
    }
}

/** On a phone one list of all claims: a column of a stage may be empty. */
export class ClaimKanbanSearchModel extends ClaimSearchModel {
    async load(config) {
        const grouped = this.env.isSmall ? {...config, defaultGroupBy: undefined} : config;
        return super.load(grouped);
    }
}

registry.category("views").add("export_crm_claim_kanban", {
    ...kanbanView,
    SearchModel: ClaimKanbanSearchModel,
});
registry.category("views").add("export_crm_claim_list", {
    ...listView,
    SearchModel: ClaimSearchModel,
});
