"""Backup, clone and in-place restore as users run them, in real time, each against a server of its own."""

from __future__ import annotations

import time
from typing import Any

from arithmetic import drawn_lengths
from bench import Bench, Samples, say, scenario, target
from clients import KINDS, Client, Work, record
from measure import Launched
from simulator import Mark, Simulator


def measure(bench: Bench) -> dict[str, Any]:
    samples: Samples = []
    plan = (
        [(2.0, 5, False), (7.0, 7, False), (60.0, 3, True)]
        if not bench.quick
        else [(2.0, 1, True), (7.0, 2, True)]
    )
    for place, (nominal, rounds, at_once) in enumerate(plan):
        lengths = iter(drawn_lengths(nominal, rounds * len(KINDS), bench.seed + place))
        for number in range(1, rounds + 1):
            works = [(Work(kind, target(1), f"made-by-{kind}"), next(lengths)) for kind in KINDS]
            say(f"operations of about {nominal:.0f} s, round {number} of {rounds}")
            for client in (bench.steps, bench.toolkit):
                new = all_at_once(bench, client, works) if at_once else one_by_one(bench, client, works)
                samples += [{**sample, "nominal": nominal, "round": number} for sample in new]
    return {"samples": samples, "plan": [list(entry) for entry in plan]}


def one_by_one(bench: Bench, client: Client, works: list[tuple[Work, float]]) -> Samples:
    """The operations one after the other, each with its length."""
    samples: Samples = []
    for work, length in works:
        with bench.simulator(scenario(length)) as simulator:
            since = simulator.mark()
            run = bench.launcher.run(client.command(work, simulator, bench.new_folder()))
            samples.append(record(client.name, work, run, simulator.seen(since)))
    return samples


def all_at_once(bench: Bench, client: Client, works: list[tuple[Work, float]]) -> Samples:
    """The three operations at the same time, each against its own server, to save time.

    They are begun one and a half seconds apart, so that none starts up while another does, and what they do
    while they wait is too little to be in each other's way.
    """
    under_way: list[tuple[Work, Simulator, Mark, Launched]] = []
    simulators: list[Simulator] = []
    samples: Samples = []
    try:
        for _, length in works:
            simulators.append(bench.simulator(scenario(length)))
        for (work, _), simulator in zip(works, simulators):
            since = simulator.mark()
            command = client.command(work, simulator, bench.new_folder())
            under_way.append((work, simulator, since, bench.launcher.start(command)))
            time.sleep(1.5)
        for work, simulator, since, launched in under_way:
            run = launched.end()
            samples.append(record(client.name, work, run, simulator.seen(since)))
    finally:
        for _, _, _, launched in under_way:
            launched.stop()
        for simulator in simulators:
            simulator.stop()
    return samples
