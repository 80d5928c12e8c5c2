"""Long operations of the toolkit in virtual time: its sleeps become leaps of a simulator whose time stands
still.

Whatever happens between two sleeps takes no time at all, so what is left is the clients' way of waiting
alone. Ours is measured for the same lengths in one process (`step-benchmark waiting`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from arithmetic import drawn_lengths
from bench import Bench, Samples, say, scenario, target
from clients import KINDS, TOOLKIT, Work, counts, evidence

MINUTES = (5, 10, 30, 120)


def measure(bench: Bench) -> dict[str, Any]:
    samples: Samples = []
    minutes = MINUTES[:3] if bench.quick else MINUTES
    rounds = bench.rounds(7, 1)
    for nominal in minutes:
        say(f"operations of {nominal} minutes in virtual time, {rounds} rounds")
        lengths = iter(drawn_lengths(nominal * 60, rounds * len(KINDS), bench.seed + nominal))
        for number in range(1, rounds + 1):
            for kind in KINDS:
                sample = one(bench, Work(kind, target(1), f"made-by-{kind}"), next(lengths))
                samples.append({**sample, "nominal": nominal * 60, "round": number})
    bench.ask_in_process("waiting")
    return {"samples": samples, "rounds": rounds}


def one(bench: Bench, work: Work, length: float) -> dict[str, Any]:
    with bench.simulator(scenario(length), speed=0) as simulator:
        since = simulator.mark()
        command = bench.toolkit.command(work, simulator, bench.new_folder(), through=("virtual",))
        environment = {**command.environment, "SIMULATOR": simulator.environment["ASTRA_FQDN"]}
        bench.launcher.run(replace(command, environment=environment))
        seen = simulator.seen(since)
        done = evidence(work, seen)
    return {
        "client": TOOLKIT,
        "what": work.kind,
        "server": done.ended - done.asked,
        "delay": seen.now - done.ended,
        **counts(seen),
    }
