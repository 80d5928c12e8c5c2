"""Many steps at once against one server: a night of backups of fifty applications."""

from __future__ import annotations

from typing import Any

from bench import Bench, Samples, say, scenario, target
from clients import Client, Work, counts, evidence

SECONDS = 2.0


def measure(bench: Bench) -> dict[str, Any]:
    count = 10 if bench.quick else 50
    rounds = bench.rounds(3, 1)
    samples: Samples = []
    for number in range(1, rounds + 1):
        for client in (bench.steps, bench.toolkit):
            say(f"{count} backups at once by {client.name}, round {number} of {rounds}")
            samples.append({**at_once(bench, client, count), "round": number})
    return {"samples": samples, "rounds": rounds, "count": count, "nominal": SECONDS}


def at_once(bench: Bench, client: Client, count: int) -> dict[str, Any]:
    work = [Work("backup", target(number), f"nightly-of-{number}") for number in range(1, count + 1)]
    with bench.simulator(scenario(SECONDS, applications=count)) as simulator:
        commands = [client.command(item, simulator, bench.new_folder()) for item in work]
        since = simulator.mark()
        launched = [bench.launcher.start(command) for command in commands]
        try:
            runs = [one.end() for one in launched]
        finally:
            for one in launched:
                one.stop()
        seen = simulator.seen(since)
        for item in work:
            evidence(item, seen)
    return {
        "client": client.name,
        "what": "backup",
        "wall": max(run.ended for run in runs) - min(run.began for run in runs),
        "user": sum(run.user for run in runs),
        "system": sum(run.system for run in runs),
        "peakKiB": max(run.peakKiB for run in runs),
        "sumOfPeaksKiB": sum(run.peakKiB for run in runs),
        **{name: value for name, value in counts(seen).items() if name != "requestsBefore"},
    }
