"""What is expected of the steps, held against the raw data."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Callable, Mapping

from arithmetic import mean
from binaries import LARGEST_STEPS
from clients import C, KINDS, KUBECTL, STEPS, TOOLKIT
from figures import Figures
from words import NOTHING, count, length, percent, seconds

# The services whose API tells of changes, as people call them.
SERVICES_WITH_WATCHES = {"trident-protect": "Trident protect", "velero": "Velero"}
MET = {True: "yes", False: "**no**"}


@dataclass(frozen=True)
class Expectation:
    """A sentence, the figure that was measured and its limit as text, and whether it is met; None: not
    measured."""

    text: str
    figure: str
    limit: str
    met: bool | None


def unknown(text: str, limit: str) -> Expectation:
    return Expectation(text, NOTHING, limit, None)


def at_least(text: str, value: float | None, limit: float) -> Expectation:
    said = f"at least {limit:g} times"
    return (
        unknown(text, said)
        if value is None
        else Expectation(text, f"{value:.1f} times", said, value >= limit)
    )


def at_most(text: str, value: float | None, limit: float, word: Callable[[float | None], str]) -> Expectation:
    said = f"at most {word(limit)}"
    return unknown(text, said) if value is None else Expectation(text, word(value), said, value <= limit)


def quotient(above: float | None, below: float | None) -> float | None:
    return None if above is None or not below else above / below


def times(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f} times"


def expectations(figures: Figures) -> list[Expectation]:
    """All of them, in the order of the page."""
    return [
        *starting(figures),
        *remembering(figures),
        *noticing(figures),
        *asking(figures),
        *growing(figures),
        *connecting(figures),
        *protecting(figures),
        *finding(figures),
        *watching(figures),
        *fitting(figures),
    ]


def starting(figures: Figures) -> list[Expectation]:
    def wall(client: str, what: str) -> float | None:
        return figures.median("start", "wall", client=client, what=what)

    return [
        at_least(
            "start-up (`--help`, median wall) is faster than the toolkit's",
            quotient(wall(TOOLKIT, "help"), wall(STEPS, "help")),
            50,
        ),
        at_least(
            "… and likewise where it fails at once on a parameter",
            quotient(wall(TOOLKIT, "refusal"), wall(STEPS, "refusal")),
            50,
        ),
        at_most(
            "… and takes no longer than this, compared with a C program with the same libraries",
            quotient(wall(STEPS, "help"), wall(C, "start")),
            3,
            times,
        ),
    ]


def remembering(figures: Figures) -> list[Expectation]:
    def peak(client: str, what: str, size: int) -> float | None:
        return figures.median("accounts", "peakKiB", client=client, what=what, applications=size)

    found = [
        at_least(
            "peak memory of a whole backup, one application, is lower than the toolkit's",
            quotient(peak(TOOLKIT, "backup", 1), peak(STEPS, "backup", 1)),
            4,
        )
    ]
    sizes = figures.part("accounts").get("sizes", [1])
    for kind in KINDS:
        found.append(
            at_most(
                f"… and does not grow with the account: {kind}, {sizes[-1]:,} applications against one",
                quotient(peak(STEPS, kind, sizes[-1]), peak(STEPS, kind, 1)),
                1.1,
                times,
            )
        )
    return found


def noticing(figures: Figures) -> list[Expectation]:
    delays = figures.values("operations", "delay", client=STEPS, nominal=7.0)
    found = [
        at_most(
            "the end of an operation of 7 s is noticed, in the mean of all operations, after",
            mean(delays) if delays else None,
            0.3,
            seconds,
        )
    ]
    long = [
        sample["delay"] / sample["server"]
        for sample in figures.samples("operations", client=STEPS)
        if sample["nominal"] > 7
    ]
    found.append(
        at_most(
            "… of one of a minute, as a share of its length (mean)",
            mean(long) if long else None,
            0.03,
            percent,
        )
    )
    for nominal in lengths(figures, 8):
        shares = [row["delay"]["toEnd"]["percentOfLength"]["mean"] / 100 for row in waited(figures, nominal)]
        found.append(
            at_most(
                f"… of {length(nominal)} in virtual time, likewise, the worst of all operations",
                max(shares),
                0.03,
                percent,
            )
        )
    return found


def asking(figures: Figures) -> list[Expectation]:
    found = []
    for nominal in lengths(figures, 600):
        pairs = [
            (row["requests"]["all"]["mean"], its)
            for row in waited(figures, nominal)
            if (its := figures.mean("virtual", "requests", client=TOOLKIT, nominal=nominal, what=row["step"]))
            is not None
        ]
        text = f"{length(nominal)} take no more requests than the toolkit's, the worst of all operations"
        if pairs:
            ours, its = max(pairs, key=lambda pair: pair[0] / pair[1])
            found.append(Expectation(text, count(ours), f"at most {count(its)}", ours <= its))
        else:
            found.append(unknown(text, "the toolkit's"))
    return found


def growing(figures: Figures) -> list[Expectation]:
    part = "accounts"
    sizes = figures.part(part).get("sizes", [1])
    found = []
    for kind in KINDS:
        numbers = {
            size: sorted(
                {
                    s["requestsBefore"]
                    for s in figures.samples(part, client=STEPS, what=kind, applications=size)
                }
            )
            for size in (sizes[0], sizes[-1])
        }
        text = f"{kind}: requests before the operation, {sizes[-1]:,} applications against one"
        first, last = numbers[sizes[0]], numbers[sizes[-1]]
        if first and last:
            figure = f"{', '.join(map(str, last))} against {', '.join(map(str, first))}"
            found.append(Expectation(text, figure, "the same", first == last and len(first) == 1))
        else:
            found.append(unknown(text, "the same"))
    for what in [*(f"dry {kind}" for kind in KINDS), *KINDS]:
        one, many = (
            figures.median(part, "wall", client=STEPS, what=what, applications=size)
            for size in (sizes[0], sizes[-1])
        )
        name = what.replace("dry ", "dry run of ")
        found.append(
            at_most(
                f"{name}: wall at {sizes[-1]:,} applications against one", quotient(many, one), 1.5, times
            )
        )
    return found


def connecting(figures: Figures) -> list[Expectation]:
    text = "each step opens one connection"
    numbers = sorted(
        {
            int(sample["connections"])
            for part in ("operations", "accounts")
            for sample in figures.samples(part, client=STEPS)
            if sample["connections"] is not None
        }
    )
    if not numbers:
        return [unknown(text, "1")]
    return [Expectation(text, ", ".join(map(str, numbers)), "1", numbers == [1])]


def protecting(figures: Figures) -> list[Expectation]:
    """A backup at Trident protect, beside kubectl on the same server."""

    def median(
        value: str, nominal: float, client: str = STEPS, where: str = "trident-protect"
    ) -> float | None:
        return figures.median("protect", value, nominal=nominal, client=client, where=where)

    found = [
        at_most(
            f"Trident protect: the end of a backup of {length(nominal)} is noticed by the watch (median), after",
            median("delay", nominal),
            0.05,
            seconds,
        )
        for nominal in (7.0, 60.0)
    ]
    found.append(
        at_least(
            "… and peak memory of that backup is lower than kubectl's",
            quotient(median("peakKiB", 7, KUBECTL), median("peakKiB", 7)),
            2,
        )
    )
    found.append(
        at_most(
            "… and compared with that of a backup at Astra Control",
            quotient(median("peakKiB", 7), median("peakKiB", 7, where="astra-control")),
            1.1,
            times,
        )
    )
    return found


def finding(figures: Figures) -> list[Expectation]:
    """The requests before the operation, however many applications a cluster has."""
    sizes = figures.part("protect").get("sizes", [1, 10_000])
    found = []
    for kind in (KINDS[0], "snapshot", *KINDS[1:]):
        numbers = [
            sorted({s["requestsBefore"] for s in figures.samples("protect", what=kind, applications=size)})
            for size in (sizes[0], sizes[-1])
        ]
        text = f"Trident protect: requests before a {kind}, {sizes[-1]:,} applications against one"
        if not all(numbers):
            found.append(unknown(text, "the same"))
            continue
        first, last = numbers
        figure = f"{', '.join(map(str, last))} against {', '.join(map(str, first))}"
        found.append(Expectation(text, figure, "the same", first == last and len(first) == 1))
    return found


def watching(figures: Figures) -> list[Expectation]:
    """What waiting asks of an API server that serves watches, in virtual time."""
    rows = [row for row in figures.in_process("watching").get("results", []) if row["watch"] == "served"]

    def most(service: str, name: str, per: float) -> float | None:
        own = [row for row in rows if row.get("service", "trident-protect") == service]
        counts = (row[name] / ceil(row["countedSeconds"] / per) for row in own)
        return max(counts, default=None)

    found = []
    for service, title in SERVICES_WITH_WATCHES.items():
        text = f"{title}: requests in five minutes of waiting, the worst of all operations"
        found += [
            at_most(text, most(service, "requests", 300), 3, count),
            at_most(f"{title}: watches, each of 290 s", most(service, "watches", 290), 1, count),
        ]
    return found


def fitting(figures: Figures) -> list[Expectation]:
    size: int | None = figures.part("start").get("size")
    text = "all steps together are smaller than this, stripped"
    limit = f"below {LARGEST_STEPS:,} bytes"
    if size is None:
        return [unknown(text, limit)]
    return [Expectation(text, f"{size:,} bytes", limit, size < LARGEST_STEPS)]


def waited(figures: Figures, nominal: float) -> list[Mapping[str, Any]]:
    """The rows of `step-benchmark waiting` for our steps and one length."""
    return [
        row
        for row in figures.in_process("waiting").get("results", [])
        if row["client"] == "astra-steps" and row["lengthSeconds"] == nominal
    ]


def lengths(figures: Figures, least: float) -> list[float]:
    """The lengths that `step-benchmark waiting` has, from one on."""
    rows = figures.in_process("waiting").get("results", [])
    return sorted({row["lengthSeconds"] for row in rows if row["lengthSeconds"] >= least})
