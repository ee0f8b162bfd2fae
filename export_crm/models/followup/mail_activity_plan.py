from odoo import api, fields, models
from odoo.exceptions import ValidationError

TRIGGERS = [
    ("inquiry_received", "Inquiry received"),
    ("quotation_sent", "Quotation sent"),
    ("order_confirmed", "Order confirmed"),
    ("sample_ordered", "Sample requested"),
    ("sample_sent", "Sample sent"),
    ("shipped", "Goods shipped"),
    ("delivery_received", "Delivery received"),
    ("service_rendered", "Service rendered"),
    ("invoice_due", "Invoice due"),
    ("cadence", "Tier cadence"),
    ("no_contact", "No contact"),
    ("occasion", "Occasion"),
    ("order_progress", "News about orders (mail)"),
]
# On whose documents the ledger's rows hang.
TRIGGER_MODELS = {
    "inquiry_received": "crm.lead",
    "quotation_sent": "sale.order",
    "order_confirmed": "sale.order",
    "sample_ordered": "sale.order",
    "sample_sent": "sale.order",
    "shipped": "sale.order",
    "delivery_received": "sale.order",
    "service_rendered": "sale.order",
    "invoice_due": "account.move",
    "cadence": "res.partner",
    "no_contact": "res.partner",
    "occasion": "res.partner",
    "order_progress": "res.partner",
}
ROLES = [
    ("salesperson", "Salesperson"),
    ("director", "Director"),
    ("coordinator", "Customer relationship coordinator"),
    ("technical_adviser", "Technical adviser"),
    ("service", "Service"),
    ("accountant", "Accountant"),
]
CONTACT_ROLES = [
    ("management", "Management"),
    ("commercial", "Commercial"),
    ("technical", "Technical"),
]
CHANNELS = [
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("whatsapp", "WhatsApp"),
    ("wechat", "WeChat"),
    ("line", "LINE"),
    ("linkedin", "LinkedIn"),
    ("trade_manager", "Trade Manager"),
    ("visit", "Visit"),
    ("video", "Video call"),
]
NODES = [
    ("first_reply", "First reply"),
    ("sample", "Sample sent"),
    ("payment", "Payment agreed"),
    ("shipment", "Shipment news"),
    ("after_sales", "After-sales feedback"),
]
SEGMENTS = [("new", "New customers"), ("repeat", "Customers who came back")]
# Tier whose steps customers without one get.
UNRATED_LIKE = "C"


class MailActivityPlan(models.Model):
    """Plans that start by themselves."""

    _inherit = "mail.activity.plan"

    # Ours come with the add-on, and are read in each person's language.
    name = fields.Char(translate=True)
    export_trigger = fields.Selection(
        TRIGGERS,
        string="Starts with",
        index="btree_not_null",
        help="Empty: somebody launches the plan, as always in Odoo. Otherwise it "
        "starts by itself, once, and is not offered for launching.",
    )
    export_occasion = fields.Selection(
        [
            ("holiday", "Feast of the customer's country"),
            ("birthday", "Birthday of a contact"),
            ("first_order", "Anniversary of the first order"),
        ],
        string="Occasion",
        help="Which feasts are greeted is said at each feast: Configuration, "
        "Calendars & Transit.",
    )
    export_description = fields.Text(string="What it is for", translate=True)

    @api.constrains("export_trigger", "res_model", "export_occasion")
    def _check_export_trigger(self):
        for plan in self.filtered("export_trigger"):
            if plan.res_model != TRIGGER_MODELS[plan.export_trigger]:
                raise ValidationError(
                    self.env._(
                        "%(plan)s: a plan of this kind is for %(model)s.",
                        plan=plan.name,
                        model=TRIGGER_MODELS[plan.export_trigger],
                    )
                )
            if plan.export_trigger == "occasion" and not plan.export_occasion:
                raise ValidationError(
                    self.env._("%s: say which occasion it is for.", plan.name)
                )

    @api.onchange("export_trigger")
    def _onchange_export_trigger(self):
        if self.export_trigger:
            self.res_model = TRIGGER_MODELS[self.export_trigger]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._export_leave_branch()
        return plans

    def write(self, vals):
        """Keep plans that start by themselves with root companies."""
        result = super().write(vals)
        if {"company_id", "export_trigger"} & set(vals):
            self._export_leave_branch()
        return result

    def _export_leave_branch(self):
        """Give plans that start by themselves to the root companies of branches: the
        documents that start them are all in one set of books."""
        for plan in self.filtered("export_trigger"):
            root = plan.company_id._export_root()
            if root != plan.company_id:
                plan.company_id = root
