"""A headless Chromium, as a person's browser."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.chrome.service import Service


class Browser:
    """Looks at a page of a file or of a server on this machine, in any size, light or dark."""

    def __init__(self, takes_any_certificate: bool = False) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        # As root Chromium has no sandbox; what it shows is our own. Nothing is asked of any network.
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         "--no-first-run", "--disable-background-networking", "--proxy-server=127.0.0.1:9"):  # fmt: skip
            options.add_argument(argument)
        options.set_capability("acceptInsecureCerts", takes_any_certificate)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def close(self) -> None:
        self.driver.quit()

    def _tell(self, command: str, **arguments: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)

    def look(self, page: Path | str, width: int, dark: bool = False, script: bool = True, medium: str = "") -> None:
        """Opens a page: a file, or an address."""
        self._tell("Emulation.setScriptExecutionDisabled", value=not script)
        self._tell("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._tell("Emulation.setEmulatedMedia", media=medium, features=[scheme])
        self.driver.get(page if isinstance(page, str) else page.absolute().as_uri())

    def beyond(self) -> list[str]:
        """What stands out of the window, to the right."""
        return self.driver.execute_script(
            "return [...document.body.querySelectorAll('*')].filter(e => !e.closest('thead') && "
            "e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
        )

    def barriers(self) -> list[str]:
        """What axe-core finds on the page that is open."""
        found = Axe().run(self.driver)
        if len(found["passes"]) <= 15:
            raise AssertionError("axe-core has looked at too little to be believed")
        return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]

    def picture(self, height: int | None = None, quality: int = 80) -> bytes:
        """The page as WebP, whole or as far as a height."""
        whole = self._tell("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": whole["width"], "height": min(height or whole["height"], whole["height"]), "scale": 1}
        taken = self._tell(
            "Page.captureScreenshot", format="webp", quality=quality, captureBeyondViewport=True, clip=clip
        )
        return base64.b64decode(taken["data"])

    def print(self) -> bytes:
        """The page as PDF, on A4."""
        return base64.b64decode(self._tell("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False)["data"])

    def requests(self) -> list[str]:
        """Every address that was asked for since the last time."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def complaints(self) -> list[str]:
        """What the browser's console says."""
        return [entry["message"] for entry in self.driver.get_log("browser")]
