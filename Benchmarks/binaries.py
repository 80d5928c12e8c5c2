"""What can be counted of a program without a clock: instructions, size, shared libraries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

# The executable of all steps and what starts it have to be smaller than this together, without symbols.
LARGEST_STEPS = 20_000_000
# Where they lie in the folder of a release.
EXECUTABLE = Path("lib") / "astra-steps" / "astra-steps"
# An environment that is the same everywhere: its size moves counts, and hashes of random seeds do too.
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "SWIFT_DETERMINISTIC_HASHING": "1"}


@dataclass(frozen=True)
class Instructions:
    """Instructions as callgrind counts them: in all, and those of the program's own file."""

    total: int
    own: int


def instructions(command: Sequence[str], expected: int = 0) -> Instructions:
    """Runs a program under callgrind; raises `ValueError` if it does not end as expected."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        done = subprocess.run(
            ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}", *command],
            env=PLAIN,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode != expected:
            raise ValueError(
                f"{' '.join(command)} ended under valgrind with {done.returncode}, and not with {expected}:"
                f" {done.stdout[-2000:]}"
            )
        return read_callgrind(out.read_text(errors="replace"), os.path.realpath(command[0]))


def read_callgrind(text: str, program: str) -> Instructions:
    """Adds up callgrind's own format (https://valgrind.org/docs/manual/cl-format.html), in which names are
    written once and are numbers after that, and the line after `calls=` is the cost of what was called and
    not of the caller."""
    names: dict[str, str] = {}
    sums: dict[str, int] = {}
    current, of_a_call, total = "", False, -1
    for line in text.splitlines():
        if named := re.match(r"(ob|cob)=(\(\d+\))?(?: ?(.*))?$", line):
            number = named[2] or named[3]
            if named[3]:
                names[number] = named[3]
            if named[1] == "ob":
                current = number
        elif line.startswith("calls="):
            of_a_call = True
        elif line.startswith("summary:"):
            total = int(line.split()[1])
        elif re.match(r"[0-9+*-]", line):
            cost = line.split()
            if not of_a_call and len(cost) > 1:
                sums[current] = sums.get(current, 0) + int(cost[1])
            of_a_call = False
    if sum(sums.values()) != total:
        raise ValueError(f"callgrind's lines add up to {sum(sums.values())}, and its summary says {total}")
    own = [count for number, count in sums.items() if names.get(number) == program]
    if len(own) != 1:
        raise ValueError(f"callgrind saw nothing of {program}")
    return Instructions(total, own[0])


def named(step: str, tree: Path, into: Path) -> Path:
    """The executable of a release under the name of a step, without launcher, loader or libraries of its own."""
    copy = into / step
    if not copy.exists():
        copy.hardlink_to(shutil.copy2(tree / EXECUTABLE, into / "astra-steps"))
    return copy


def size(tree: Path) -> int:
    """The bytes of all steps together: the executable, and the launcher with its many names."""
    programs = {path.stat().st_ino: path.stat().st_size for path in (tree / "bin").iterdir()}
    return (tree / EXECUTABLE).stat().st_size + sum(programs.values())


def libraries(program: Path) -> list[str]:
    """The shared libraries that are loaded before a program begins."""
    done = subprocess.run(
        [str(program)],
        env={**PLAIN, "LD_TRACE_LOADED_OBJECTS": "1"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    names = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    # What the kernel itself brings along is no file.
    return [os.path.basename(name) for name in names if not name.startswith("linux-vdso")]
