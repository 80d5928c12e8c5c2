"""The two clients that are compared, each as someone would use it: our steps by name, NetApp's toolkit by
id."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Sequence

from measure import Command, Invalid, Run
from simulator import Request, Seen, Simulator

STEPS, TOOLKIT, C, KUBECTL = "steps", "toolkit", "c", "kubectl"
KINDS = ("backup", "clone", "restore")


@dataclass(frozen=True)
class Target:
    """An application, the backup that it is restored from, and where it is cloned to."""

    name: str
    id: str
    backup_name: str
    backup_id: str
    cluster_name: str
    cluster_id: str


@dataclass(frozen=True)
class Work:
    """One operation on a target, of one of `KINDS`; `made` is the name of what is made."""

    kind: str
    target: Target
    made: str


class Client(Protocol):
    """What can be compared."""

    name: str

    def command(self, work: Work, simulator: Simulator, folder: Path) -> Command:
        """The command that does the work, waiting for its end; `folder` is one of its own."""


class Steps:
    """Our steps, stripped, with the environment that a pipeline gives them."""

    name = STEPS

    def __init__(self, programs: Path) -> None:
        self.programs = programs

    def environment(self, simulator: Simulator | None, folder: Path) -> dict[str, str]:
        connection = (
            {}
            if simulator is None
            else {
                name: simulator.environment[name]
                for name in ("ASTRA_FQDN", "ASTRA_INSTANCE_ID", "ASTRA_API_TOKEN", "ASTRA_CA_FILE")
            }
        )
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "NO_PROXY": "*",
            "ASTRA_RUN_ID": "benchmark",
            "ASTRA_REPORT_DIR": str(folder / "reports"),
            **connection,
        }

    def step(
        self, step: str, *arguments: str, simulator: Simulator | None, folder: Path, expected: int = 0
    ) -> Command:
        program = str(self.programs / f"astra-{step}")
        return Command((program, *arguments), self.environment(simulator, folder), folder, expected)

    def command(self, work: Work, simulator: Simulator, folder: Path, *, dry: bool = False) -> Command:
        target = work.target
        arguments = {
            "backup": ["--application", target.name, "--backup-name", work.made],
            "clone": [
                "--source-application",
                target.name,
                "--clone-name",
                work.made,
                "--destination-cluster",
                target.cluster_name,
            ],
            # The toolkit makes no copy of the present state either: the same work for both.
            "restore": [
                "--application-name",
                target.name,
                "--use-backup",
                target.backup_name,
                "--discard-present-state",
            ],
        }[work.kind]
        return self.step(
            work.kind, *arguments, *(["--dry-run"] if dry else []), simulator=simulator, folder=folder
        )


class ProtectSteps:
    """Our steps at Trident protect, told no more than a pipeline tells them; the cluster is a context."""

    name = STEPS

    def __init__(self, programs: Path, context: str) -> None:
        self._programs = programs
        self._context = context

    def command(self, work: Work, simulator: Simulator, folder: Path) -> Command:
        target = work.target
        arguments = {
            "backup": ["--application", target.name, "--backup-name", work.made],
            "snapshot": ["--application", target.name, "--snapshot-name", work.made],
            "clone": ["--source-application", target.name, "--clone-name", work.made],
            "restore": [
                "--application-name",
                target.name,
                "--use-backup",
                target.backup_name,
                "--discard-present-state",
            ],
        }[work.kind]
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "NO_PROXY": "*",
            "ASTRA_RUN_ID": "benchmark",
            "ASTRA_REPORT_DIR": str(folder / "reports"),
            "ASTRA_BACKEND": "trident-protect",
            "KUBECONFIG": simulator.environment["KUBECONFIG"],
            "PROD_KUBERNETES_CLUSTER": self._context,
        }
        program = str(self._programs / f"astra-{work.kind}")
        return Command((program, *arguments), environment, folder)


class Kubectl:
    """kubectl as scripts use it: one process makes the object, and another waits for its state."""

    name = KUBECTL

    def __init__(self, program: Path, context: str) -> None:
        self._program = program
        self._context = context

    def commands(self, work: Work, vault: str, simulator: Simulator, folder: Path) -> tuple[Command, Command]:
        """What makes the object of a backup, and what waits for it."""
        target = work.target
        file = folder / "object.json"
        file.write_text(
            json.dumps(
                {
                    "apiVersion": "protect.trident.netapp.io/v1",
                    "kind": "Backup",
                    "metadata": {"name": work.made, "namespace": target.name},
                    "spec": {
                        "applicationRef": target.name,
                        "appVaultRef": vault,
                        "reclaimPolicy": "Retain",
                    },
                }
            )
        )
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "NO_PROXY": "*",
            "KUBECONFIG": simulator.environment["KUBECONFIG"],
        }
        program = (str(self._program), "--context", self._context)
        awaited = f"backups.protect.trident.netapp.io/{work.made}"
        completed = "--for=jsonpath={.status.state}=Completed"
        return (
            Command((*program, "create", "-f", str(file)), environment, folder),
            Command(
                (*program, "wait", "-n", target.name, awaited, completed, "--timeout=1h"), environment, folder
            ),
        )


class Toolkit:
    """actoolkit 3.0.2 in a venv, with the `config.yaml` that it wants."""

    name = TOOLKIT

    def __init__(self, venv: Path, wrapper: Path) -> None:
        self._python = venv / "bin" / "python"
        self._program = venv / "bin" / "actoolkit"
        self._wrapper = wrapper

    def environment(self, simulator: Simulator | None, folder: Path) -> dict[str, str]:
        certificate = (
            {} if simulator is None else {"REQUESTS_CA_BUNDLE": simulator.environment["ASTRA_CA_FILE"]}
        )
        return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "NO_PROXY": "*", **certificate}

    def run(
        self,
        *arguments: str,
        simulator: Simulator | None,
        folder: Path,
        expected: int = 0,
        through: tuple[str, ...] = (),
    ) -> Command:
        """The toolkit with these arguments, `through` the wrapper with its own where they are given."""
        self._configure(simulator, folder)
        program = (str(self._wrapper), *through) if through else (str(self._program),)
        return Command(
            (str(self._python), *program, *arguments), self.environment(simulator, folder), folder, expected
        )

    def command(
        self, work: Work, simulator: Simulator, folder: Path, *, through: tuple[str, ...] = ()
    ) -> Command:
        target = work.target
        arguments = {
            "backup": ["create", "backup", target.id, work.made],
            "clone": ["clone", target.id, work.made, target.cluster_id],
            "restore": ["ipr", target.id, "--backup", target.backup_id],
        }[work.kind]
        return self.run(*arguments, simulator=simulator, folder=folder, through=through)

    def _configure(self, simulator: Simulator | None, folder: Path) -> None:
        known = simulator.environment if simulator is not None else {}
        file = folder / "config.yaml"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(
                "headers:\n"
                f"  Authorization: Bearer {known.get('ASTRA_API_TOKEN', 'none')}\n"
                f"uid: {known.get('ASTRA_INSTANCE_ID', '00000000-0000-4000-8000-000000000000')}\n"
                f"astra_project: {known.get('ASTRA_FQDN', '127.0.0.1:1')}\n"
                "verifySSL: True\n"
            )


@dataclass(frozen=True)
class Done:
    """When the server was asked and when it had done the work, in simulated seconds."""

    asked: float
    ended: float


def evidence(work: Work, seen: Seen, name: str | None = None) -> Done:
    """Where the server's own journal shows that the work was done, once and well; raises `Invalid`
    otherwise.

    `name` is what the journal calls it, if it is another name than that of what is made or restored.
    """
    begin, end = {
        "backup": ("created", "completed"),
        "snapshot": ("created", "completed"),
        "clone": ("created", "completed"),
        "restore": ("restoreRequested", "restoreFinished"),
    }[work.kind]
    kind = "application" if work.kind == "restore" else work.kind
    if name is None:
        name = work.target.name if work.kind == "restore" else work.made
    entries = [entry for entry in seen.journal if entry["kind"] == kind and entry["name"] == name]
    begun = [entry for entry in entries if entry["event"] == begin]
    ended = [entry for entry in entries if entry["event"] == end]
    bad = [entry["event"] for entry in entries if entry["event"].lower().endswith("failed")]
    if len(begun) != 1 or len(ended) != 1 or bad:
        raise Invalid(
            f'the server shows {len(begun)} begun and {len(ended)} finished of {work.kind} "{name}", and not'
            f" one of each{'' if not bad else ': ' + ', '.join(bad)}"
        )
    if work.kind == "restore" and begun[0]["related"] != work.target.backup_id:
        raise Invalid(
            f'"{name}" was restored from {begun[0]["related"]}, and not from {work.target.backup_id}'
        )
    return Done(begun[0]["at"], ended[0]["at"])


def before_asking(requests: Sequence[Request]) -> int:
    """How many requests came before the one that asked for the operation; all if none did."""
    for count, request in enumerate(requests):
        if request.asks_for_an_operation:
            return count
    return len(requests)


def record(client: str, work: Work, run: Run, seen: Seen) -> dict[str, object]:
    """The figures of one operation that one client carried out; raises `Invalid` if the server did not do it.

    `server` is how long the server took, `delay` how long after its end the client ended, `beyond` what the
    client took in all beyond the server's time; seconds.
    """
    done = evidence(work, seen)
    server = done.ended - done.asked
    return {
        "client": client,
        "what": work.kind,
        **run.figures(),
        "server": server,
        "beyond": run.wall - server,
        "delay": run.ended - (seen.zero + done.ended),
        **counts(seen),
    }


def counts(seen: Seen) -> dict[str, object]:
    """What a client asked of the server."""
    return {
        "requests": len(seen.requests),
        "requestsBefore": before_asking(seen.requests),
        "bytesReceived": seen.traffic.received,
        "bytesSent": seen.traffic.sent,
        "connections": seen.traffic.connections,
    }
