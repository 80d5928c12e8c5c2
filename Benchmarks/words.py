"""Figures as text."""

from __future__ import annotations

from typing import Sequence

from arithmetic import Ratio, Spread

NOTHING = "–"


def seconds(value: float | None) -> str:
    if value is None:
        return NOTHING
    if abs(value) < 0.001:
        return f"{value * 1e6:.0f} µs"
    if abs(value) < 1:
        return f"{value * 1e3:.{1 if abs(value) < 0.1 else 0}f} ms"
    return f"{value:.2f} s" if abs(value) < 100 else f"{value:.0f} s"


def length(value: float) -> str:
    """The length of an operation."""
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"


def memory(kibibytes: float | None) -> str:
    return NOTHING if kibibytes is None else f"{kibibytes / 1024:.1f} MiB"


def data(value: float | None) -> str:
    """A number of bytes."""
    if value is None:
        return NOTHING
    if value < 10_000:
        return f"{value:.0f} B"
    for unit, size in (("kB", 1e3), ("MB", 1e6)):
        if value < size * 1e4:
            return f"{value / size:,.0f} {unit}"
    return f"{value / 1e9:,.1f} GB"


def count(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value * 100:.1f} %"


def spread(value: Spread | None, unit: str = "seconds") -> str:
    """The median, and the quartiles in brackets."""
    if value is None:
        return NOTHING
    word = {"seconds": seconds, "memory": memory}[unit]
    if value.count == 1:
        return word(value.median)
    quartiles = f"{word(value.lower)} to {word(value.upper)}"
    return f"{word(value.median)} ({quartiles})"


def ratio(value: Ratio | None) -> str:
    """The ratio of the medians, and in brackets the smallest and the largest of the rounds."""
    if value is None:
        return NOTHING
    if f"{value.smallest:.3g}" == f"{value.largest:.3g}":
        return f"{value.ofMedians:.3g}"
    return f"**{value.ofMedians:.3g}** ({value.smallest:.3g} to {value.largest:.3g})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are for numbers, so they stand to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
