from datetime import datetime, time, timedelta

from odoo import Command, fields

from ..common import ExportCrmCommon


class FollowupCommon(ExportCrmCommon):
    """Deliveries as a warehouse makes them, and the two steps of the pipeline."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        cls.ledger = cls.env["export.crm.followup"].sudo()
        cls.env["mail.activity.plan"].search([("export_trigger", "!=", False)]).write(
            {"active": False}
        )
        cls.delivery_plan = cls._plan("delivery")
        cls.goods = cls._create_product(
            name="Pump", is_storable=True, invoice_policy="order", taxes_id=[]
        )
        cls.monday = cls.today - timedelta(days=cls.today.weekday())
        cls.company.export_followup_user_id = cls.env.ref("base.user_admin")
        cls.env.ref("base.user_admin").company_ids += cls.company
        # Goods are there on the day they leave, unless a test says otherwise.
        cls.env["export.crm.transit"].search([]).write({"active": False})

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("stock.group_stock_manager")

    @classmethod
    def _plan(cls, *names):
        """Switch default plans on; return them."""
        plans = cls.env["mail.activity.plan"]
        for name in names:
            plans += cls.env.ref(f"export_crm.export_crm_plan_{name}")
        plans.active = True
        return plans

    @classmethod
    def _step(cls, name):
        return cls.env.ref(f"export_crm.export_crm_step_{name}")

    @classmethod
    def _sold(cls, partner=None, qty=10, **values):
        """Confirm an order of goods."""
        order = cls._quotation(
            partner,
            order_line=[
                Command.create(
                    {
                        "product_id": cls.goods.id,
                        "product_uom_qty": qty,
                        "price_unit": 10.0,
                        "tax_ids": [],
                    }
                )
            ],
            **values,
        )
        order.action_confirm()
        return order

    @classmethod
    def _deliver(cls, order, day=None, qty=None):
        """Send what is waiting of an order (``qty``: a part, the rest waits)."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
            and p.picking_type_code == "outgoing"
        )[:1]
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if qty is None else qty
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        cls._done_on(picking, day)
        return picking

    @classmethod
    def _done_on(cls, picking, day):
        picking.date_done = datetime.combine(day or cls.today, time(12))

    @classmethod
    def _take_back(cls, picking, qty=None):
        """Receive a delivery back."""
        wizard = (
            cls.env["stock.return.picking"]
            .with_context(
                active_id=picking.id,
                active_ids=picking.ids,
                active_model="stock.picking",
            )
            .create({})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity if qty is None else qty
        back = wizard._create_return()
        for move in back.move_ids:
            move.quantity, move.picked = move.product_uom_qty, True
        back.button_validate()
        return back

    @classmethod
    def _run(cls, as_of=None, partners=None, contacts=True):
        """Run the steps for some customers, as the pipeline does."""
        ids = (partners or cls.customer).commercial_partner_id.ids
        as_of = as_of or cls.today
        cls.ledger._step_plan(cls.company, ids, as_of)
        if contacts:
            cls.ledger._step_contact(cls.company, ids, as_of)
        cls.env.invalidate_all()

    @classmethod
    def _rows(cls, partner=None, **domain):
        return cls.ledger.search(
            [
                ("company_id", "=", cls.company.id),
                ("partner_id", "=", (partner or cls.customer).id),
                *((name, "=", value) for name, value in domain.items()),
            ]
        )

    @classmethod
    def _activities(cls):
        """Return the activities that the ledger has made, those done, too."""
        return (
            cls.env["mail.activity"]
            .with_context(active_test=False)
            .search([("id", "in", cls.ledger.search([]).mapped("activity_ref"))])
        )

    @classmethod
    def _contact(cls, name, partner=None, **values):
        return cls.env["res.partner"].create(
            {"name": name, "parent_id": (partner or cls.customer).id, **values}
        )

    @classmethod
    def _at(cls, day, hour=12, minute=0):
        return datetime.combine(fields.Date.to_date(day), time(hour, minute))


class DeliveredCommon(FollowupCommon):
    """An order that was delivered on Monday, when its first contact is due."""

    def setUp(self):
        super().setUp()
        self.order = self._sold()
        self.picking = self._deliver(self.order, self.monday)
        self.day = self.monday + timedelta(days=6)

    def _week(self):
        return self._rows(step="delivery_1w")
