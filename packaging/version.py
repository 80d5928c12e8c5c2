#!/usr/bin/env python3
"""What a release is called, and when it was made."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CHANGES = PROJECT / "CHANGELOG.md"
# `## 0.1.0 (unreleased)`, `## 1.0.0 (2026-12-24)`
HEADING = re.compile(r"(?m)^## +v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)(?: +\((.+)\))?$")


@dataclass(frozen=True)
class Changes:
    """What CHANGELOG.md says of one version."""

    version: str
    # The day of the release, `2026-12-24`; None if it has none yet.
    day: str | None
    text: str


def changes(path: Path = CHANGES) -> list[Changes]:
    """What changed with each version, the newest first."""
    whole = path.read_text(encoding="utf-8")
    headings = list(HEADING.finditer(whole))
    ends = [heading.start() for heading in headings[1:]] + [len(whole)]
    return [
        Changes(
            heading[1],
            heading[2] if re.fullmatch(r"\d{4}-\d\d-\d\d", heading[2] or "") else None,
            whole[heading.end() : end].strip(),
        )
        for heading, end in zip(headings, ends)
    ]


def version(path: Path = CHANGES) -> str:
    """The version that is to be released: that of the first heading which has one."""
    found = changes(path)
    if not found:
        raise SystemExit(f"error: {path} has no heading with a version, such as: ## 1.0.0 (2026-12-24)")
    return found[0].version


def epoch(path: Path = CHANGES) -> int:
    """The time that everything in a release bears, in seconds since 1970.

    SOURCE_DATE_EPOCH, else the day of the newest version, else, before it has one, the time of the commit.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    day = changes(path)[0].day if changes(path) else None
    if day:
        return int(datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())
    command = ["git", "-C", str(PROJECT), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("error: set SOURCE_DATE_EPOCH to the time of the release, in seconds since 1970: there is no git")
    return int(done.stdout)


if __name__ == "__main__":
    print(version())
    sys.exit(0)
