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

    def _askers(self):
        """Return who waits for this hold: who asked, and whose orders were asked for.

        Not the customer's salesperson, who is told anyway, nor who decides.
        """
        self.ensure_one()
        asked = self._asked()
        users = asked.user_id | asked.salesperson_id
        users -= self.salesperson_id | self.env.user
        return users.filtered(lambda user: user.active and user._is_internal())

    def _tell_askers(self, bodies):
        """Notify the askers of these holds, each in one message.

        :param dict bodies: ``{hold id: Markup}``, what was decided
        """
        holds_by_user = {}
        for hold in self:
            for user in hold._askers():
                holds_by_user.setdefault(user, self.browse())
                holds_by_user[user] |= hold
        for user, holds in holds_by_user.items():
            # One who asked may not be able to open the hold: the order, then.
            order = holds._asked().order_id[:1]
            order.message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Credit: decision about what you asked for"),
                body=Markup().join(hold._answer(bodies[hold.id]) for hold in holds),
            )

    def _answer(self, body):
        orders = self._asked().order_id
        links = Markup(", ").join(order._get_html_link() for order in orders)
        return Markup("<p>%s · %s</p>%s") % (self.partner_id.name, links, body)
