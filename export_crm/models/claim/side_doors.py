"""What Odoo's own routes tell a customer about a thread of ours: nothing of the house.

The portal's pages show the messages that are for customers. Odoo's ``/mail/data``
gives whoever holds the link of a mail the thread's files, with what is needed to
download them, its activities and followers as well.
"""

from odoo import models

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
        if request_list and self._name in THREADS and self._export_from_outside():
            request_list = [name for name in request_list if name in TOLD]
        return super()._thread_to_store(store, fields, request_list=request_list)

    def _message_get_suggested_recipients(self, *args, **kwargs):
        if self._name in THREADS and self._export_from_outside():
            return []
        return super()._message_get_suggested_recipients(*args, **kwargs)

    def _export_from_outside(self):
        """Tell whether the reader is a customer, or got here by the link alone."""
        return not self.env.user._is_internal() or not self.sudo(False).has_access(
            "read"
        )
