"""On what the figures were measured, and with which versions."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Sequence

from bench import Bench


def description() -> dict[str, str]:
    """Processor, memory, kernel and distribution."""
    return {
        "processor": field_of("/proc/cpuinfo", "model name", ":"),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(field_of('/proc/meminfo', 'MemTotal', ':').split()[0]) / 2**20:.1f} GiB",
        "kernel": platform.release(),
        "distribution": field_of("/etc/os-release", "PRETTY_NAME", "=").strip('"'),
    }


def versions(bench: Bench) -> dict[str, str]:
    """The versions of what is measured and of what measures."""
    linked = first_line([str(bench.linked)])
    packages = ("actoolkit", "requests", "urllib3", "junitparser")
    program = "import importlib.metadata as m, sys\nfor n in sys.argv[1:]: print(m.version(n))"
    python = subprocess.run(
        [str(bench.python), "-c", program, *packages], check=True, stdout=subprocess.PIPE, text=True
    )
    # With a dirty tree the commit would name something that was not measured.
    commit = first_line(["git", "rev-parse", "--short=12", "HEAD"])
    changed = first_line(["git", "status", "--porcelain", "--untracked-files=no"])
    return {
        "commit": f"{commit}, with changes" if changed else commit,
        "astra-steps": first_line([str(bench.steps.programs / "astra-backup"), "--version"]),
        "Swift": first_line(["swift", "--version"]),
        "C libraries": linked,
        "Python": first_line([str(bench.python), "--version"]),
        **dict(zip(packages, python.stdout.split())),
        "kubectl": first_line([str(bench.kubectl_program), "version", "--client"]).split()[-1],
        "gcc": first_line(["gcc", "--version"]),
        "valgrind": first_line(["valgrind", "--version"]),
    }


def first_line(command: Sequence[str]) -> str:
    """The first line that a program prints; empty if it prints nothing."""
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return (done.stdout.splitlines() or [""])[0].strip()


def field_of(file: str, name: str, separator: str) -> str:
    """The value of the first line that begins with a name."""
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(separator)
        if key.strip() == name:
            return value.strip()
    return "unknown"
