from typing import NamedTuple

from .teller import QUIET, Teller


class Logged(NamedTuple):
    """A contact that somebody logged: ``key`` of the customer, days ago."""

    key: str
    ago: int
    channel: str
    direction: str
    text: str
    sentiment: str | None = None
    answered: bool = True
    next_step: str | None = None


LOGGED = (
    Logged(
        "nordlicht", 19, "phone", "out", "Jens confirms all is in place.", "positive"
    ),
    Logged(
        "nordlicht",
        2,
        "phone",
        "in",
        "Asks for three containers in spring, one with the new diffusers.",
        "positive",
        next_step="Send Jens the spring offer",
    ),
    Logged("gulf", 9, "wechat", "out", "Voice message about the solar kit.", "neutral"),
    Logged("gulf", 8, "wechat", "in", "Fatima sends photos of the site.", "positive"),
    Logged(
        "gulf", 6, "video", "out", "Rashid wants the dimming explained.", "positive"
    ),
    Logged("mekong", 15, "whatsapp", "out", "Asked for the store plans.", None, False),
    Logged("mekong", 8, "whatsapp", "in", "Store plans received.", "positive"),
    Logged("andes", 11, "whatsapp", "in", "Carolina pide muestras.", "neutral"),
    Logged("jakarta", 8, "phone", "out", "Nobody answers at the office.", None, False),
    Logged(
        "jakarta",
        7,
        "whatsapp",
        "in",
        "Budi is annoyed that the December order waits.",
        "negative",
        next_step="Tell Budi what accounting needs",
    ),
    Logged("kilimani", 27, "visit", "out", "Met Wanjiru in the shop.", "positive"),
    Logged("huiming", 21, "wechat", "in", "王丽:反馈很好。", "positive"),
    Logged("manila", 12, "whatsapp", "out", "Sent the minimum quantities.", "neutral"),
    Logged("alnoor", 17, "phone", "out", "Khalid does not pick up.", None, False),
)


class Contact(Teller):
    def _load_talk(self):
        """Add what people logged to what Odoo saw itself."""
        result = super()._load_talk()
        demo = self.with_company(self._company("main")).with_context(
            mail_activity_quick_update=True, **QUIET
        )
        demo._load_logged()
        return result

    def _load_logged(self):
        self.env["export.crm.interaction"].create(
            [
                {
                    "partner_id": self._ref(f"contact_{logged.key}").id,
                    "company_id": self.env.company.id,
                    "user_id": self._customer(logged.key).user_id.id,
                    "date": self._moment(logged.ago, 10, number),
                    "channel": logged.channel,
                    "direction": logged.direction,
                    "answered": logged.answered,
                    "sentiment": logged.sentiment,
                    "note": logged.text,
                    "next_step": logged.next_step,
                }
                for number, logged in enumerate(LOGGED)
            ]
        )
