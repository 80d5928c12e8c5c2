"""What every part of the benchmark is given: the programs, a place to work in, and how thorough to be."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

from clients import Kubectl, ProtectSteps, Steps, Target, Toolkit
from measure import Invalid, Launcher
from simulator import ClusterSimulator, Scenario, Simulator

Sample = dict[str, Any]
Samples = list[Sample]

PRODUCTION, DEBUG = "ocp-prod", "ocp-debug"
DEBUG_ID = "2d3e4f50-6172-4839-84a5-b6c7d8e9f001"


@dataclass
class Bench:
    """The programs that are measured, and those that measure."""

    folder: Path
    launcher: Launcher
    steps: Steps
    toolkit: Toolkit
    simulator_program: Path
    linked: Path
    in_process: Path
    python: Path
    kubectl_program: Path
    quick: bool
    seed: int = 20_261_125
    in_process_answers: dict[str, Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_folder(self) -> Path:
        """An empty folder that nobody else uses."""
        folder = self.folder / f"{next(self._numbers)}"
        folder.mkdir(parents=True)
        return folder

    def simulator(self, scenario: Scenario, *, speed: float = 1) -> Simulator:
        return Simulator(self.simulator_program, self.new_folder() / "simulator", scenario, speed=speed)

    def clusters(self, scenario: Scenario) -> ClusterSimulator:
        return ClusterSimulator(self.simulator_program, self.new_folder() / "simulator", scenario)

    def protect_steps(self, context: str) -> ProtectSteps:
        return ProtectSteps(self.steps.programs, context)

    def kubectl(self, context: str) -> Kubectl:
        return Kubectl(self.kubectl_program, context)

    def rounds(self, thorough: int, quick: int) -> int:
        return quick if self.quick else thorough

    def ask_in_process(self, command: str, *arguments: str) -> None:
        """Keeps what `step-benchmark` prints for one of its commands."""
        say(f"step-benchmark {command}")
        done = subprocess.run(
            [str(self.in_process), command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=1800,
        )
        if done.returncode != 0:
            raise Invalid(f"step-benchmark {command} ended with {done.returncode}: {done.stderr[-2000:]}")
        self.in_process_answers[command] = json.loads(done.stdout)


def say(text: str) -> None:
    """One line of progress."""
    print(f"   {text}", file=sys.stderr, flush=True)


def settings_for(seconds: float) -> dict[str, float]:
    """Settings by which a backup, a clone and an in-place restore each take so long on the server."""
    first = min(1.0, seconds * 0.1)
    return {
        "backupPendingSeconds": first,
        "backupSeconds": seconds - first,
        "cloneSeconds": seconds * 0.8,
        "cloneDiscoverySeconds": seconds * 0.2,
        "restoreSeconds": seconds * 0.8,
        "restoreDiscoverySeconds": seconds * 0.2,
    }


def scenario(seconds: float, applications: int = 1, backups: int = 1) -> Scenario:
    """A server with so many applications, each with so many backups, whose operations take so long."""
    return {
        "seed": 42,
        "account": "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
        "token": "not-a-real-token-of-the-benchmark",
        "buckets": [{"name": "astra-backups"}],
        "clouds": [{"name": "private", "defaultBucket": "astra-backups"}],
        "clusters": [
            {"name": PRODUCTION, "cloud": "private"},
            {"id": DEBUG_ID, "name": DEBUG, "cloud": "private"},
        ],
        "applications": [
            {
                "id": identifier(number, 0),
                "name": name_of(number),
                "cluster": PRODUCTION,
                "content": {"version": "2.4.2", "rows": ["order-1001", "order-1002"]},
                "backups": [
                    {
                        "id": identifier(number, place),
                        "name": f"nightly-{place:03}",
                        "ageSeconds": 86_400 * place,
                        "content": {"version": "2.4.1", "rows": ["order-1001"]},
                    }
                    for place in range(1, backups + 1)
                ],
            }
            for number in range(1, applications + 1)
        ],
        "settings": settings_for(seconds),
    }


def name_of(number: int) -> str:
    """The name of an application, by its number from 1 on."""
    return f"shop-{number:05}"


def identifier(number: int, place: int) -> str:
    """The id of an application (place 0) or of one of its backups."""
    return str(uuid.UUID(int=(0xB << 124) | (number << 64) | (4 << 76) | (8 << 60) | place))


def target(number: int) -> Target:
    """An application of `scenario`, with its newest backup."""
    return Target(
        name_of(number), identifier(number, 0), "nightly-001", identifier(number, 1), DEBUG, DEBUG_ID
    )


def fleet(seconds: float, applications: int, backups: int) -> Scenario:
    """Like `scenario`, for more applications than anyone wants to write down."""
    return scenario(seconds, applications, backups)
