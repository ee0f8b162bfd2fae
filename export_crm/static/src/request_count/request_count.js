import { NavBar } from "@web/webclient/navbar/navbar";
import { patch } from "@web/core/utils/patch";
import { reactive, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { rpcBus } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const APP = "export_crm.export_crm_menu_root";
const SECTION = "export_crm.export_crm_credit_menu";
const ENTRY = "export_crm.export_crm_credit_request_menu";
const CONTROLLER = "export_crm.export_crm_group_credit_controller";

/**
 * How many release requests wait for a decision, for whoever decides; asked anew each
 * time a screen of this app opens or a decision is made.
 */
export const requestCountService = {
    dependencies: ["menu", "orm"],
    async start(env, { menu, orm }) {
        const count = reactive({ waiting: 0 });
        if (!(await user.hasGroup(CONTROLLER))) {
            return count;
        }
        const refresh = async () => {
            if (menu.getCurrentApp()?.xmlid === APP) {
                count.waiting = await orm.silent.searchCount(
                    "export.crm.credit.request",
                    [["state", "=", "asked"]]
                );
            }
        };
        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", refresh);
        env.bus.addEventListener("MENUS:APP-CHANGED", refresh);
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            const { model, method } = detail.data.params;
            if (model?.startsWith("export.crm.credit.") && method?.startsWith("action_")) {
                refresh();
            }
        });
        return count;
    },
};

registry.category("services").add("export_crm.request_count", requestCountService);

/** The entry of a menu with the number of requests behind its name. */
export function counted(entry, waiting) {
    if (!waiting || ![SECTION, ENTRY].includes(entry.xmlid)) {
        return entry;
    }
    const childrenTree = entry.childrenTree.map((child) => counted(child, waiting));
    return { ...entry, name: `${entry.name} (${waiting})`, childrenTree };
}

patch(NavBar.prototype, {
    setup() {
        super.setup();
        this.requestCount = useState(useService("export_crm.request_count"));
    },

    get currentAppSections() {
        const { waiting } = this.requestCount;
        return super.currentAppSections.map((section) => counted(section, waiting));
    },

    // Odoo declares this dummy setter: a getter alone would take it away.
    set currentAppSections(_) {},
});
