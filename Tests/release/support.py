"""What tests of the release files share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "packaging"))

import archive
import tree

PROGRAMS = sorted(tree.PROGRAMS)
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
    # The files of packages are real ones: which package they are from is found out.
    libraries = {"libz.so.1": tree.known_libraries()["libz.so.1"], "loader": next(Path("/").glob("lib*/ld-linux*"))}
    for name, content in {
        "astra-steps": b"executable",
        **{name: path.read_bytes() for name, path in libraries.items()},
    }.items():
        file = folder / "lib" / "astra-steps" / name
        file.write_bytes(content)
        file.chmod(0o644 if name.startswith("lib") else 0o755)
    for name in ("man/man1/astra-steps.1.gz", "zsh/site-functions/_astra-steps"):
        archive.put(folder / "share" / name, "of a toy")
    return folder
