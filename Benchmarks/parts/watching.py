"""What waiting asks of the services whose API tells of changes, in virtual time."""

from __future__ import annotations

from typing import Any

from bench import Bench


def measure(bench: Bench) -> dict[str, Any]:
    bench.ask_in_process("watching")
    return {}
