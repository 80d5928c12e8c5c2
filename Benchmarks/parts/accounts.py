"""Accounts of many applications: what finding the one among them costs."""

from __future__ import annotations

from typing import Any

from bench import Bench, Samples, fleet, name_of, say, target
from clients import KINDS, STEPS, TOOLKIT, Work, counts, record
from measure import Invalid, Run
from simulator import Seen, Simulator

BACKUPS = 100
SECONDS = 1.0
# The toolkit asks two requests for each application before an in-place restore: one round says it all.
LARGE = 10_000


def measure(bench: Bench) -> dict[str, Any]:
    samples: Samples = []
    sizes = (1, 100, 1_000) if bench.quick else (1, 100, 1_000, LARGE)
    dry, whole = bench.rounds(7, 2), bench.rounds(3, 1)
    for size in sizes:
        say(
            f"an account of {size} applications with {BACKUPS} backups each: {dry} rounds of looking,"
            f" {whole} of work"
        )
        with bench.simulator(fleet(SECONDS, size, BACKUPS)) as simulator:
            account = Account(bench, simulator, size)
            for number in range(1, dry + 1):
                samples += [
                    {**sample, "round": number, "applications": size} for sample in account.look(number)
                ]
            for number in range(1, whole + 1):
                samples += [
                    {**sample, "round": number, "applications": size} for sample in account.work(number)
                ]
    bench.ask_in_process("accounts")
    return {
        "samples": samples,
        "sizes": list(sizes),
        "rounds": {"looking": dry, "working": whole},
        "backups": BACKUPS,
        "nominal": SECONDS,
    }


class Account:
    """A server with its applications, and what is asked of it."""

    def __init__(self, bench: Bench, simulator: Simulator, size: int) -> None:
        self._bench = bench
        self._simulator = simulator
        self._size = size

    def _work(self, kind: str, number: int, client: str) -> Work:
        # Another application each time: the first of a list is found sooner than the last.
        application = (number * 7919) % self._size + 1
        return Work(kind, target(application), f"{kind}-{number}-by-{client}")

    def look(self, number: int) -> Samples:
        """One round of what changes nothing: our steps with `--dry-run`, and the toolkit's list."""
        bench, samples = self._bench, []
        for kind in KINDS:
            since = self._simulator.mark()
            work = self._work(kind, number, STEPS)
            run = bench.launcher.run(bench.steps.command(work, self._simulator, bench.new_folder(), dry=True))
            samples.append(self._looked(STEPS, f"dry {kind}", run, self._simulator.seen(since)))
        since = self._simulator.mark()
        run = bench.launcher.run(
            bench.toolkit.run("list", "apps", simulator=self._simulator, folder=bench.new_folder())
        )
        if name_of(self._size) not in run.output:
            raise Invalid(f"the toolkit's list does not name {name_of(self._size)}: {run.output[-500:]}")
        samples.append(self._looked(TOOLKIT, "list", run, self._simulator.seen(since)))
        return samples

    def _looked(self, client: str, what: str, run: Run, seen: Seen) -> dict[str, Any]:
        if seen.journal or any(request.asks_for_an_operation for request in seen.requests):
            raise Invalid(f"{what} of {client} changed something: {seen.journal}")
        if not seen.requests:
            raise Invalid(f"{what} of {client} asked nothing")
        return {"client": client, "what": what, **run.figures(), **counts(seen)}

    def work(self, number: int) -> Samples:
        """One round of whole operations, ours and the toolkit's by turns."""
        bench, samples = self._bench, []
        for kind, client in [(kind, client) for kind in KINDS for client in (bench.steps, bench.toolkit)]:
            if client.name == TOOLKIT and (
                kind == "clone" or kind == "restore" and number > 1 and self._size >= LARGE
            ):
                continue
            work = self._work(kind, number, client.name)
            since = self._simulator.mark()
            run = bench.launcher.run(client.command(work, self._simulator, bench.new_folder()))
            samples.append(record(client.name, work, run, self._simulator.seen(since)))
        return samples
