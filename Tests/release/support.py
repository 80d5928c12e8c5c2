"""What tests of the release files share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "packaging"))

PROGRAMS = [
    "astra-backup",
    "astra-cleanup",
    "astra-clone",
    "astra-preflight",
    "astra-restore",
    "astra-snapshot",
    "astra-steps",
    "astra-verify",
]
STEPS = sorted(name.removeprefix("astra-") for name in PROGRAMS if name != "astra-steps")
# 2023-11-14T22:13:20Z
EPOCH = 1_700_000_000


def release_tree() -> Path:
    """The folder that release files are made of; these tests have nothing to do without one."""
    return Path(os.environ["ASTRA_RELEASE_TREE"]).absolute()


def run(*command: str | Path, environment: Mapping[str, str] = {}, folder: Path | None = None) -> str:
    """What a command prints on stdout; raises an error that holds what it says on stderr."""
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


def toy_tree(folder: Path) -> Path:
    """A tree whose programs do nothing; enough where only files are looked at."""
    (folder / "bin").mkdir(parents=True)
    (folder / "lib" / "astra-steps").mkdir(parents=True)
    first = folder / "bin" / "astra-backup"
    first.write_text("#!/bin/sh\n")
    first.chmod(0o755)
    for name in PROGRAMS:
        if name != first.name:
            os.link(first, folder / "bin" / name)
    for name, content in {"loader": b"loader", "astra-steps": b"executable", "libtoy.so.1": b"library"}.items():
        file = folder / "lib" / "astra-steps" / name
        file.write_bytes(content)
        file.chmod(0o644 if name.startswith("lib") else 0o755)
    manual = folder / "share" / "man" / "man1"
    manual.mkdir(parents=True)
    (manual / "astra-steps.1.gz").write_bytes(b"page")
    (manual / "astra-steps.1.gz").chmod(0o644)
    return folder
