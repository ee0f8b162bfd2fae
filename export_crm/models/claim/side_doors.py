"""What Odoo's own routes tell a customer about a thread of ours: nothing of the house.

The portal's pages show the messages that are for customers. Odoo's ``/mail/data``
gives whoever holds the link of a mail the thread's files, with what is needed to
download them, its activities and followers as well.
"""

from odoo import api, models

#: What of a thread is told to customers beside its messages.
TOLD = frozenset({"display_name"})
#: Threads with notes of the house by this add-on that links in mails lead to.
THREADS = frozenset(
    ("export.crm.claim", "sale.order", "account.move", "stock.picking")
    + ("account.payment", "res.partner")
)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _thread_to_store(self, store, fields, *, request_list=None):
        request_list = self._export_told(request_list)
        return super()._thread_to_store(store, fields, request_list=request_list)

    def _export_told(self, request_list):
        """Return what of a request may be answered."""
        if request_list and self._name in THREADS and self._export_from_outside():
            return [name for name in request_list if name in TOLD]
        return request_list

    def _message_get_suggested_recipients(self, *args, **kwargs):
        if self._name in THREADS and self._export_from_outside():
            return []
        return super()._message_get_suggested_recipients(*args, **kwargs)

    def _export_from_outside(self):
        """Tell whether the reader is a customer, or got here by the link alone."""
        return not self.env.user._is_internal() or not self.sudo(False).has_access(
            "read"
        )


class MailThreadMainAttachment(models.AbstractModel):
    _inherit = "mail.thread.main.attachment"

    def _thread_to_store(self, store, fields, *, request_list=None):
        # The first file of an invoice may be one of the house.
        request_list = self._export_told(request_list)
        return super()._thread_to_store(store, fields, request_list=request_list)


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model
    def _get_with_access(self, message_id, mode="read", **kwargs):
        """Return a message that may be reacted to, edited, looked up by its number.

        Odoo's link to a thread opens each of its messages; a note is none of them.
        """
        message = super()._get_with_access(message_id, mode=mode, **kwargs)
        return self.browse() if message._export_is_of_the_house() else message

    def _get_forbidden_access(self, operation):
        """Keep notes from customers who ask for a message by its number.

        Odoo does so with what employees write, not with what is logged: changes of
        fields, and what this add-on notes on orders and invoices.
        """
        forbidden = super()._get_forbidden_access(operation)
        if operation not in ("read", "write") or self.env.user._is_internal():
            return forbidden
        notes = (self - forbidden).filtered(lambda m: m._export_is_of_the_house())
        return forbidden + notes

    def _export_is_of_the_house(self):
        """Tell whether this is a note on one of our threads, and a customer asks who
        has neither written nor got it."""
        message, user = self.sudo(), self.env.user  # what it is, whoever asks
        return bool(
            message
            and not user._is_internal()
            and message.model in THREADS
            and (
                message.is_internal
                or not message.subtype_id
                or message.subtype_id.internal
            )
            and user.partner_id
            not in message.author_id
            | message.partner_ids
            | message.notified_partner_ids
        )
