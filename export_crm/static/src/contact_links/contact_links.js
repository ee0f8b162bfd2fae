import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/**
 * Call, WhatsApp, log: what one does with a contact, in one tap. Calling and writing
 * leave the little log dialog open behind them, so that it waits when one comes back.
 */
export class ContactLinks extends Component {
    static template = "export_crm.ContactLinks";
    static props = {
        ...standardWidgetProps,
        tel: {type: String},
        whatsapp: {type: String},
        log: {type: String, optional: true},
        compact: {type: Boolean},
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get telUrl() {
        return this.props.record.data[this.props.tel];
    }

    get whatsappUrl() {
        return this.props.record.data[this.props.whatsapp];
    }

    async log(channel) {
        if (!this.props.log) {
            // The contact is logged by its own outcome buttons.
            return;
        }
        const {record} = this.props;
        const action = await this.orm.call(
            record.resModel,
            this.props.log,
            [[record.resId]],
            {context: {...record.context, ...(channel && {export_channel: channel})}}
        );
        await this.action.doAction(action, {onClose: () => this.reload()});
    }

    async reload() {
        const {record} = this.props;
        // What is being typed on the form is not thrown away.
        if (!(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("export_contact_links", {
    component: ContactLinks,
    extractProps: ({attrs}) => ({
        tel: attrs.tel || "export_tel_url",
        whatsapp: attrs.whatsapp || "export_whatsapp_url",
        log: attrs.nolog ? undefined : attrs.log || "action_export_log_contact",
        compact: Boolean(attrs.compact),
    }),
});
