"""Runs one program, or several at once, and says what it took: time, memory, and how it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping


class Invalid(Exception):
    """Something did not end as it should, and figures of it would say nothing."""


@dataclass(frozen=True)
class Run:
    """A run of a program: times in seconds, memory in KiB; `began` and `ended` by the monotonic clock."""

    exit: int
    signal: int
    began: float
    ended: float
    wall: float
    user: float
    system: float
    peakKiB: int
    minorFaults: int
    majorFaults: int
    output: str

    def figures(self) -> dict[str, float]:
        """What goes into the raw data."""
        return {
            "wall": self.wall,
            "user": self.user,
            "system": self.system,
            "peakKiB": self.peakKiB,
            "minorFaults": self.minorFaults,
            "majorFaults": self.majorFaults,
            "exit": self.exit,
        }


@dataclass(frozen=True)
class Command:
    """A program with its arguments, the whole of its environment, the folder that it runs in and the exit
    code that it should have."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    expected: int = 0


class Launched:
    """A program under way, started by the small C program `launch`."""

    def __init__(self, launcher: Path, command: Command) -> None:
        self._command = command
        self._figures = command.folder / f"launch-{time.monotonic_ns()}.json"
        # A file and not a pipe: nobody has to be awake to empty it.
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [str(launcher), str(self._figures), *command.arguments],
            env=dict(command.environment),
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def end(self, limit: float = 900) -> Run:
        """Waits for the end; raises `Invalid` if it is another one than the command should have."""
        words = " ".join(self._command.arguments)
        try:
            code = self._process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            self.stop()
            raise Invalid(f"{words} had not ended after {limit:.0f} s") from None
        self._output.seek(0)
        output = self._output.read().decode(errors="replace")
        self._output.close()
        if code != 0:
            raise Invalid(f"{words} could not be run: {output.strip()}")
        run = Run(**json.loads(self._figures.read_text()), output=output)
        if (run.exit, run.signal) != (self._command.expected, 0):
            end = f"signal {run.signal}" if run.signal else f"code {run.exit}"
            raise Invalid(
                f"{words} ended with {end}, and not with code {self._command.expected}:\n{output[-2000:]}"
            )
        return run

    def stop(self) -> None:
        """Kills it if it is still under way."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Launcher:
    """Starts programs through `launch`."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def start(self, command: Command) -> Launched:
        return Launched(self._program, command)

    def run(self, command: Command) -> Run:
        launched = self.start(command)
        try:
            return launched.end()
        finally:
            launched.stop()
