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
from pathlib import Path
from typing import Iterable, Mapping

HERE = Path(__file__).parent
PROGRAMS = (
    "astra-steps",
    "astra-backup",
    "astra-cleanup",
    "astra-clone",
    "astra-preflight",
    "astra-restore",
    "astra-snapshot",
    "astra-verify",
)
# What the executable opens when it needs it (Sources/CCurl/lazy.c, Sources/CLibXML2/lazy.c), and what the library of C
# opens where a thread ends in an unusual way.
OPENED = ("libcurl.so.4", "libxml2.so.2", "libgcc_s.so.1")
# ICU, 34 MB, is what libxml2 reads encodings with that are neither UTF-8, UTF-16 nor ASCII. Reports are UTF-8.
STAND_IN = re.compile(r"libicuuc\.so\.\d+")


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
    """Every library that those of `start` need, themselves included, but for the stand-in's own."""
    found: dict[str, Path] = {}
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in places:
            raise SystemExit(f"error: {name} is not on this machine")
        found[name] = places[name]
        if not STAND_IN.fullmatch(name):
            waiting += needed(places[name])
    return found


def stand_in(library: str, users: Iterable[Path]) -> str:
    """The C of a library that has every name which the others want of `library`, and can do nothing."""
    wanted = set()
    suffix = library.rsplit(".", 1)[1]
    for user in users:
        symbols = re.findall(r" U (\w+)$", output("nm", "--dynamic", "--undefined-only", user), re.M)
        wanted |= {symbol for symbol in symbols if symbol.endswith(f"_{suffix}")}
    if not wanted:
        raise SystemExit(f"error: nothing is wanted of {library}")
    # ucnv_open(name, status): U_UNSUPPORTED_ERROR, and no converter for the others to be called with.
    return "\n".join(
        f"void *{name}(const char *name, int *status) {{ (void)name; if (status) *status = 16; return 0; }}"
        if name.startswith("ucnv_open_")
        else f"void {name}(void) {{}}"
        for name in sorted(wanted)
    )


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
        if STAND_IN.fullmatch(name):
            source = folder / "stand-in.c"
            source.write_text(stand_in(name, libraries.values()) + "\n")
            compile_c("gcc", source, folder / name, "-shared", "-fPIC", "-nostdlib", f"-Wl,-soname,{name}")
            source.unlink()
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
