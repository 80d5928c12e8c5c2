"""Starting up: what a program costs before it has done anything, next to a C program with the same
libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import Bench, Samples, say, scenario
from binaries import PLAIN, instructions, libraries, named, size
from clients import C, STEPS as OURS, TOOLKIT
from measure import Command, Invalid, Run


def measure(bench: Bench) -> dict[str, Any]:
    rounds = bench.rounds(25, 5)
    samples: Samples = []
    say(f"starting up, {rounds} rounds")
    # A round more, which only brings the programs into the memory of the machine.
    for number in range(0, rounds + 1):
        for client, what, command in commands(bench):
            run = bench.launcher.run(command)
            check(client, what, command, run)
            if number > 0:
                samples.append({"client": client, "what": what, "round": number, **run.figures()})
    with bench.simulator(scenario(1)) as simulator:
        for number in range(1, bench.rounds(10, 3) + 1):
            run = bench.launcher.run(
                Command(
                    (str(bench.linked), "request"), {**PLAIN, **simulator.environment}, bench.new_folder()
                )
            )
            samples.append({"client": C, "what": "request", "round": number, **run.figures()})
    return {"samples": samples, "rounds": rounds, **counted(bench)}


def commands(bench: Bench) -> list[tuple[str, str, Command]]:
    """One round: client, what it does, and how; ours and the toolkit's by turns."""
    steps, toolkit = bench.steps, bench.toolkit
    folder = bench.new_folder
    return [
        (OURS, "help", steps.step("backup", "--help", simulator=None, folder=folder())),
        (TOOLKIT, "help", toolkit.run("--help", simulator=None, folder=folder())),
        (OURS, "version", steps.step("backup", "--version", simulator=None, folder=folder())),
        # Fast: without asking the server first which applications there are.
        (
            TOOLKIT,
            "refusal",
            toolkit.run("--fast", "create", "backup", simulator=None, folder=folder(), expected=2),
        ),
        (OURS, "refusal", steps.step("backup", simulator=None, folder=folder(), expected=64)),
        (C, "start", Command((str(bench.linked),), PLAIN, folder())),
    ]


def check(client: str, what: str, command: Command, run: Run) -> None:
    """Raises `Invalid` if a program did not do what it should have done."""
    texts = {
        "help": "usage",
        "version": "0.",
        "refusal": "required" if client == TOOLKIT else "is not set",
        "start": "libcurl",
    }
    if texts[what] not in run.output.lower():
        raise Invalid(f'{command.arguments} did not print "{texts[what]}": {run.output[-500:]}')
    if (client, what) == (OURS, "refusal"):
        report = Path(command.environment["ASTRA_REPORT_DIR"]) / "TEST-astra-backup.xml"
        if "AstraBackup" not in report.read_text():
            raise Invalid(f"{report} does not tell of the refused parameter")


def counted(bench: Bench) -> dict[str, Any]:
    """What needs no rounds: sizes, libraries, instructions."""
    say("counting instructions, libraries and bytes")
    tree = bench.steps.programs.parent
    backup = named("astra-backup", tree, bench.new_folder())
    help_ = instructions([str(backup), "--help"])
    refusal = instructions([str(backup)], expected=64)
    floor = instructions([str(bench.linked)])
    command = bench.toolkit.run("--help", simulator=None, folder=bench.new_folder(), through=("libraries",))
    toolkit = bench.launcher.run(command)
    return {
        "size": size(tree),
        "libraries": {
            OURS: len(libraries(backup)),
            C: len(libraries(bench.linked)),
            TOOLKIT: int(toolkit.output.splitlines()[-1]),
        },
        "instructions": {
            "help": {"total": help_.total, "own": help_.own},
            "refusal": {"total": refusal.total, "own": refusal.own},
            C: {"total": floor.total, "own": floor.own},
        },
    }
