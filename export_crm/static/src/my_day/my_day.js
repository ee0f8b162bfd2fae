import {Component, onWillStart} from "@odoo/owl";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** One line above the day's contacts: how regularly the reader logs them. */
export class MyDayLine extends Component {
    static template = "export_crm.MyDayLine";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        onWillStart(async () => {
            this.text = await this.orm.call("export.crm.logging", "my_summary", []);
        });
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
