import {SearchModel} from "@web/search/search_model";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";

/** On a phone one list of all claims: a column of a stage may be empty. */
export class ClaimSearchModel extends SearchModel {
    async load(config) {
        const grouped = this.env.isSmall ? {...config, defaultGroupBy: undefined} : config;
        return super.load(grouped);
    }
}

registry.category("views").add("export_crm_claim_kanban", {
    ...kanbanView,
    SearchModel: ClaimSearchModel,
});
