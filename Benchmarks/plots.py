"""The plots: few colours that stand out from a light and from a dark page, no background of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from clients import C, STEPS, TOOLKIT
from expectations import lengths, waited
from figures import Figures
from words import length

OURS, ITS, FLOOR, GREY = "#2f81f7", "#e0701c", "#8a8f98", "#808791"
NAMES = {STEPS: "astra-steps", TOOLKIT: "toolkit", C: "C program"}
COLOURS = {STEPS: OURS, TOOLKIT: ITS, C: FLOOR}

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "astra-steps",
    "font.family": "sans-serif",
    "font.size": 10,
    "font.sans-serif": ["DejaVu Sans"],
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
}

Points = list[tuple[float, float]]


def draw(figures: Figures, folder: Path, form: str = "svg") -> None:
    """Draws what there are figures for into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with pyplot.rc_context(STYLE):
        for name, plot in [("waiting", waiting), ("accounts", accounts), ("start", start)]:
            picture = plot(figures)
            if picture is not None:
                # Without a date: the same figures make the same file.
                picture.savefig(
                    folder / f"{name}.{form}",
                    transparent=True,
                    metadata={"Date": None} if form == "svg" else None,
                )
                pyplot.close(picture)


def waiting(figures: Figures) -> Figure | None:
    """Delay and requests over the length of an operation, the mean of backup, clone and restore."""
    ours, its = by_length(figures)
    if not ours[0] and not its[0]:
        return None
    picture, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6))
    for axes, number, title in [
        (left, 0, "delay of noticing the end, mean (s)"),
        (right, 1, "requests, mean"),
    ]:
        for client, points in [(STEPS, ours[number]), (TOOLKIT, its[number])]:
            line(axes, points, client, "-")
        axes.set(xscale="log", yscale="log", xlabel="length of the operation", ylabel=title)
        name_ticks(axes, sorted({x for x, _ in [*ours[number], *its[number]]}), length)
        plain(axes)
    left.legend()
    return picture


def by_length(figures: Figures) -> tuple[tuple[Points, Points], tuple[Points, Points]]:
    """(delays, requests) of ours and of the toolkit's, each over the length in seconds."""
    measured = sorted({sample["nominal"] for sample in figures.samples("operations")})
    virtual = sorted({sample["nominal"] for sample in figures.samples("virtual")})

    def mean(part: str, value: str, client: str, nominals: Sequence[float]) -> Points:
        means = [(n, figures.mean(part, value, client=client, nominal=n)) for n in nominals]
        return [(n, value) for n, value in means if value is not None]

    def in_process(*path: str) -> Points:
        points = []
        for nominal in lengths(figures, 120):
            rows: list[Any] = list(waited(figures, nominal))
            for name in path:
                rows = [row[name] for row in rows]
            points.append((nominal, sum(rows) / len(rows)))
        return points

    ours = (
        mean("operations", "delay", STEPS, measured) + in_process("delay", "toEnd", "seconds", "mean"),
        mean("operations", "requests", STEPS, measured) + in_process("requests", "all", "mean"),
    )
    its = (
        mean("operations", "delay", TOOLKIT, measured) + mean("virtual", "delay", TOOLKIT, virtual),
        mean("operations", "requests", TOOLKIT, measured) + mean("virtual", "requests", TOOLKIT, virtual),
    )
    return ours, its


def accounts(figures: Figures) -> Figure | None:
    """Wall, requests and memory over the number of applications."""
    sizes = figures.part("accounts").get("sizes", [])
    if not sizes:
        return None
    picture, panels = pyplot.subplots(1, 3, figsize=(11, 3.6))
    titles = [
        ("wall", "wall of an operation of 1 s (s)", 1.0, "log"),
        ("requestsBefore", "requests before the operation", 1.0, "log"),
        ("peakKiB", "peak memory (MiB)", 1024.0, "linear"),
    ]
    for axes, (value, title, unit, scale) in zip(panels, titles):
        for client, what, style in [
            (STEPS, "backup", "--"),
            (STEPS, "restore", "-"),
            (TOOLKIT, "backup", "--"),
            (TOOLKIT, "restore", "-"),
        ]:
            medians = [
                (size, figures.median("accounts", value, client=client, what=what, applications=size))
                for size in sizes
            ]
            line(axes, [(x, y / unit) for x, y in medians if y is not None], client, style, what)
        axes.set(xscale="log", yscale=scale, xlabel="applications of the account", ylabel=title)
        name_ticks(axes, sizes, lambda size: f"{size:,.0f}")
        plain(axes)
    panels[2].set_ylim(bottom=0)
    panels[1].legend()
    return picture


def start(figures: Figures) -> Figure | None:
    """Time and memory of starting up, as bars."""
    bars = [(TOOLKIT, "help", "toolkit"), (STEPS, "help", "astra-backup"), (C, "start", "C program")]
    medians = [
        (
            figures.median("start", "wall", client=client, what=what),
            figures.median("start", "peakKiB", client=client, what=what),
        )
        for client, what, _ in bars
    ]
    if any(wall is None or peak is None for wall, peak in medians):
        return None
    picture, (left, right) = pyplot.subplots(1, 2, figsize=(9, 2.2))
    walls = [(wall or 0) * 1000 for wall, _ in medians]
    peaks = [(peak or 0) / 1024 for _, peak in medians]
    for axes, values, title in [(left, walls, "wall of --help (ms)"), (right, peaks, "peak memory (MiB)")]:
        drawn = axes.barh(
            [name for _, _, name in bars],
            values,
            color=[COLOURS[client] for client, _, _ in bars],
            height=0.6,
        )
        axes.bar_label(drawn, fmt="{:.1f}", padding=4, color=GREY)
        axes.set(xlabel=title, xlim=(0, max(values) * 1.15))
        axes.grid(axis="x")
        axes.set_axisbelow(True)
    return picture


def line(axes: Axes, points: Points, client: str, style: str, what: str = "") -> None:
    if points:
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            style,
            color=COLOURS[client],
            marker="o",
            label=f"{NAMES[client]}{f': {what}' if what else ''}",
        )


def name_ticks(axes: Axes, places: Sequence[float], name: Any) -> None:
    """One tick for each length or size that was measured, and no other."""
    axes.set_xticks(places, [name(place) for place in places], rotation=30)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()


def plain(axes: Axes) -> None:
    """Numbers as people write them, and a grid."""
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=20))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.grid(True)
