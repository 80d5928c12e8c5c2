"""What the imitations of CI systems share: files with changed texts, machines that run scripts, and what came of a run."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Iterable, Mapping

import yaml

from world import PROGRAMS, PROJECT, World

STEPS = ("astra-preflight", "astra-verify", "astra-clone", "astra-restore")
STAGES = ("check", "see-the-fault", "check-for-the-clone", "clone", "check-the-clone", "restore", "check-production")
BUSYBOX = "/bin/busybox"
# A stand-in for an engine of containers: the one image that it has is a folder.
DOCKER = """#!/bin/sh
set -e
case $1 in
  create) [ "$2" = registry.example.com/astra-steps:0.1.0 ] && echo container ;;
  cp) [ "$2" = container:/usr ] && cp -R "$IMAGE_OF_TESTS/usr" "$3" ;;
  rm) [ "$2" = container ] ;;
  *) exit 125 ;;
esac
"""
IMAGE = "registry.example.com/astra-steps:0.1.0"


class NotUnderstood(Exception):
    """A file holds what the imitation of its system does not know."""


@dataclasses.dataclass
class Outcome:
    """What a system shows after a run."""

    # Of each stage that was reached: green, orange or red; of the others: skipped.
    shown: dict[str, str]
    # Of the whole.
    result: str
    # Of each stage, the reports that its system shows.
    published: dict[str, list[Path]]
    console: str

    @property
    def red(self) -> list[str]:
        return [stage for stage, colour in self.shown.items() if colour == "red"]


def known(mapping: Mapping[Any, Any], *keys: str) -> None:
    """Refuses what nobody here knows the meaning of."""
    unknown = set(map(str, mapping)) - set(keys)
    if unknown:
        raise NotUnderstood(f"{sorted(unknown)} beside {sorted(keys)}")


class System:
    """A CI system that runs its files of ci/ in a world."""

    def __init__(self, world: World, folder: Path, changes: Mapping[str, str]) -> None:
        self.world = world
        self.folder = folder
        self.changes = changes
        self.console = ""
        # What somebody does to the world before a stage's script.
        self.before: dict[str, tuple[str, Any]] = {}
        # What a stage's script ended with, each time.
        self.codes: dict[str, list[int]] = {}
        self.published: dict[str, list[Path]] = {}
        self._count = 0
        self.image = folder / "image"
        programs = self.image / "usr" / "bin"
        programs.mkdir(parents=True)
        for step in STEPS:
            (programs / step).symlink_to(PROGRAMS / step)
        applets = self.image / "bin"
        applets.mkdir()
        for applet in subprocess.run([BUSYBOX, "--list"], check=True, capture_output=True, text=True).stdout.split():
            (applets / applet).symlink_to(BUSYBOX)
        # What a machine has that is no container of the image.
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.tools / "docker").write_text(DOCKER)
        (self.tools / "docker").chmod(0o755)

    def text(self, name: str) -> str:
        text = (PROJECT / "ci" / name).read_text()
        for part, replacement in self.changes.items():
            text = text.replace(part, replacement)
        return text

    def read(self, name: str) -> Any:
        return yaml.safe_load(self.text(name))

    def fresh(self, name: str) -> Path:
        """A folder that nobody has used before."""
        self._count += 1
        folder = self.folder / "machines" / f"{self._count}-{name}"
        folder.mkdir(parents=True)
        return folder

    def secret_file(self, name: str) -> str:
        """A secret as a file that its system has put somewhere."""
        path = self.folder / "secrets" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.world.authority.read_text() if name == "ca.pem" else self.world.secrets[name])
        return str(path)

    def run(
        self, stage: str, command: Iterable[str], script: str, environment: Mapping[str, str], folder: Path,
        in_image: bool = True,
    ) -> int:
        """Runs a script on a machine; `command` takes the script's file as its last argument."""
        if stage in self.before:
            self.world.control(*self.before.pop(stage))
        file = self.fresh("script") / "script"
        file.write_text(script)
        inside, outside = f"{self.image}/usr/bin:{self.image}/bin", f"{self.tools}:/usr/bin:/bin"
        whole = {
            "PATH": inside if in_image else outside,
            "HOME": str(folder),
            # Of the tests: how long a look may take, and no proxy.
            "ASTRA_VERIFY_WITHIN": "6s",
            "no_proxy": "*",
            "IMAGE_OF_TESTS": str(self.image),
            **environment,
        }
        shell = [f"{self.image}/bin/sh" if word == "sh" and in_image else word for word in command]
        done = subprocess.run(
            [*shell, str(file)], env=whole, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )
        self.console += f"\n=== {stage}\n{done.stdout}=== exit code {done.returncode}\n"
        self.codes.setdefault(stage, []).append(done.returncode)
        return done.returncode

    def publish(self, stage: str, reports: Iterable[Path]) -> None:
        """Keeps reports as the system shows them; those that a stage published before stay beside them."""
        for report in sorted(reports):
            copy = self.fresh("published") / report.name
            shutil.copyfile(report, copy)
            self.published.setdefault(stage, []).append(copy)

    def outcome(self, shown: Mapping[str, str], result: str) -> Outcome:
        self.shown = dict(shown)
        return Outcome(self.shown, result, {stage: list(ones) for stage, ones in self.published.items()}, self.console)

    def start(self, parameters: Mapping[str, str]) -> Outcome:
        """A run of its own."""
        raise NotImplementedError

    def again(self) -> Outcome:
        """What the system offers for a run that ended red."""
        raise NotImplementedError


def is_well(report: Path) -> bool:
    """Whether a report is there and all is well in it."""
    if not report.exists():
        return False
    root = ElementTree.parse(report).getroot()
    return root.get("failures") == "0" and root.get("errors") == "0"


def copy_matching(source: Path, pattern: str, target: Path, below: Path | None = None) -> list[str]:
    """Copies the files that match a pattern, by their paths below a folder."""
    copied = []
    for path in sorted(source.glob(pattern)):
        if path.is_dir():
            shutil.copytree(path, target / path.relative_to(below or source), dirs_exist_ok=True)
        else:
            file = target / path.relative_to(below or source)
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, file)
        copied.append(str(path.relative_to(below or source)))
    return copied


def scrub(environment: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in environment.items() if value is not None}
