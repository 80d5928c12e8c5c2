"""Writing and reading JUnit reports: ours in one process, and junitparser on the very same document."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from bench import Bench, say
from measure import Invalid


def measure(bench: Bench) -> dict[str, Any]:
    document = bench.new_folder() / "report.xml"
    bench.ask_in_process("reports", "--keep", str(document))
    rounds = bench.rounds(10, 3)
    say(f"reports, junitparser, {rounds} rounds")
    reader = Path(__file__).parent.parent / "junitparser_reader.py"
    done = subprocess.run(
        [str(bench.python), str(reader), str(document), str(rounds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        raise Invalid(f"junitparser did not read our report: {done.stderr[-2000:]}")
    return {"junitparser": json.loads(done.stdout), "rounds": rounds}
