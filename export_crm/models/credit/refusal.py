from contextlib import contextmanager

from odoo.exceptions import ValidationError


class OrderRefused(ValidationError):
    """Orders that credit control doesn't let pass.

    The web client shows it under its own name, with what a salesperson can do: see
    ``static/src/order_refused``. Everybody else meets a ``ValidationError``.

    :param dict parts: ``{explanation: [numbers of orders]}``
    :param orders: ``sale.order`` records that were refused
    :param hold: the hold that its reader may open, or none
    :param bool changed: the orders were confirmed before, a change of them is refused
    """

    def __init__(self, parts, orders, hold, changed=False):
        self.parts, self.orders, self.hold = parts, orders, hold
        env = orders.env
        sentences = []
        for text, names in parts.items():
            known = {"orders": ", ".join(names), "explanation": text}
            sentences.append(
                env._("Change refused: %(orders)s.\n%(explanation)s", **known)
                if changed
                else env._("Not confirmed: %(orders)s.\n%(explanation)s", **known)
            )
        super().__init__("\n\n".join(sentences))
        self.context = {"order_ids": orders.ids, "hold_id": hold.id or False}


@contextmanager
def of_change(confirmed):
    """Say that a change is refused, where the orders were confirmed before.

    :param confirmed: ``sale.order`` records that are confirmed as this begins
    """
    try:
        yield
    except OrderRefused as refused:
        if refused.orders <= confirmed:
            raise OrderRefused(
                refused.parts, refused.orders, refused.hold, changed=True
            ) from None
        raise
