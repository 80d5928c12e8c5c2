"""Both simulators behind one face: a world with a page, a client of its API, and what a person sees of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable, Mapping

from browser import Browser
from ends import Site

# How long a condition may take to come true before something is taken to hang.
HANG = 120
SERVICES = ("astra-control", "trident-protect", "velero")


def until(condition: Callable[[], Any], what: str) -> Any:
    """Waits until a condition holds, and tells what it gave."""
    end = time.monotonic() + HANG
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"it never came to be that {what}")
        time.sleep(0.05)


def product(scenario: dict[str, Any]) -> dict[str, Any]:
    """The part of a scenario that tells of the product: its settings, its applications."""
    clusters = scenario.get("kubernetes", {})
    return clusters.get("tridentProtect") or clusters.get("velero") or scenario


class World:
    """A simulated service whose operations take an hour, and a client of its API."""

    def __init__(self, folder: Path, service: str, bend: Callable[[dict[str, Any]], None] = lambda scenario: None) -> None:
        def slow(scenario: dict[str, Any]) -> None:
            self.scenario = scenario
            self.product = product(scenario)
            self.product["settings"].update({"backupSeconds": 3600})
            bend(scenario)

        self.service = service
        self.site = Site(folder, service, bend=slow)
        self.address = f"{self.site.origin}/_simulator/"

    def ask(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.site.ask(what, body)

    def status(self, what: str, body: Mapping[str, Any] | None = None, **headers: str) -> int:
        """The status of a control request with header fields of its own, `_` for a hyphen."""
        return self.site.send(f"/_simulator/{what}", body, {name.replace("_", "-"): value for name, value in headers.items()})[0]

    def client(self, body: Mapping[str, Any] | None = None) -> int:
        """The status of a client's request: the list of applications, or with a body a new backup of magento-prod."""
        if self.service == "astra-control":
            token, path = self.scenario["token"], f"/accounts/{self.scenario['account']}/k8s/"
            shop = self.product["applications"][0]["id"]
            path += "v2/apps" if body is None else f"v1/apps/{shop}/appBackups"
        else:
            token = self.scenario["kubernetes"]["clusters"][0]["users"][0]["token"]
            if self.service == "velero":
                path = "/apis/velero.io/v1/namespaces/velero/backups"
            elif body is None:
                path = "/apis/protect.trident.netapp.io/v1/applications"
            else:
                path = "/apis/protect.trident.netapp.io/v1/namespaces/magento-prod/backups"
        fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self.site.send(path, body, fields)[0]

    def begin_backup(self, name: str) -> None:
        """Has a client ask for a backup of magento-prod."""
        if self.service == "astra-control":
            status = self.client({"type": "application/astra-appBackup", "version": "1.1", "name": name})
        elif self.service == "velero":
            status = self.client(
                {
                    "apiVersion": "velero.io/v1",
                    "kind": "Backup",
                    "metadata": {"name": name, "namespace": "velero"},
                    "spec": {"includedNamespaces": ["magento-prod"], "snapshotMoveData": True},
                }
            )
        else:
            status = self.client(
                {
                    "apiVersion": "protect.trident.netapp.io/v1",
                    "kind": "Backup",
                    "metadata": {"name": name, "namespace": "magento-prod"},
                    "spec": {"applicationRef": "magento-prod", "appVaultRef": "vault-ocp-prod"},
                }
            )
        if status != 201:
            raise AssertionError(f"a backup was answered with {status}")


class Page:
    """The page of a world in a browser."""

    def __init__(self, browser: Browser, world: World, width: int = 1280, dark: bool = False) -> None:
        self.browser, self.world = browser, world
        browser.complaints()
        browser.requests()
        browser.look(world.address, width, dark=dark)
        until(lambda: self.text("link") == "live", "the page is live")

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.driver.execute_script(script, *arguments)

    def text(self, name: str) -> str:
        return self.run("return document.getElementById(arguments[0]).textContent", name)

    def rows(self, name: str) -> list[list[str]]:
        """The cells of a table, as text."""
        return self.run(
            "return [...document.getElementById(arguments[0]).rows].map(r => [...r.cells].map(c => c.innerText))", name
        )

    def row(self, name: str, first: str) -> list[str]:
        """The row of a table that begins with a word; empty: there is none."""
        return next((row for row in self.rows(name) if row[0].split("\n")[0] == first), [])

    def faults(self) -> list[str]:
        """What is said to be on."""
        return self.run("return [...document.querySelectorAll('#faults li span')].map(e => e.textContent)")

    def press(self, label: str) -> None:
        """Clicks the button of a name, as assistive programs know it."""
        self.run(
            "const all = [...document.querySelectorAll('button')];"
            "all.find(b => (b.getAttribute('aria-label') ?? b.textContent) === arguments[0]).click()",
            label,
        )

    def submit(self, form: str, **values: Any) -> None:
        """Fills a form and sends it."""
        self.run(
            "const form = document.getElementById(arguments[0]);"
            "for (const [name, value] of Object.entries(arguments[1]))"
            "  if (value === true || value === false) form.elements[name].checked = value;"
            "  else form.elements[name].value = value;"
            "form.querySelector('button').click()",
            form,
            values,
        )

    def leave(self) -> None:
        """Asks nothing any more."""
        self.browser.driver.get("about:blank")
