from markupsafe import Markup

from odoo import models


class ExportCrmCreditHold(models.Model):
    """Whoever asked for a release hears of each decision, once."""

    _inherit = "export.crm.credit.hold"

    def _asked(self):
        """Return what these holds were asked about: requests of quotations that still
        wait, also those that were refused.

        As superuser: whoever decides need not be allowed to read orders.
        """
        return self.sudo().request_ids.filtered(
            lambda request: request.state in ("asked", "refused")
            and request.order_id.state in ("draft", "sent")
        )

    def _asked_by_user(self, order=None):
        """Return ``{user: requests}``: who asked, and whose orders were asked for.

        Not the customer's salesperson, who is told anyway, nor who decides.

        :param sale.order order: only about this one, if it alone was decided about
        """
        found = {}
        for hold in self:
            for request in hold._asked():
                if order and request.order_id != order:
                    continue
                users = request.user_id | request.salesperson_id
                for user in users - hold.salesperson_id - self.env.user:
                    if user.active and user._is_internal():
                        found[user] = found.get(user, request.browse()) | request
        return found

    def _tell_askers(self, bodies, order=None):
        """Notify the askers of these holds, each in one message about what is theirs.

        :param dict bodies: ``{hold id: Markup}``, what was decided
        :param sale.order order: see :meth:`_asked_by_user`
        """
        for user, requests in self._asked_by_user(order).items():
            # One who asked may not be able to open the hold: the order, then.
            requests.order_id[:1].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Credit: decision about what you asked for"),
                body=Markup().join(
                    hold._answer(bodies[hold.id], requests)
                    for hold in self
                    if hold in requests.hold_ids.sudo(False)
                ),
            )

    def _answer(self, body, requests):
        orders = requests.filtered(lambda r: self in r.hold_ids).order_id
        links = Markup(", ").join(order._get_html_link() for order in orders)
        return Markup("<p>%s · %s</p>%s") % (self.partner_id.name, links, body)
