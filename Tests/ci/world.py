"""The simulated services that pipelines work on: a process for each play."""

from __future__ import annotations

import json
import os
import shlex
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("ASTRA_PROGRAMS", PROJECT / ".build" / "debug")).absolute()
SCENARIOS = {
    "astra-control": "magento.json", "trident-protect": "magento-trident-protect.json", "velero": "velero.json",
}
# How long everything takes that matters here: a moment.
LENGTHS = {
    "astra-control": ("snapshotPending", "snapshot", "clone", "cloneDiscovery", "restore", "restoreDiscovery"),
    "trident-protect": ("backup", "snapshot", "clone", "settling", "restore"),
    "velero": ("backup", "snapshot", "dataMovement", "finalizing", "restore", "podStart", "binding"),
}
NEW_TOKEN = "not-a-real-token-renewed"
# What revokes the tokens that the pipelines have.
REVOCATION = ("token", {"token": NEW_TOKEN})


class World:
    """A simulated service with the shop whose release went wrong; ends with `close`."""

    def __init__(self, backend: str, folder: Path) -> None:
        self.backend = backend
        scenario = json.loads((PROJECT / "Fixtures" / "scenarios" / SCENARIOS[backend]).read_text())
        products = {"trident-protect": "tridentProtect", "velero": "velero"}
        inner = scenario["kubernetes"][products[backend]] if backend in products else scenario
        inner["settings"].update({f"{name}Seconds": 0.3 for name in LENGTHS[backend]})
        folder.mkdir(parents=True)
        (folder / "scenario.json").write_text(json.dumps(scenario))
        site = folder / "site"
        self._process = subprocess.Popen(
            [PROGRAMS / "astra-simulator", "--scenario", folder / "scenario.json", "--port", "0", "--dir", site],
            stdin=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while not (site / "env").exists():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.02)
        lines = [line.partition("=") for line in shlex.split((site / "env").read_text())]
        environment = {name: value for name, _, value in lines}
        self.authority = site / "ca.pem"
        self._port = int((site / "port").read_text().split()[0])
        self._trust = ssl.create_default_context(cafile=str(self.authority))
        self.secrets: dict[str, str] = {}
        if "KUBECONFIG" in environment:
            self.secrets["kubeconfig"] = Path(environment.pop("KUBECONFIG")).read_text()
            users = [user for cluster in scenario["kubernetes"]["clusters"] for user in cluster["users"]]
            self.tokens = [user["token"] for user in users]
        else:
            self.secrets["token"] = environment.pop("ASTRA_API_TOKEN")
            self.tokens = [self.secrets["token"]]
        environment.pop("ASTRA_CA_FILE", None)
        self.parameters = {"ASTRA_BACKEND": backend, **environment}
        if backend == "velero":
            self.parameters["ASTRA_REPLACE_VOLUMES"] = "true"
        self.before = self.look()
        self.address = self.application("magento-prod")["address"]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def url(self, endpoint: str) -> str:
        return f"https://127.0.0.1:{self._port}/_simulator/{endpoint}"

    def control(self, endpoint: str, body: Any = None) -> Any:
        """Asks, or meddles with, the simulated world."""
        request = urllib.request.Request(
            self.url(endpoint),
            data=None if body is None else json.dumps(body).encode(),
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._trust)
        )
        with opener.open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def look(self) -> dict[str, Any]:
        return dict(self.control("world"))

    def application(self, name: str) -> dict[str, Any]:
        """An application as it is now; empty if there is none."""
        return next((dict(one) for one in self.look()["applications"] if one["name"] == name), {})

    def next_address(self) -> str:
        """Where the page of the next application will be."""
        numbers = []
        for one in self.look()["applications"]:
            third, fourth = one["address"].split(":")[0].split(".")[2:]
            numbers.append(int(third) * 250 + int(fourth) - 1)
        following = max(numbers) + 1
        return f"127.77.{following // 250}.{following % 250 + 1}:{self.address.rpartition(':')[2]}"

    def renew(self) -> None:
        """Gives the pipelines the token that counts since the old ones were revoked."""
        for token in self.tokens:
            self.secrets = {name: text.replace(token, NEW_TOKEN) for name, text in self.secrets.items()}
        self.tokens.append(NEW_TOKEN)
