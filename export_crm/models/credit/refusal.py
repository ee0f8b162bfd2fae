from odoo.exceptions import ValidationError


class OrderRefused(ValidationError):
    """Orders that credit control doesn't let pass.

    The web client shows it under its own name, with what a salesperson can do: see
    ``static/src/order_refused``. Everybody else meets a ``ValidationError``.

    :param str message: one for all refused orders
    :param orders: ``sale.order`` records that were refused
    :param hold: the hold that its reader may open, or none
    """

    def __init__(self, message, orders, hold):
        super().__init__(message)
        self.context = {"order_ids": orders.ids, "hold_id": hold.id or False}
