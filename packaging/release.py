#!/usr/bin/env python3
"""Makes every file of a release from the folder that `build_release` leaves (packaging/tree.py)."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from archive import write_tarball
from deb import make_deb
from image import make_image
from licences import put_licences
from pages import make_pages
from sbom import make_sbom
from version import epoch, version


def checksums(folder: Path) -> str:
    """The lines of SHA256SUMS, as `sha256sum --check` reads them."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def make_release(tree: Path, folder: Path) -> None:
    """Makes the files in a folder of their own, which then takes the place of `folder`."""
    number, moment, machine = version(), epoch(), os.uname().machine
    name = f"astra-steps-{number}-linux-{machine}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        copy, files = Path(scratch) / "tree", Path(scratch) / "files"
        shutil.copytree(tree, copy, copy_function=link_or_copy(), symlinks=True)
        files.mkdir(mode=0o755)
        make_pages(copy, number, moment)
        put_licences(copy, copy / "share")
        write_tarball(copy, files / f"{name}.tar.gz", name, moment)
        make_deb(copy, number, moment, files)
        make_image(copy, number, moment, files)
        make_sbom(copy, number, moment, files / f"astra-steps-{number}-{machine}.cdx.json")
        (files / "SHA256SUMS").write_text(checksums(files))
        shutil.rmtree(folder, ignore_errors=True)
        files.rename(folder)


def link_or_copy():  # type: ignore[no-untyped-def]
    """Copies a file once, and links the names that are hard links of it."""
    copies: dict[int, str] = {}

    def copy(source: str, target: str) -> str:
        number = os.stat(source).st_ino
        if number in copies:
            os.link(copies[number], target)
        else:
            copies[number] = str(shutil.copy2(source, target))
        return target

    return copy


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes every file of a release.")
    parser.add_argument("tree", type=Path, help="the folder that release files are made of")
    parser.add_argument("folder", type=Path, help="where to leave them; what is there goes")
    arguments = parser.parse_args()
    make_release(arguments.tree.absolute(), arguments.folder.absolute())
    for path in sorted(arguments.folder.iterdir()):
        print(f"  {path.stat().st_size:>12,}  {path.name}" if path.is_file() else f"  {'':>12}  {path.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
