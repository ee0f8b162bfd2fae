import {Component, onWillStart} from "@odoo/owl";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Above the day's contacts: what waits elsewhere, and how regularly one logs. */
export class MyDayLine extends Component {
    static template = "export_crm.MyDayLine";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        onWillStart(async () => {
            [this.text, this.decisions] = await Promise.all([
                this.orm.call("export.crm.logging", "my_summary", []),
                this.orm.call("export.crm.followup", "my_decisions", []),
            ]);
        });
    }

    openDecisions() {
        this.action.doAction("export_crm.export_crm_credit_hold_action");
    }

    open() {
        this.action.doAction("export_crm.export_crm_logging_action", {
            additionalContext: {search_default_mine: 1},
        });
    }
}

export class MyDayRenderer extends KanbanRenderer {
    static template = "export_crm.MyDayRenderer";
    static components = {...KanbanRenderer.components, MyDayLine};
}

registry.category("views").add("export_crm_my_day", {
    ...kanbanView,
    Renderer: MyDayRenderer,
});
