"""Many steps in one process: what `step-benchmark fleet` prints."""

from __future__ import annotations

from typing import Any

from bench import Bench


def measure(bench: Bench) -> dict[str, Any]:
    bench.ask_in_process("fleet")
    return {}
