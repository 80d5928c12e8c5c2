"""The simulated Astra Control that both clients work against, and what it can tell of their work."""

from __future__ import annotations

import http.client
import json
import shlex
import signal
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Mapping, Sequence

from measure import Invalid

Scenario = dict[str, Any]


@dataclass(frozen=True)
class Traffic:
    """Bytes and connections as the server saw them; None where it does not tell."""

    received: int | None = None
    sent: int | None = None
    connections: int | None = None

    def minus(self, other: Traffic) -> Traffic:
        def less(mine: int | None, its: int | None) -> int | None:
            return None if mine is None or its is None else mine - its

        return Traffic(
            less(self.received, other.received),
            less(self.sent, other.sent),
            less(self.connections, other.connections),
        )


@dataclass(frozen=True)
class Activity:
    """What has happened so far; times in simulated seconds."""

    now: float
    tally: Mapping[str, int]
    journal: Sequence[Mapping[str, Any]]
    traffic: Traffic


@dataclass(frozen=True)
class Request:
    """One line of the server's own log."""

    method: str
    path: str
    status: int

    @property
    def asks_for_an_operation(self) -> bool:
        """Whether it asks for a backup, a snapshot, a clone or an in-place restore."""
        return self.method in ("POST", "PUT") and self.status < 300


@dataclass(frozen=True)
class Mark:
    """A moment before a client starts, from which its work is counted; `overhead` is what asking the server
    takes."""

    lines: int
    now: float
    traffic: Traffic
    overhead: Traffic


@dataclass(frozen=True)
class Seen:
    """What the server saw of a client's work.

    `zero` is what the monotonic clock showed when the server's own showed 0, if both go at one speed.
    """

    requests: Sequence[Request]
    journal: Sequence[Mapping[str, Any]]
    now: float
    traffic: Traffic
    zero: float


class Simulator:
    """A simulator of its own process; ends with the `with` that it is used in."""

    def __init__(
        self, program: Path, folder: Path, scenario: Scenario, *, speed: float = 1, pages: bool = False
    ) -> None:
        folder.mkdir(parents=True)
        (folder / "scenario.json").write_text(json.dumps(scenario))
        self._log = folder / "log"
        command = [
            str(program),
            "--scenario",
            str(folder / "scenario.json"),
            "--port",
            "0",
            "--dir",
            str(folder),
            "--speed",
            f"{speed:g}",
            "--verbose",
        ]
        if not pages and "--without-pages" in help_of(program):
            command.append("--without-pages")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 300
        while not (folder / "env").exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Invalid(f"the simulator did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.01)
        self.environment: dict[str, str] = {}
        for line in shlex.split((folder / "env").read_text()):
            name, _, value = line.partition("=")
            self.environment[name] = value
        port = (folder / "port").read_text().split()[0]
        self._connection = http.client.HTTPSConnection(
            f"127.0.0.1:{port}",
            timeout=300,
            context=ssl.create_default_context(cafile=str(folder / "ca.pem")),
        )

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the program and waits for its end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait()

    # MARK: What it tells

    def get(self, path: str, *, token: bool = False) -> Any:
        """A document of the simulator; None if there is none at that path."""
        headers = {"Authorization": f"Bearer {self.environment['ASTRA_API_TOKEN']}"} if token else {}
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Invalid(f"GET {path} answered {answer.status}: {body[:200]!r}")
        return json.loads(body)

    def items(self, path: str) -> list[dict[str, Any]]:
        """The items of a collection of the API, its path below the account."""
        account = self.environment["ASTRA_INSTANCE_ID"]
        answer = self.get(f"/accounts/{account}/{path}", token=True)
        items: list[dict[str, Any]] = answer["items"]
        return items

    def activity(self) -> Activity:
        answer = self.get("/_simulator/activity")
        if answer is None:
            # An older simulator tells its whole world, and nothing of bytes.
            answer = self.get("/_simulator/world")
        traffic = answer.get("traffic", {})
        return Activity(
            now=answer["now"],
            tally=answer["tally"],
            journal=answer["journal"],
            traffic=Traffic(
                traffic.get("bytesReceived"), traffic.get("bytesSent"), traffic.get("connections")
            ),
        )

    # MARK: What a client asked for

    def mark(self) -> Mark:
        first = self.activity()
        second = self.activity()
        return Mark(len(self._lines()), second.now, second.traffic, second.traffic.minus(first.traffic))

    def seen(self, since: Mark) -> Seen:
        """What was seen since then."""
        activity = self.activity()
        journal = [entry for entry in activity.journal if entry["at"] >= since.now]
        requests = []
        for line in self._lines()[since.lines :]:
            request = self._request(line.split())
            if request is not None:
                requests.append(request)
        traffic = activity.traffic.minus(since.traffic).minus(since.overhead)
        return Seen(requests, journal, activity.now, traffic, self._zero())

    def _request(self, words: list[str]) -> Request | None:
        """The request that a line of the log is about; None if it is about none of the API."""
        if len(words) == 6 and words[2].startswith("/accounts/"):
            return Request(words[1], words[2].partition("?")[0], int(words[3]))
        return None

    def _zero(self) -> float:
        """Asks some times for the server's time, and believes the answer that came fastest."""
        best = (float("inf"), 0.0)
        for _ in range(5):
            before = time.monotonic()
            now = self.activity().now
            after = time.monotonic()
            best = min(best, (after - before, (before + after) / 2 - now))
        return best[1]

    def _lines(self) -> list[str]:
        return self._log.read_text().splitlines()


class ClusterSimulator(Simulator):
    """Clusters with Trident protect in them, each an API server of its own; nobody counts bytes and
    connections."""

    def _request(self, words: list[str]) -> Request | None:
        if len(words) == 4 and words[2].startswith(("/api", "/openapi", "/version")):
            return ClusterRequest(words[1], words[2], int(words[3]))
        return None


@dataclass(frozen=True)
class ClusterRequest(Request):
    """A request to an API server; the path has its query."""

    @property
    def asks_for_an_operation(self) -> bool:
        """Whether it makes an object of Trident protect: a trial and a question make none."""
        return (
            super().asks_for_an_operation
            and self.path.startswith("/apis/protect.trident.netapp.io/")
            and "dryRun=" not in self.path
        )

    @property
    def is_watch(self) -> bool:
        """Whether it waits for changes: kubectl writes `true`."""
        return "watch=1" in self.path or "watch=true" in self.path


_helps: dict[Path, str] = {}


def help_of(program: Path) -> str:
    """What a program prints for `--help`."""
    if program not in _helps:
        _helps[program] = subprocess.run(
            [str(program), "--help"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    return _helps[program]
