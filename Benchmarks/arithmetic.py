"""The statistics of the benchmark: few numbers, so medians and quartiles, and ratios round by round."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Sequence


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of all lie, between neighbours by proportion."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    if below + 1 == len(ordered):
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)


@dataclass(frozen=True)
class Spread:
    """A median with its quartiles."""

    median: float
    lower: float
    upper: float
    count: int

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        return Spread(quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75), len(values))


@dataclass(frozen=True)
class Ratio:
    """How many times as much one takes as the other: the ratio of the medians, and how the rounds' own ratios
    spread."""

    ofMedians: float
    smallest: float
    largest: float

    @staticmethod
    def of(numerators: Sequence[float], denominators: Sequence[float]) -> Ratio:
        """Of two series of the same rounds in the same order; the shorter one's length counts."""
        rounds = [n / d for n, d in zip(numerators, denominators) if d != 0]
        denominator = quantile(denominators, 0.5)
        if not rounds or denominator == 0:
            raise ValueError("nothing to divide by")
        return Ratio(quantile(numerators, 0.5) / denominator, min(rounds), max(rounds))


def mean(values: Sequence[float]) -> float:
    if not values:
        raise ValueError("no values")
    return sum(values) / len(values)


def drawn_lengths(nominal: float, count: int, seed: int) -> list[float]:
    """Lengths from 90 % to 110 % of `nominal`, one from each of `count` equal strips, in an order that the
    seed draws.

    One from each strip, because a poll at fixed times notices some lengths at once and others late: a few
    lengths drawn freely may all fall on one side.
    """
    chance = Random(seed)
    parts = [(strip + chance.random()) / count for strip in range(count)]
    order = sorted(range(count), key=lambda _: chance.random())
    return [nominal * (0.9 + 0.2 * parts[place]) for place in order]
