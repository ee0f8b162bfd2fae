import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const NAME = "odoo.addons.export_crm.models.credit.refusal.OrderRefused";

/**
 * Why credit control refuses an order, and the two ways on from there: asking for a
 * release, and looking at the hold.
 */
export class OrderRefusedDialog extends Component {
    static template = "export_crm.OrderRefusedDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.title = _t("Stopped by Credit Control");
        this.message = this.props.data.arguments[0];
        this.holdId = this.props.data.context.hold_id;
        this.state = useState({ orderIds: [], note: "", busy: false });
        onWillStart(() => this.findQuotations());
    }

    /** What was refused while it was being made is gone by now: nothing to ask for. */
    async findQuotations() {
        const ids = this.props.data.context.order_ids;
        if (!ids.length || !(await user.checkAccessRight("sale.order", "write"))) {
            return;
        }
        const orders = await this.orm.searchRead(
            "sale.order",
            [
                ["id", "in", ids],
                ["state", "in", ["draft", "sent"]],
            ],
            ["export_credit_requested"]
        );
        this.state.orderIds = orders
            .filter((order) => !order.export_credit_requested)
            .map((order) => order.id);
    }

    async requestRelease() {
        this.state.busy = true;
        await this.orm.call("sale.order", "action_export_request_release", [
            this.state.orderIds,
            this.state.note,
        ]);
        this.notification.add(_t("Release requested: you hear of the decision."), {
            type: "success",
        });
        this.props.close();
        await this.action.doAction("soft_reload");
    }

    async openHold() {
        this.props.close();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "export.crm.credit.hold",
            res_id: this.holdId,
            views: [[false, "form"]],
        });
    }
}

registry.category("error_dialogs").add(NAME, OrderRefusedDialog);
