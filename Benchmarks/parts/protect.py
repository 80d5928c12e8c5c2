"""Trident protect: noticing the end by a watch, beside `kubectl create` and `kubectl wait` at such a server;
and what finding one application among many costs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Sequence

from arithmetic import drawn_lengths
from bench import Bench, Sample, Samples, name_of, say, target
from bench import scenario as account
from clients import Work, before_asking, evidence, record
from measure import Command, Invalid, Launched, Run
from simulator import Mark, Scenario, Seen, Simulator

CONTEXT, UNWATCHED, VAULT = "ocp-prod", "unwatched@ocp-prod", "vault-ocp-prod"
KINDS = ("backup", "snapshot", "clone", "restore")
# The others in a cluster of many: so many applications, and so many namespaces that they lie in.
LARGE, NAMESPACES = 10_000, 1_000
GROUP, RBAC = "protect.trident.netapp.io", "rbac.authorization.k8s.io"
CLUSTER, CONTROL, NO_WATCH = "trident-protect", "astra-control", "no watch"


def measure(bench: Bench) -> dict[str, Any]:
    samples: Samples = []
    plan = [(7.0, 9, False), (60.0, 5, True)] if not bench.quick else [(7.0, 2, True)]
    for place, (nominal, rounds, at_once) in enumerate(plan):
        lengths = drawn_lengths(nominal, rounds, bench.seed + 100 + place)
        for number, length in enumerate(lengths, 1):
            say(f"backups of about {nominal:.0f} s, round {number} of {rounds}")
            for sample in side_by_side(bench, length, at_once):
                samples.append({**sample, "nominal": nominal, "round": number})
    sizes = (1, LARGE)
    counted = [sample for size in sizes for sample in among(bench, size)]
    check_constant(counted)
    samples += counted
    return {"samples": samples, "plan": [list(entry) for entry in plan], "sizes": list(sizes)}


# MARK: The server


def scenario(seconds: float, others: int = 0) -> Scenario:
    """A cluster with one application that the work is on, and so many others; operations take so long."""
    production = target(1)
    return {
        "kubernetes": {
            "clusters": [
                {
                    "name": CONTEXT,
                    "users": [
                        {"token": "FAKE-admin", "name": "admin", "groups": ["system:masters"]},
                        {"token": "FAKE-unwatched", "name": "unwatched"},
                    ],
                    "objects": [*rights(), *(application(number) for number in range(2, others + 2))],
                }
            ],
            "tridentProtect": {
                "settings": {
                    "backupSeconds": seconds,
                    "snapshotSeconds": seconds,
                    "cloneSeconds": seconds,
                    "restoreSeconds": seconds,
                    "settlingSeconds": 0.5,
                },
                "applications": [
                    {
                        "name": production.name,
                        "cluster": CONTEXT,
                        "content": {"version": "2.4.2", "rows": ["order-1001", "order-1002"]},
                        "backups": [{"id": production.backup_id, "name": production.backup_name}],
                    }
                ],
            },
        }
    }


def application(number: int) -> dict[str, Any]:
    """One of many others, in one of many namespaces."""
    namespace = f"team-{number % NAMESPACES:04}"
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "Application",
        "metadata": {"name": name_of(number), "namespace": namespace},
        "spec": {"includedNamespaces": [{"namespace": namespace}]},
    }


def rights() -> list[dict[str, Any]]:
    """What lets the user `unwatched` do everything but watch."""
    verbs = ["get", "list", "create", "update", "patch", "delete"]
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": verbs}
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "unwatched"}
    return [
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "unwatched"},
            "rules": [rule],
        },
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "unwatched"},
            "roleRef": role,
            "subjects": [{"kind": "User", "name": "unwatched"}],
        },
    ]


# MARK: Side by side


@dataclass
class Contender:
    """A way to make a backup: processes that are run one after the other, at a server of its own."""

    where: str
    work: Work
    simulator: Simulator
    commands: Sequence[Command]
    client: str

    def begin(self, bench: Bench) -> None:
        self.since: Mark = self.simulator.mark()
        self.runs: list[Run] = []
        # All but the last are short.
        for command in self.commands[:-1]:
            self.runs.append(bench.launcher.run(command))
        self.last: Launched = bench.launcher.start(self.commands[-1])

    def end(self) -> Sample:
        self.runs.append(self.last.end())
        seen = self.simulator.seen(self.since)
        run = together(self.runs)
        return {
            **record(self.client, self.work, run, seen),
            "where": self.where,
            "processes": len(self.runs),
            "untilAsked": seen.zero + evidence(self.work, seen).asked - run.began,
            **asked(seen),
        }


def together(runs: Sequence[Run]) -> Run:
    """Processes one after the other as one: from the first's start to the last's end, with the most memory
    of any."""
    return Run(
        exit=runs[-1].exit,
        signal=runs[-1].signal,
        began=runs[0].began,
        ended=runs[-1].ended,
        wall=runs[-1].ended - runs[0].began,
        user=sum(run.user for run in runs),
        system=sum(run.system for run in runs),
        peakKiB=max(run.peakKiB for run in runs),
        minorFaults=sum(run.minorFaults for run in runs),
        majorFaults=sum(run.majorFaults for run in runs),
        output="".join(run.output for run in runs),
    )


def asked(seen: Seen) -> dict[str, int]:
    return {"watches": sum(getattr(request, "is_watch", False) for request in seen.requests)}


def contenders(bench: Bench, length: float) -> list[Contender]:
    """Ours with the watch and without, kubectl, and ours at Astra Control, each with a server of its own."""
    work = Work("backup", target(1), "made-by-backup")
    found: list[Contender] = []
    for where, context in [(CLUSTER, CONTEXT), (NO_WATCH, UNWATCHED)]:
        simulator = bench.clusters(scenario(length))
        command = bench.protect_steps(context).command(work, simulator, bench.new_folder())
        found.append(Contender(where, work, simulator, [command], bench.steps.name))
    simulator = bench.clusters(scenario(length))
    kubectl = bench.kubectl(CONTEXT)
    commands = kubectl.commands(work, VAULT, simulator, bench.new_folder())
    found.append(Contender(CLUSTER, work, simulator, commands, kubectl.name))
    control = bench.simulator(account(length))
    command = bench.steps.command(work, control, bench.new_folder())
    found.append(Contender(CONTROL, work, control, [command], bench.steps.name))
    return found


def side_by_side(bench: Bench, length: float, at_once: bool) -> Samples:
    """A round: one after the other or, to save time, begun two seconds apart, so that nobody starts up while
    another does."""
    all_ = contenders(bench, length)
    samples: Samples = []
    try:
        if not at_once:
            for one in all_:
                one.begin(bench)
                samples.append(one.end())
            return samples
        for one in all_:
            one.begin(bench)
            time.sleep(2)
        return [one.end() for one in all_]
    finally:
        for one in all_:
            if hasattr(one, "last"):
                one.last.stop()
            one.simulator.stop()


# MARK: Many applications


def among(bench: Bench, size: int) -> Samples:
    """The work of each step on one application among so many."""
    say(f"a cluster of {size:,} applications in {min(size, NAMESPACES):,} namespaces")
    samples: Samples = []
    for kind in KINDS:
        with bench.clusters(scenario(1.0, size - 1)) as simulator:
            work = Work(kind, target(1), f"made-by-{kind}")
            since = simulator.mark()
            command = bench.protect_steps(CONTEXT).command(work, simulator, bench.new_folder())
            run = bench.launcher.run(command)
            seen = simulator.seen(since)
            # An in-place restore is an object of its own.
            evidence(work, seen, f"{work.target.name}-restore-1" if kind == "restore" else None)
            samples.append(
                {
                    "client": bench.steps.name,
                    "where": CLUSTER,
                    "what": kind,
                    "applications": size,
                    **run.figures(),
                    "requests": len(seen.requests),
                    "requestsBefore": before_asking(seen.requests),
                }
            )
    return samples


def check_constant(samples: Samples) -> None:
    """Raises `Invalid` if what a step asks before its operation depends on how many applications there are: no
    machine is too slow or too busy for that."""
    for kind in KINDS:
        numbers = {
            sample["applications"]: sample["requestsBefore"] for sample in samples if sample["what"] == kind
        }
        if len(set(numbers.values())) != 1:
            raise Invalid(f"the requests before a {kind} depend on the number of applications: {numbers}")
