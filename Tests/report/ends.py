"""Ends of a post-mortem, each made with the real steps against the simulator: what `astra-report` has to tell of.

Each end leaves a report folder. `make(name, folder)` makes one; `ENDS` lists them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
import ssl
from pathlib import Path
from typing import Any, Callable, Mapping

PROJECT = Path(__file__).resolve().parents[2]
# The folder of the built programs.
PROGRAMS = Path(os.environ.get("ASTRA_PROGRAMS", PROJECT / ".build-explorer" / "release")).absolute()
SCENARIOS = {
    "astra-control": "magento.json",
    "trident-protect": "magento-trident-protect.json",
    "velero": "velero.json",
}
# How long things take in these stories, in seconds.
QUICK = {
    "backupPendingSeconds": 0.1,
    "backupSeconds": 0.3,
    "cloneSeconds": 0.8,
    "cloneDiscoverySeconds": 0.2,
    "restoreSeconds": 0.8,
    "restoreDiscoverySeconds": 0.2,
    "snapshotPendingSeconds": 0.1,
    "snapshotSeconds": 0.4,
}
QUICK_OBJECTS = {
    "trident-protect": {"cloneSeconds": 0.5, "settlingSeconds": 0.3, "restoreSeconds": 0.5, "snapshotSeconds": 0.4},
    "velero": {
        "snapshotSeconds": 0.3,
        "dataMovementSeconds": 0.3,
        "finalizingSeconds": 0.2,
        "restoreSeconds": 0.5,
        "podStartSeconds": 0.2,
        "bindingSeconds": 0.1,
    },
}
SLOW = {"cloneSeconds": 60}
RUN = "jenkins-shop-post-mortem-17"
# What a Jenkins tells of a build.
BUILD = {
    "BUILD_TAG": RUN,
    "BUILD_URL": "https://jenkins.example.com/job/shop/job/post-mortem/17/",
    "BUILD_USER_ID": "k.ono",
}


class Site:
    """A simulated service, and steps that a pipeline runs at it."""

    def __init__(
        self,
        folder: Path,
        service: str = "astra-control",
        settings: Mapping[str, Any] = {},
        bend: Callable[[dict[str, Any]], None] = lambda scenario: None,
    ) -> None:
        self.reports = folder / "reports"
        self._home = folder / "site"
        self._home.mkdir(parents=True)
        self.reports.mkdir()
        scenario = json.loads((PROJECT / "Fixtures" / "scenarios" / SCENARIOS[service]).read_text())
        if service == "astra-control":
            scenario["settings"] = {**scenario["settings"], **QUICK, **settings}
        else:
            product = scenario["kubernetes"]["velero" if service == "velero" else "tridentProtect"]
            product["settings"] = {**product.get("settings", {}), **QUICK_OBJECTS[service]}
        bend(scenario)
        (self._home / "scenario.json").write_text(json.dumps(scenario))
        self._simulator = subprocess.Popen(
            [PROGRAMS / "astra-simulator", "--scenario", self._home / "scenario.json"]
            + ["--port", "0", "--dir", self._home / "run"],
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 120
        while not (self._home / "run" / "env").exists():
            if time.monotonic() > deadline or self._simulator.poll() is not None:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.02)
        lines = (self._home / "run" / "env").read_text().splitlines()
        given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        self.environment = {
            "PATH": "/usr/bin:/bin",
            **{name: value.strip("'\"") for name, value in given.items()},
            **BUILD,
            "ASTRA_REPORT_DIR": str(self.reports),
            "NO_PROXY": "127.0.0.1,localhost,127.77.0.0/16",
            **({"ASTRA_REPLACE_VOLUMES": "true"} if service == "velero" else {}),
        }
        self.environment["ASTRA_VERIFY_TEXT"] = "Release 2.4.1"

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the service, as a power cut does."""
        self._simulator.kill()
        self._simulator.wait()

    def ask(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        """Asks or changes the simulated world itself, past the service."""
        status, text = self.send(f"/_simulator/{what}", body)
        if status != 200:
            raise RuntimeError(f"{what} was answered with {status}: {text.decode()}")
        return json.loads(text) if text else None

    @property
    def origin(self) -> str:
        """The address of the service, of several clusters that of the first."""
        return "https://127.0.0.1:" + (self._home / "run" / "port").read_text().split()[0]

    def send(
        self, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes]:
        """Sends a request, with a body a POST; returns the status and the body of the answer."""
        request = urllib.request.Request(
            self.origin + path, data=None if body is None else json.dumps(body).encode(), headers=dict(headers)
        )
        context = ssl.create_default_context(cafile=str(self._home / "run" / "ca.pem"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def page(self, application: str) -> str:
        """The address of an application's front page."""
        found = next(one for one in self.ask("world")["applications"] if one["name"] == application)
        return f"http://{found['address']}/"

    def run(self, step: str, *arguments: str, code: int = 0, suffix: str = "", **environment: str) -> None:
        """Runs a step to its end, which must be that code."""
        done = subprocess.run(
            [PROGRAMS / "astra-steps", step, *arguments],
            env={**self.environment, "ASTRA_REPORT_SUFFIX": suffix, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != code:
            raise AssertionError(f"{step} ended with {done.returncode} and not {code}: {done.stdout}")

    def kill(self, step: str, *arguments: str, when: str) -> None:
        """Runs a step and kills it as soon as it says something."""
        process = subprocess.Popen(
            [PROGRAMS / "astra-steps", step, *arguments], env=self.environment, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        for line in process.stderr:
            if when in line:
                process.send_signal(signal.SIGKILL)
                break
        process.stderr.close()
        if process.wait() != -signal.SIGKILL:
            raise AssertionError(f"{step} ended with {process.returncode} before it could be killed")

    def see_fault(self) -> None:
        self.run("verify", "--url", self.page("magento-prod"), "--expect-broken", suffix="fault")

    def check_clone(self) -> None:
        clone = self.environment["DEBUG_APP_NAME"]
        self.run(
            "verify", "--application", clone, "--cluster", self.environment["DEBUG_KUBERNETES_CLUSTER"],
            "--clone-of", "magento-prod", "--url", self.page(clone), "--expect-broken", suffix="clone",
        )  # fmt: skip

    def see_recovery(self) -> None:
        self.run("verify", "--url", self.page("magento-prod"), suffix="recovered")


def success(folder: Path, service: str = "astra-control") -> None:
    with Site(folder, service) as site:
        site.see_fault()
        site.run("clone")
        site.check_clone()
        site.run("restore")
        site.see_recovery()


def success_with_trident_protect(folder: Path) -> None:
    success(folder, "trident-protect")


def success_with_velero(folder: Path) -> None:
    success(folder, "velero")


def restore_failed_with_velero(folder: Path) -> None:
    with Site(folder, "velero") as site:
        site.see_fault()
        site.run("clone")
        site.ask("operationFault", {"kind": "restore", "nth": 1, "effect": "fails"})
        site.run("restore", code=1)


def clone_failed(folder: Path) -> None:
    with Site(folder) as site:
        site.see_fault()
        site.ask("operationFault", {"kind": "clone", "nth": 1, "effect": "fails"})
        site.run("clone", code=1)
        site.run("restore")
        site.see_recovery()


def restore_failed(folder: Path) -> None:
    with Site(folder) as site:
        site.see_fault()
        site.run("clone")
        site.ask("operationFault", {"kind": "restore", "nth": 1, "effect": "fails"})
        site.run("restore", code=1)


def deadline(folder: Path) -> None:
    with Site(folder, settings=SLOW) as site:
        site.see_fault()
        # A busy machine may take longer than that to ask for the clone, so it may need more.
        for seconds in (2, 4, 8, 16, 32):
            site.run("clone", code=75, ASTRA_TIMEOUT=f"{seconds}s")
            if any(one["name"] == site.environment["DEBUG_APP_NAME"] for one in site.ask("world")["applications"]):
                return
        raise AssertionError("the clone was not asked for in time")


def refused(folder: Path) -> None:
    with Site(folder) as site:
        site.see_fault()
        site.ask("operationFault", {"kind": "snapshot", "nth": 1, "effect": "fails"})
        site.run("restore", code=78, DEBUG_APP_NAME="")


def token_revoked(folder: Path) -> None:
    def bend(scenario: dict[str, Any]) -> None:
        body = {"type": "https://example.com/problem", "title": "Unauthorized", "status": "401"}
        scenario["responseFaults"] = [
            {
                "method": "PUT",
                "path": "k8s/v2/apps/{id}",
                "status": 401,
                "contentType": "application/problem+json",
                "body": json.dumps(body),
            }
        ]

    with Site(folder, bend=bend) as site:
        site.see_fault()
        site.run("clone")
        site.run("restore", code=77)


def unreachable(folder: Path) -> None:
    with Site(folder) as site:
        site.see_fault()
        site.run("clone")
        # Nobody trusts the certificate: that ends a step at once, where a service that is away is asked for a minute.
        site.run("restore", code=69, ASTRA_CA_FILE="/etc/ssl/certs/ca-certificates.crt")


def killed(folder: Path) -> None:
    with Site(folder, settings=SLOW) as site:
        site.see_fault()
        site.kill("clone", when="provisioning")


def dry_run(folder: Path) -> None:
    with Site(folder) as site:
        site.run("clone", "--dry-run")
        site.run("restore", "--dry-run")


def empty(folder: Path) -> None:
    (folder / "reports").mkdir(parents=True)


def hostile(folder: Path) -> None:
    """An application whose name is markup, results of another run, and files that are torn."""

    def bend(scenario: dict[str, Any]) -> None:
        scenario["applications"][0]["name"] = HOSTILE_NAME
        scenario["applications"][0]["backups"][1]["name"] = "<b>|`backup`"

    with Site(folder, bend=bend) as site:
        site.run("backup", BUILD_TAG="jenkins-shop-release-41", BACKUP_NAME="nightly", PROD_APP_NAME="wordpress")
        # No step takes such a name for itself; whoever is called so in the world gets into what a step says.
        site.run("restore", PROD_APP_NAME=HOSTILE_NAME, BACKUP_NAME="<b>|`backup`", DEBUG_APP_NAME="")
    (site.reports / "TEST-astra-clone.xml").write_text('<?xml version="1.0"?><testsuites name="astra-clone"><tes')
    (site.reports / "astra-clone.json").write_text('{"step": "astra-clone", "operations": [')


HOSTILE_NAME = '<script>alert("1")</script> & $(reboot) [x](javascript:1) ' + "wide" * 20

ENDS: dict[str, Callable[[Path], None]] = {
    "success": success,
    "success-trident-protect": success_with_trident_protect,
    "success-velero": success_with_velero,
    "restore-failed-velero": restore_failed_with_velero,
    "clone-failed": clone_failed,
    "restore-failed": restore_failed,
    "deadline": deadline,
    "refused": refused,
    "token-revoked": token_revoked,
    "unreachable": unreachable,
    "killed": killed,
    "dry-run": dry_run,
    "empty": empty,
    "hostile": hostile,
}


def make(name: str, folder: Path) -> Path:
    """Makes an end and its page below a folder; returns the report folder."""
    ENDS[name](folder)
    reports = folder / "reports"
    done = subprocess.run(
        [PROGRAMS / "astra-steps", "report", "--report-dir", reports],
        env={"PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode != (65 if name == "empty" else 0):
        raise AssertionError(f"astra-report ended with {done.returncode}: {done.stderr}")
    return reports
