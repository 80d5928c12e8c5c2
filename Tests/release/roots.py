"""Root file systems of other Linux releases, made by debootstrap, and programs that run in them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping

PROJECT = Path(__file__).resolve().parents[2]
MIRROR = "http://deb.debian.org/debian"
# An older library of C than that of the machine that builds (Debian 11 has 2.31), and the newest that the mirror has.
SUITES = ("bullseye", "testing")
# Somebody of whom /etc/passwd knows nothing, in the group that OpenShift gives everybody.
ANYBODY = "54321:0"


def base(suite: str) -> Path:
    """The root of a release with nothing but its base; made once (a minute)."""
    root = PROJECT / ".build-roots" / suite
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(exist_ok=True)
        command = ["debootstrap", "--variant=minbase", suite, str(root), MIRROR]
        # A release that is newer than debootstrap has no script of its own there.
        command += ["sid"] if suite == "testing" else []
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}")
        (root / "complete").touch()
    return root


@dataclass
class Root:
    """A root of one test: what is written into it is not in the base, and a program in it can write nothing."""

    suite: str
    folder: Path
    # Files that are put into it, by their paths.
    files: dict[str, bytes] = field(default_factory=dict)
    # Whether it has /proc, as every container has.
    has_proc: bool = True
    # The most that a program may have of memory, its code and its libraries included.
    memory: int = 64 << 20
    user: str = ANYBODY
    # Whether all of it can be written, by root at least; what is written stays in this root.
    is_writable: bool = False

    def __post_init__(self) -> None:
        for name in ("upper", "work", "root", "workspace"):
            (self.folder / name).mkdir(parents=True)
        self.workspace.chmod(0o777)

    @property
    def workspace(self) -> Path:
        """The one folder that can be written, /workspace inside."""
        return self.folder / "workspace"

    def put(self, source: Path, path: str) -> None:
        """Puts a folder into it, with its links."""
        subprocess.run(["cp", "-a", str(source), str(self.folder / "upper" / path.strip("/"))], check=True)

    def start(self, *command: str, environment: Mapping[str, str] = {}) -> subprocess.Popen[str]:
        """Starts a program as `user`, in /workspace; the process is the program itself."""
        for path, content in self.files.items():
            file = self.folder / "upper" / path.strip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        (self.folder / "upper" / "workspace").mkdir(exist_ok=True)
        root = shlex.quote(str(self.folder / "root"))
        layers = f"lowerdir={base(self.suite)},upperdir={self.folder}/upper,workdir={self.folder}/work"
        script = [
            f"mount -t overlay overlay -o {shlex.quote(layers)} {root}",
            *([f"mount --bind /proc {root}/proc"] if self.has_proc else []),
            f"mount --bind {shlex.quote(str(self.workspace))} {root}/workspace",
            *([] if self.is_writable else [f"mount -o remount,ro {root}"]),
            f"cd {root}",
            f"ulimit -v {self.memory >> 10}",
            f'exec chroot --userspec={self.user} {root} sh -c \'cd /workspace && exec "$@"\' sh "$@"',
        ]
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", "\n".join(script), "sh", *command],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, environment: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end."""
        process = self.start(*command, environment=environment)
        output, errors = process.communicate(timeout=600)
        return subprocess.CompletedProcess(command, process.returncode, output, errors)
