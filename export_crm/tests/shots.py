"""Tours in a real browser that leave screenshots."""

import base64
import os
from pathlib import Path

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser


class ShotCase(HttpCase):
    """Tours in a real browser that leave screenshots.

    A tour asks for one by ``console.log("export_crm_shot:<name>")`` and waits until
    ``window.exportCrmShot`` has that name. Files go to the folder named by the
    environment variable ``EXPORT_CRM_SHOTS``; without it nothing is kept.
    """

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        handle_console = ChromeBrowser._handle_console
        folder = os.environ.get("EXPORT_CRM_SHOTS")

        def handle(browser, type, args=None, stackTrace=None, **kw):  # noqa: A002
            first = (args or [{}])[0].get("value")
            if isinstance(first, str) and first.startswith("export_crm_shot:"):
                self._shoot(browser, first.split(":", 1)[1], folder)
                return None
            return handle_console(browser, type, args, stackTrace, **kw)

        self.patch(ChromeBrowser, "_handle_console", handle)

    def _shoot(self, browser, name, folder):
        def done(future):
            if folder:
                path = Path(folder) / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(future.result()["data"]))
            browser._websocket_send(
                "Runtime.evaluate",
                params={"expression": f"window.exportCrmShot = {name!r}"},
            )

        browser._websocket_send(
            "Page.captureScreenshot", with_future=True
        ).add_done_callback(done)
