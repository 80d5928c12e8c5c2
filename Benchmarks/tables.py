"""The tables of the page, each a function from the figures to Markdown."""

from __future__ import annotations

from typing import Any, Callable

from clients import C, KINDS, KUBECTL, STEPS, TOOLKIT
from expectations import MET, SERVICES_WITH_WATCHES, expectations, lengths, waited
from figures import Figures, Value, cpu
from words import NOTHING, count, data, length, percent, ratio, seconds, spread, table

OURS: dict[str, object] = {"client": STEPS}
ITS: dict[str, object] = {"client": TOOLKIT}


def machine(figures: Figures) -> str:
    results = figures.results
    dates = sorted(part["date"] for part in results.get("parts", {}).values()) or [NOTHING]
    known = {**results.get("machine", {}), **results.get("versions", {})}
    rows = [[name, value] for name, value in known.items()]
    rows.insert(0, ["measured", dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"])
    if results.get("quick"):
        rows.insert(0, ["**quick version**", "few rounds: the spreads say little"])
    for name, part in results.get("parts", {}).items():
        rows.append(
            [
                f"part `{name}`",
                f"{part['seconds']:.0f} s; load before it (one minute's mean): {part['loadBefore']:.2f}",
            ]
        )
    return table(["", ""], rows).replace("--:", "---")


def expected(figures: Figures) -> str:
    rows = [
        [one.text, one.figure, one.limit, "–" if one.met is None else MET[one.met]]
        for one in expectations(figures)
    ]
    return table(["Expected", "Measured", "Limit", "Met"], rows)


def start(figures: Figures) -> str:
    """Start-up: time, processor time and memory."""
    rows = []
    measures: list[tuple[str, str | Value, str]] = [
        ("wall", "wall", "seconds"),
        ("processor", cpu, "seconds"),
        ("peak memory", "peakKiB", "memory"),
    ]
    for what, title in [("help", "`--help`"), ("version", "`--version`"), ("refusal", "a refused parameter")]:
        for name, value, unit in measures:
            ours = figures.spread("start", value, what=what, **OURS)
            its = figures.spread("start", value, what=what, **ITS)
            floor = figures.spread("start", value, what="start", client=C)
            against = figures.ratio("start", value, {"what": what, **ITS}, {"what": what, **OURS})
            above = figures.ratio("start", value, {"what": what, **OURS}, {"what": "start", "client": C})
            rows.append(
                [
                    f"{title}, {name}",
                    spread(ours, unit),
                    spread(its, unit),
                    ratio(against),
                    spread(floor, unit),
                    ratio(above),
                ]
            )
    request = figures.spread("start", "peakKiB", what="request", client=C)
    rows.append(
        ["one HTTPS request, peak memory", NOTHING, NOTHING, NOTHING, spread(request, "memory"), NOTHING]
    )
    return table(["", "astra-backup", "toolkit", "toolkit ÷ ours", "C program", "ours ÷ C"], rows)


def counts(figures: Figures) -> str:
    """What is counted without a clock."""
    part = figures.part("start")
    if not part:
        return NOTHING
    libraries, instructions = part["libraries"], part["instructions"]
    rows = [
        ["shared libraries loaded", *(count(libraries[client]) for client in (STEPS, TOOLKIT, C))],
        [
            "instructions of `--help`",
            count(instructions["help"]["total"]),
            NOTHING,
            count(instructions[C]["total"]),
        ],
        [
            "… of them in the program's own file",
            count(instructions["help"]["own"]),
            NOTHING,
            count(instructions[C]["own"]),
        ],
        ["instructions of a refused parameter", count(instructions["refusal"]["total"]), NOTHING, NOTHING],
        ["… of them in the program's own file", count(instructions["refusal"]["own"]), NOTHING, NOTHING],
        ["size of all steps together, stripped", f"{part['size']:,} bytes", NOTHING, NOTHING],
    ]
    return table(["", "astra-backup", "toolkit", "C program"], rows)


def operations(figures: Figures) -> str:
    rows = []
    for nominal in sorted({sample["nominal"] for sample in figures.samples("operations")}):
        for kind in KINDS:
            both = [{"nominal": nominal, "what": kind, "client": client} for client in (STEPS, TOOLKIT)]
            rows.append(
                [
                    f"{kind} of {length(nominal)}",
                    *(spread(figures.spread("operations", "beyond", **one)) for one in both),
                    ratio(figures.ratio("operations", "beyond", both[1], both[0])),
                    pair(figures, "operations", "delay", both, seconds),
                    pair(figures, "operations", "requests", both, count),
                    pair(figures, "operations", "bytesReceived", both, data),
                    pair(figures, "operations", "bytesSent", both, data),
                    pair(figures, "operations", "connections", both, count),
                ]
            )
    return table(
        [
            "",
            "beyond the server, ours",
            "… toolkit",
            "toolkit ÷ ours",
            "delay of noticing, mean",
            "requests",
            "bytes to the server",
            "bytes from it",
            "connections",
        ],
        rows,
    )


def pair(
    figures: Figures, part: str, value: str, both: list[dict[str, Any]], word: Callable[[float | None], str]
) -> str:
    """The means of both clients, ours first."""
    means = [figures.mean(part, value, **one) for one in both]
    return NOTHING if means == [None, None] else " : ".join(word(mean) for mean in means)


def virtual(figures: Figures) -> str:
    """Long operations: ours in one process, the toolkit in virtual time."""
    rows = []
    for nominal in lengths(figures, 120):
        for kind in KINDS:
            row = next((row for row in waited(figures, nominal) if row["step"] == kind), None)
            its: dict[str, object] = {"nominal": nominal, "what": kind, **ITS}
            samples = figures.samples("virtual", **its)
            share = sum(s["delay"] / s["server"] for s in samples) / len(samples) if samples else None
            rows.append(
                [
                    f"{kind} of {length(nominal)}",
                    NOTHING if row is None else seconds(row["delay"]["toEnd"]["seconds"]["mean"]),
                    seconds(figures.mean("virtual", "delay", **its)),
                    NOTHING
                    if row is None
                    else percent(row["delay"]["toEnd"]["percentOfLength"]["mean"] / 100),
                    percent(share),
                    NOTHING if row is None else count(row["requests"]["all"]["mean"]),
                    count(figures.mean("virtual", "requests", **its)),
                    NOTHING if row is None else data(row["bytes"]["received"]["mean"]),
                    data(figures.mean("virtual", "bytesSent", **its)),
                ]
            )
    return table(
        [
            "",
            "delay of noticing, mean: ours",
            "toolkit",
            "… as a share of the length: ours",
            "toolkit",
            "requests, mean: ours",
            "toolkit",
            "bytes from the server, mean: ours",
            "toolkit",
        ],
        rows,
    )


def accounts(figures: Figures) -> str:
    """What an account's size costs: a table for each figure, a column for each size."""
    sizes = figures.part("accounts").get("sizes", [])
    rows: list[tuple[str, str, str]] = [
        *((STEPS, f"dry {kind}", f"ours: {kind} `--dry-run`") for kind in KINDS),
        (TOOLKIT, "list", "toolkit: `list apps`"),
        *((STEPS, kind, f"ours: {kind}") for kind in KINDS),
        (TOOLKIT, "backup", "toolkit: `create backup`"),
        (TOOLKIT, "restore", "toolkit: `ipr`"),
    ]

    def of_each(title: str, cell: Callable[[dict[str, Any]], str]) -> str:
        head = [f"**{title}**", *(f"{size:,} application{'s' if size > 1 else ''}" for size in sizes)]
        return table(
            head,
            [
                [name, *(cell({"client": client, "what": what, "applications": size}) for size in sizes)]
                for client, what, name in rows
            ],
        )

    def requests(one: dict[str, Any]) -> str:
        before, every = (figures.mean("accounts", name, **one) for name in ("requestsBefore", "requests"))
        return (
            count(before)
            if one["what"] in ("list", *(f"dry {kind}" for kind in KINDS))
            else (f"{count(before)} of {count(every)}")
        )

    return "\n\n".join(
        [
            of_each("wall", lambda one: spread(figures.spread("accounts", "wall", **one))),
            of_each(
                "processor time of the client", lambda one: spread(figures.spread("accounts", cpu, **one))
            ),
            of_each("requests before the operation is asked for, of all", requests),
            of_each("bytes from the server", lambda one: data(figures.mean("accounts", "bytesSent", **one))),
            of_each(
                "peak memory", lambda one: spread(figures.spread("accounts", "peakKiB", **one), "memory")
            ),
        ]
    )


def parallel(figures: Figures) -> str:
    rows = []
    measures: list[tuple[str, str | Value, str]] = [
        ("wall, from the first start to the last end", "wall", "seconds"),
        ("processor time of all", cpu, "seconds"),
        ("peak memory, sum of all", "sumOfPeaksKiB", "memory"),
        ("peak memory, the largest", "peakKiB", "memory"),
    ]
    for name, value, unit in measures:
        rows.append(
            [
                name,
                spread(figures.spread("parallel", value, **OURS), unit),
                spread(figures.spread("parallel", value, **ITS), unit),
                ratio(figures.ratio("parallel", value, ITS, OURS)),
            ]
        )
    for name, key in [("requests", "requests"), ("connections", "connections")]:
        rows.append(
            [
                name,
                count(figures.mean("parallel", key, **OURS)),
                count(figures.mean("parallel", key, **ITS)),
                ratio(figures.ratio("parallel", key, ITS, OURS)),
            ]
        )
    return table(
        [f"{figures.part('parallel').get('count', '')} backups at once", "ours", "toolkit", "toolkit ÷ ours"],
        rows,
    )


def reports(figures: Figures) -> str:
    ours, its = figures.in_process("reports"), figures.part("reports").get("junitparser")
    if not ours or not its:
        return NOTHING

    def times(name: str, key: str) -> str:
        return seconds(ours[name][key]["median"] / 1e6)

    def median(key: str) -> str:
        values = sorted(its[key])
        return seconds(values[len(values) // 2])

    return table(
        ["the same report", "ours", "junitparser"],
        [
            [
                "making the document (ours: reading it back and comparing, too)",
                seconds(ours["reportWithoutFiles"]["median"] / 1e6),
                median("writeSeconds"),
            ],
            ["reading it", NOTHING, median("readSeconds")],
            ["writing it to the disk, safe from a power cut", times("report", "whole"), NOTHING],
            ["… of it, waiting for the disk", times("report", "waitingForTheDisk"), NOTHING],
            ["writing the run's record to the disk, likewise", times("record", "whole"), NOTHING],
            ["bytes", count(its["bytes"]), count(its["bytesWritten"])],
            ["cases", count(ours["phases"]), count(its["cases"])],
        ],
    )


def fleet(figures: Figures) -> str:
    document = figures.in_process("fleet")
    if not document:
        return NOTHING
    rows = [
        [
            row["client"],
            row["starts"],
            count(row["requestsADay"]),
            count(row["busiestSecond"]),
            f"{row['busiestMinutePerSecond']:.1f}",
            count(row["connections"]),
            data(row["bytesReceived"]),
            count(row["lookingInTheSame100ms"]),
            count(row["unnoticed"]),
        ]
        for row in [*document["results"], *document.get("withoutSpread", [])]
    ]
    return table(
        [
            "client",
            "starts",
            "requests a day",
            "in the busiest second",
            "a second in the busiest minute",
            "connections",
            "bytes from the server",
            "pipelines that look within the same 0.1 s",
            "ends never noticed",
        ],
        rows,
    )


def protect(figures: Figures) -> str:
    """A backup at Trident protect beside kubectl, without a watch, and at Astra Control."""
    ways = [
        ("ours", {"client": STEPS, "where": "trident-protect"}),
        ("kubectl create, kubectl wait", {"client": KUBECTL, "where": "trident-protect"}),
        ("ours, the watch refused", {"client": STEPS, "where": "no watch"}),
        ("ours at Astra Control", {"client": STEPS, "where": "astra-control"}),
    ]
    measures: list[tuple[str, str | Value, str]] = [
        ("from its end at the server to the end of the client", "delay", "seconds"),
        ("from the start to the request for it", "untilAsked", "seconds"),
        ("wall beyond the server", "beyond", "seconds"),
        ("processor time", cpu, "seconds"),
        ("peak memory of a process", "peakKiB", "memory"),
    ]
    counted = [
        ("processes", "processes"),
        ("requests before the operation", "requestsBefore"),
        ("requests", "requests"),
        ("… of them watches", "watches"),
    ]
    tables = []
    lengths_there = {sample["nominal"] for sample in figures.samples("protect") if "nominal" in sample}
    for nominal in sorted(lengths_there):
        rows = []
        for name, value, unit in measures:
            spreads = [figures.spread("protect", value, nominal=nominal, **way) for _, way in ways]
            rows.append([name, *(spread(one, unit) for one in spreads)])
        for name, key in counted:
            means = [figures.mean("protect", key, nominal=nominal, **way) for _, way in ways]
            rows.append([name, *(count(one) for one in means)])
        tables.append(table([f"**a backup of {length(nominal)}**", *(name for name, _ in ways)], rows))
    return "\n\n".join(tables) or NOTHING


def among(figures: Figures) -> str:
    """Requests before the operation, by the number of applications of a cluster."""
    sizes = figures.part("protect").get("sizes", [])
    kinds = [*KINDS[:1], "snapshot", *KINDS[1:]]

    def cell(kind: str, size: int) -> str:
        values = [
            figures.mean("protect", key, what=kind, applications=size)
            for key in ("requestsBefore", "requests")
        ]
        return f"{count(values[0])} of {count(values[1])}"

    return table(
        ["requests before the operation, of all", *(applications(size) for size in sizes)],
        [[kind, *(cell(kind, size) for size in sizes)] for kind in kinds],
    )


def applications(number: int) -> str:
    return f"{number:,} application{'s' if number > 1 else ''}"


def watching(figures: Figures) -> str:
    """What waiting for long operations asks, in virtual time."""
    rows = figures.in_process("watching").get("results", [])
    found: dict[tuple[str, str, float], dict[str, Any]] = {}
    for row in rows:
        service = row.get("service", "trident-protect")
        found.setdefault((service, row["step"], row["lengthSeconds"]), {})[row["watch"]] = row

    def cells(row: dict[str, Any] | None) -> list[str]:
        if row is None:
            return [NOTHING] * 3
        return [count(row["requests"]), count(row["watches"]), seconds(row["delaySeconds"])]

    return table(
        ["", "requests", "watches", "delay", "requests, the watch refused", "watches tried", "delay"],
        [
            [
                f"{SERVICES_WITH_WATCHES[service]}: {step} of {length(nominal)}",
                *cells(both.get("served")),
                *cells(both.get("refused")),
            ]
            for (service, step, nominal), both in found.items()
        ],
    )


TABLES: dict[str, Callable[[Figures], str]] = {
    "machine": machine,
    "expectations": expected,
    "start": start,
    "counts": counts,
    "operations": operations,
    "virtual": virtual,
    "accounts": accounts,
    "parallel": parallel,
    "protect": protect,
    "among": among,
    "watching": watching,
    "reports": reports,
    "fleet": fleet,
}
