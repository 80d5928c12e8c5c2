"""The site in a headless Chromium: on a phone and on a screen, light and dark."""

from __future__ import annotations

import functools
import itertools
import tempfile
import threading
import unittest
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from browser import Browser
from built import NOWHERE, site

PHONE, SCREEN = 360, 1280


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class InABrowser(unittest.TestCase):
    browser: Browser
    origin: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site().folder))
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever).start()
        cls.origin = f"http://127.0.0.1:{server.server_port}/"

    def pages(self) -> dict[str, str]:
        found = {name: self.origin + name for name in site().pages if name != NOWHERE}
        self.assertGreater(len(found), 20)
        return found

    def test_nothing_stands_out_nobody_else_is_asked_and_axe_finds_nothing(self) -> None:
        # Each page in one size and one scheme, by turns: every kind of block stands on several pages.
        looks = itertools.cycle([(PHONE, False), (SCREEN, True), (PHONE, True), (SCREEN, False)])
        for (name, address), (width, dark) in zip(self.pages().items(), looks):
            with self.subTest(name, width=width, dark=dark):
                self.browser.look(address, width, dark=dark)
                self.assertFalse(self.wider_than(width), "the page moves sideways")
                asked = self.browser.requests()
                self.assertIn(address, asked)
                self.assertEqual([one for one in asked if not one.startswith((self.origin, "data:", "blob:"))], [])
                self.assertEqual(self.browser.complaints(), [])
                # A decision is a page of plain paragraphs, as others have them too.
                if "/decisions/" not in name:
                    self.assertEqual(self.browser.barriers(), [])

    def test_what_is_wrong_is_seen(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            page.write_text(
                "<!doctype html><title>t</title><body><pre style='width:2000px'>wide</pre><img src='x.png'><script>"
                "nobody.is_there</script></body>"
            )
            self.browser.look(page, PHONE)
            self.assertTrue(self.wider_than(PHONE))
            self.assertTrue(self.browser.complaints())

    def wider_than(self, width: int) -> bool:
        return self.browser.driver.execute_script(
            "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") > width  # fmt: skip


if __name__ == "__main__":
    unittest.main()
