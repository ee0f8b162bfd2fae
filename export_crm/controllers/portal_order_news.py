from odoo import http
from odoo.http import request


class OrderNewsPortal(http.Controller):
    """One's own wish for the order-progress mail."""

    @http.route(
        "/my/orders/news", type="http", auth="user", methods=["POST"], website=True
    )
    def order_news(self, wanted=None, **_kw):
        """Note whether the visitor wants the mail, and show the orders again."""
        # Sudo: portal users may not write contacts; this is their own, one field.
        partner = request.env.user.sudo().partner_id
        if partner.export_order_news != bool(wanted):
            partner.export_order_news = bool(wanted)
        return request.redirect("/my/orders")
