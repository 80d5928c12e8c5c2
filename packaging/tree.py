#!/usr/bin/env python3
"""Makes the folder that every release file is made of: the steps, with the loader and the libraries that they need.

    bin/astra-backup …            a launcher under the name of each step, hard links of one file
    lib/astra-steps/astra-steps   the executable
    lib/astra-steps/loader        the dynamic loader of the machine that built it
    lib/astra-steps/*.so.*        its libraries, from the same machine's packages

The folder can lie anywhere.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping

HERE = Path(__file__).parent
PROGRAMS = (
    "astra-steps",
    "astra-backup",
    "astra-cleanup",
    "astra-clone",
    "astra-preflight",
    "astra-report",
    "astra-restore",
    "astra-snapshot",
    "astra-status",
    "astra-verify",
)
# What the executable opens when it needs it (Sources/CCurl/lazy.c, Sources/CLibXML2/lazy.c), and what the library of C
# opens where a thread ends in an unusual way.
OPENED = ("libcurl.so.4", "libxml2.so.2", "libgcc_s.so.1")
# What is left out, since no step uses it: ICU (34 MB), with which libxml2 reads encodings that are neither UTF-8, UTF-16 nor
# ASCII, and libcurl's way to servers that speak neither HTTP nor HTTPS (8 MB, and half the time that it takes to load).
# In the place of each stands a library whose functions do nothing, and return 0.
LEFT_OUT = re.compile(r"(?:libicuuc|librtmp|libssh2|libldap(?:-[\d.]+)?|liblber(?:-[\d.]+)?)\.so\.\d+")


def output(*command: str | Path) -> str:
    """What a command prints; raises `CalledProcessError` if it fails."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def needed(library: Path) -> list[str]:
    """The names of the libraries that a file asks for."""
    return re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "--dynamic", "--wide", library))


def known_libraries() -> dict[str, Path]:
    """Where this machine's loader finds each library, by its name; of several the first."""
    places: dict[str, Path] = {}
    kind = "x86-64" if os.uname().machine == "x86_64" else os.uname().machine.replace("aarch64", "AArch64")
    for name, details, path in re.findall(r"^\t(\S+) \((.*)\) => (.+)$", output("/sbin/ldconfig", "-p"), re.M):
        if kind in details:
            places.setdefault(name, Path(path))
    return places


def closure(start: Iterable[str], places: Mapping[str, Path]) -> dict[str, Path]:
    """Every library that those of `start` need, themselves included, but not what those left out need."""
    found: dict[str, Path] = {}
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in places:
            raise SystemExit(f"error: {name} is not on this machine")
        found[name] = places[name]
        if not LEFT_OUT.fullmatch(name):
            waiting += needed(places[name])
    return found


@dataclass(frozen=True)
class Symbol:
    """A name that a library has for others, and the version of it, if it has versions."""

    name: str
    version: str


def wanted(library: Path, users: Iterable[Path]) -> list[Symbol]:
    """What the others want of a library."""
    offered = {name for name in re.findall(r" [TWBDRVi] (\w+)", output("nm", "--dynamic", library))}
    symbols = set()
    for user in users:
        listed = output("nm", "--dynamic", "--undefined-only", user)
        for name, version in re.findall(r" U (\w+)(?:@(\S+))?$", listed, re.M):
            if name in offered:
                symbols.add(Symbol(name, version))
    return sorted(symbols, key=lambda symbol: (symbol.version, symbol.name))


def stand_in(symbols: Iterable[Symbol]) -> str:
    """The C of functions that do nothing."""
    return "".join(
        # ucnv_open(name, status): U_UNSUPPORTED_ERROR, and no converter for the others to be called with.
        f"void *{symbol.name}(const char *n, int *status) {{ (void)n; if (status) *status = 16; return 0; }}\n"
        if symbol.name.startswith("ucnv_open_")
        else f"void *{symbol.name}(void) {{ return 0; }}\n"
        for symbol in symbols
    )


def versions(symbols: Iterable[Symbol]) -> str:
    """The linker's version script for them."""
    groups: dict[str, list[str]] = {}
    for symbol in symbols:
        groups.setdefault(symbol.version, []).append(symbol.name)
    return "".join(f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in groups.items())


def make_stand_in(library: Path, users: Iterable[Path], target: Path) -> None:
    """Makes the library that stands for one that is left out."""
    symbols = wanted(library, users)
    with tempfile.TemporaryDirectory() as scratch:
        source, script = Path(scratch) / "stand-in.c", Path(scratch) / "versions"
        source.write_text(stand_in(symbols))
        script.write_text(versions(symbols))
        options = ["-shared", "-fPIC", "-nostdlib", f"-Wl,-soname,{target.name}"]
        if any(symbol.version for symbol in symbols):
            options.append(f"-Wl,--version-script={script}")
        compile_c("gcc", source, target, *options)


def compile_c(compiler: str, source: Path, target: Path, *options: str) -> None:
    """Compiles one file, reproducibly."""
    common = ["-Os", "-Wall", "-Wextra", "-Werror", "-s", "-Wl,--build-id=none"]
    subprocess.run([compiler, *common, *options, "-o", str(target), str(source)], check=True)


def make_libraries(folder: Path, executable: Path) -> None:
    """Puts the executable, its loader and its libraries into a folder."""
    folder.mkdir(parents=True)
    program = folder / "astra-steps"
    subprocess.run(["strip", "-o", program, executable], check=True)
    loader = output("readelf", "--program-headers", "--wide", program)
    interpreter = re.search(r"program interpreter: (.+)\]", loader)
    if not interpreter:
        raise SystemExit(f"error: {executable} asks for no loader")
    shutil.copyfile(interpreter[1], folder / "loader")
    libraries = closure([*needed(program), *OPENED], known_libraries())
    for name, path in sorted(libraries.items()):
        if LEFT_OUT.fullmatch(name):
            users = [other for user, other in libraries.items() if not LEFT_OUT.fullmatch(user)]
            make_stand_in(path, users, folder / name)
        elif path.name != Path(interpreter[1]).name:
            shutil.copyfile(path, folder / name)
    for path in folder.iterdir():
        path.chmod(0o755 if path.name in ("astra-steps", "loader") else 0o644)


def make_programs(folder: Path) -> None:
    """Puts the launcher into a folder, under the name of each step."""
    folder.mkdir(parents=True)
    first = folder / PROGRAMS[0]
    compile_c("musl-gcc", HERE / "launcher.c", first, "-static")
    first.chmod(0o755)
    for name in PROGRAMS[1:]:
        os.link(first, folder / name)


def make_tree(executable: Path, folder: Path) -> None:
    """Makes the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    make_libraries(folder / "lib" / "astra-steps", executable)
    make_programs(folder / "bin")


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the folder that every release file is made of.")
    parser.add_argument("executable", type=Path, help="astra-steps, from a release build")
    parser.add_argument("folder", type=Path, help="where to make it; what is there goes")
    arguments = parser.parse_args()
    make_tree(arguments.executable, arguments.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
