"""Where a block of commands is carried out: a fresh folder, a simulated service, and the programs on the path."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ends import PROGRAMS, Site
from pages import PROJECT

# What a pipeline has from its service in every stage.
CREDENTIALS = ("ASTRA_FQDN", "ASTRA_INSTANCE_ID", "ASTRA_API_TOKEN", "ASTRA_CA_FILE", "KUBECONFIG", "ASTRA_BACKEND")
KUBECTL = PROJECT / ".venv-kubernetes" / "bin"


@dataclass
class Done:
    """What became of a block."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return f"exit code {self.code}\n{self.out}{self.err}"


class Place:
    """A folder as whoever reads a page has before them; its service ends with `close`."""

    def __init__(self, service: str | None = "astra-control", rights: tuple[str, ...] = CREDENTIALS) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name).resolve() / "place"
        self.folder.mkdir()
        self.home = self.folder.parent / "home"
        self.home.mkdir()
        self.site = None if service is None else Site(self.folder.parent / "service", service)
        given = self.site.environment if self.site else {}
        # A folder of programs alone, as they are installed, without all that was built beside them.
        programs = self.folder.parent / "bin"
        programs.mkdir()
        for program in PROGRAMS.glob("astra-*"):
            if os.access(program, os.X_OK) and program.is_file():
                (programs / program.name).symlink_to(program)
        self.environment = {
            "PATH": f"{programs}:{KUBECTL}:/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8",
            "NO_PROXY": "127.0.0.1,localhost,127.77.0.0/16",
            **{name: value for name, value in given.items() if name in rights},
        }  # fmt: skip
        # What the scenario says of applications and clusters; a page says it itself.
        self.given = given

    def run(self, script: str, until: str | None = None) -> Done:
        """Carries out a script, which ends at its first command that fails; with `until`, at the first word of that on its
        output, as whoever looks on ends it then. Whatever it has left running is ended."""
        with open(self.folder.parent / "out", "w+b") as out, open(self.folder.parent / "err", "w+b") as err:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=err, start_new_session=True,
            )  # fmt: skip
            deadline = time.monotonic() + 60
            try:
                while process.poll() is None and time.monotonic() < deadline:
                    if until is not None and until in self._text("out"):
                        break
                    time.sleep(0.02)
                code = process.poll()
            finally:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
        if code is None:
            code = 0 if until is not None and until in self._text("out") else -1
        return Done(code, self._text("out"), self._text("err"))

    def _text(self, name: str) -> str:
        return (self.folder.parent / name).read_text(errors="replace")

    def close(self) -> None:
        if self.site:
            self.site.stop()
        self._folder.cleanup()
