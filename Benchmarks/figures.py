"""The raw data of a run, and how figures are taken out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

from arithmetic import Ratio, Spread, mean

Value = Callable[[Mapping[str, Any]], float]


def cpu(sample: Mapping[str, Any]) -> float:
    """The processor time of a program, in seconds."""
    return float(sample["user"]) + float(sample["system"])


class Figures:
    """Selects samples of one part and makes figures of them; rounds stay in their order."""

    def __init__(self, results: Mapping[str, Any]) -> None:
        self.results = results

    def part(self, name: str) -> Mapping[str, Any]:
        """What a part left; empty if it was not measured."""
        found: Mapping[str, Any] = self.results.get("parts", {}).get(name, {})
        return found

    def in_process(self, name: str) -> Mapping[str, Any]:
        """What `step-benchmark` printed; empty if it was not asked."""
        found: Mapping[str, Any] = self.results.get("inProcess", {}).get(name, {})
        return found

    def samples(self, part: str, **wanted: object) -> list[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self.part(part).get("samples", [])
        return [
            sample for sample in found if all(sample.get(name) == value for name, value in wanted.items())
        ]

    def values(self, part: str, value: str | Value, **wanted: object) -> list[float]:
        """One figure of each sample; those that have none are left out."""
        if callable(value):
            return [value(sample) for sample in self.samples(part, **wanted)]
        return [
            float(sample[value]) for sample in self.samples(part, **wanted) if sample.get(value) is not None
        ]

    def spread(self, part: str, value: str | Value, **wanted: object) -> Spread | None:
        values = self.values(part, value, **wanted)
        return Spread.of(values) if values else None

    def median(self, part: str, value: str | Value, **wanted: object) -> float | None:
        spread = self.spread(part, value, **wanted)
        return None if spread is None else spread.median

    def mean(self, part: str, value: str | Value, **wanted: object) -> float | None:
        values = self.values(part, value, **wanted)
        return mean(values) if values else None

    def ratio(
        self,
        part: str,
        value: str | Value,
        numerator: Mapping[str, object],
        denominator: Mapping[str, object],
    ) -> Ratio | None:
        above, below = self.values(part, value, **numerator), self.values(part, value, **denominator)
        return Ratio.of(above, below) if above and below else None


def read(file: Path) -> dict[str, Any]:
    """The raw data in a file; empty where there is none."""
    if not file.exists():
        return {}
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def write(results: Mapping[str, Any], file: Path) -> None:
    """One sample a line: short, and a change of one figure is a change of one line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text_of(rounded(results), 0) + "\n")


def rounded(value: Any) -> Any:
    """The same with numbers of six decimals: microseconds, and nothing here is that exact."""
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(value, 6) if isinstance(value, float) else value


def text_of(value: Any, depth: int) -> str:
    """JSON whose innermost objects and arrays stand on a line of their own."""
    is_inner = not isinstance(value, (dict, list)) or not any(
        isinstance(inner, (dict, list)) for inner in (value.values() if isinstance(value, dict) else value)
    )
    if is_inner:
        return json.dumps(value, ensure_ascii=False)
    margin = "  " * (depth + 1)
    if isinstance(value, dict):
        lines = [f"{margin}{json.dumps(name)}: {text_of(inner, depth + 1)}" for name, inner in value.items()]
    else:
        lines = [margin + text_of(inner, depth + 1) for inner in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n" + ",\n".join(lines) + f"\n{'  ' * depth}{closing}"
