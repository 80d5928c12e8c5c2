"""Which packages of the machine that builds are in a release, and under which licences."""

from __future__ import annotations

import functools
import hashlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tree

# What is linked into the executable (Package.swift, scripts/common.sh), and into the launcher.
LINKED = {
    "libjansson-dev": "reads and writes JSON",
    "libyaml-dev": "reads config.yaml",
    "libpcre2-dev": "matches regular expressions",
    "zlib1g-dev": "unpacks files of object storage",
    "libstdc++-*-dev": "the library of C++, for Swift's own library",
    "libgcc-*-dev": "the compiler's own functions",
    "musl-dev": "the launcher's library of C",
}
DOCUMENTS = Path("/usr/share/doc")


@dataclass(frozen=True)
class Package:
    """A package of Debian's, as it is installed."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str

    @property
    def copyright(self) -> Path:
        """The text of its licences."""
        return DOCUMENTS / self.name / "copyright"

    @property
    def licences(self) -> list[str]:
        """The short names of its licences, if its text is in the form that machines read; else none."""
        text = self.copyright.read_text(encoding="utf-8", errors="replace")
        if not text.startswith("Format:"):
            return []
        return sorted({" ".join(name.split()) for name in re.findall(r"(?m)^License:[ \t]*(\S.*)$", text)})

    @property
    def purl(self) -> str:
        """Its name as a package URL."""
        version = self.version.replace(":", "%3A").replace("+", "%2B")
        return f"pkg:deb/debian/{self.name.replace('+', '%2B')}@{version}?arch={self.architecture}&distro={distribution()}"


def output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@functools.cache
def distribution() -> str:
    """The system of the machine that builds: `debian-12`."""
    fields = dict(re.findall(r'(?m)^(\w+)="?([^"\n]*)"?$', Path("/etc/os-release").read_text()))
    return f"{fields['ID']}-{fields['VERSION_ID']}"


@functools.cache
def package(name: str) -> Package:
    """An installed package; its name may have a * in it."""
    form = "${db:Status-Abbrev} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n"
    rows = [row.split()[1:] for row in output("dpkg-query", "-W", "-f", form, name).splitlines() if row.startswith("ii")]
    if not rows:
        raise SystemExit(f"error: the package {name} is not installed")
    # Of several versions of a compiler the newest.
    return Package(*max(rows, key=lambda row: [int(number) for number in re.findall(r"\d+", row[0])]))


@functools.cache
def owner(path: str) -> Package:
    """The package that a file of this machine is from."""
    # Packages know files by the path below /lib or below /usr/lib, which may be one folder.
    other = path.removeprefix("/usr") if path.startswith("/usr/") else f"/usr{path}"
    for candidate in (path, other):
        done = subprocess.run(
            ["dpkg-query", "--search", candidate], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if done.returncode == 0:
            return package(done.stdout.split(": ")[0].split(",")[0])
    raise SystemExit(f"error: {path} is of no package")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def machine_files() -> dict[str, str]:
    """The libraries of this machine and its loader, by the digest of each."""
    places = [*tree.known_libraries().values(), *Path("/").glob("lib*/ld-linux*"), *Path("/").glob("lib/*/ld-linux*")]
    return {digest(path): str(path) for path in reversed(places) if path.is_file()}


def bundled(root: Path) -> dict[str, Package | None]:
    """The files in the folder lib of a tree, by their names; None for what is made here."""
    found: dict[str, Package | None] = {}
    for path in sorted((root / "lib" / "astra-steps").iterdir()):
        place = machine_files().get(digest(path))
        if place is None and path.name != "astra-steps" and not tree.LEFT_OUT.fullmatch(path.name):
            raise SystemExit(f"error: {path} is of none of this machine's packages: make the folder anew")
        found[path.name] = owner(place) if place else None
    return found


def linked() -> dict[Package, str]:
    """The packages whose code is linked in, and what each does there."""
    return {package(name): purpose for name, purpose in LINKED.items()}
