#!/usr/bin/env python3
"""Makes the Debian package from the folder that release files are made of.

It holds the folder below /usr, with its own libraries, and depends on nothing.
"""

from __future__ import annotations

import argparse
import datetime
import email.utils
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from archive import compressed, copy_tree, put, settle
from licences import put_licences
from version import CHANGES, PROJECT, Changes, changes, epoch, version

MAINTAINER = "astra-steps maintainers <maintainers@astra-steps.invalid>"
CONTROL = """Package: astra-steps
Version: {version}
Section: admin
Priority: optional
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Recommends: ca-certificates
Description: steps of pipelines that protect applications on Kubernetes
 Back up, snapshot, clone, verify, restore and clean up stateful applications
 with NetApp Trident protect or Astra Control, from a CI pipeline: a program for
 each step, which waits until the operation is seen to have finished, leaves a
 JUnit XML report, and tells by its exit code what happened.
 .
 The package brings the libraries that it needs.
"""
# What is for people, beside the manual pages.
DOCUMENTS = ("README.md", "docs", "jenkins", "ci")


def debian_version(release: str) -> str:
    """A version as Debian orders it: 1.0.0-rc.1 comes before 1.0.0."""
    return release.replace("-", "~", 1)


def architecture() -> str:
    command = ["dpkg", "--print-architecture"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def points(text: str) -> list[str]:
    """The paragraphs and points of a text in Markdown, without its marks."""
    found = []
    for block in re.split(r"\n\s*\n|\n(?=[*-] )", text):
        plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", " ".join(block.split()))
        plain = re.sub(r"^(?:[*-]|#+) +", "", plain).replace("`", "").replace("**", "")
        if plain:
            found.append(plain)
    return found


def changelog(entries: list[Changes], moment: int) -> str:
    """CHANGELOG.md in Debian's form; a version without a day bears the time of this release."""
    text = ""
    for entry in entries:
        date = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
        if entry.day:
            date = datetime.datetime.fromisoformat(f"{entry.day}T12:00:00+00:00")
        text += f"astra-steps ({debian_version(entry.version)}) unstable; urgency=medium\n\n"
        for point in points(entry.text):
            text += textwrap.fill(point, 79, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False) + "\n"
        text += f"\n -- {MAINTAINER}  {email.utils.format_datetime(date)}\n\n"
    return text.removesuffix("\n")


def fill(root: Path, tree: Path, moment: int) -> None:
    """Puts what the package installs into its root."""
    copy_tree(tree, root / "usr")
    share = root / "usr" / "share"
    # Where Debian's zsh looks for what packages bring.
    if (share / "zsh" / "site-functions").exists():
        (share / "zsh" / "site-functions").rename(share / "zsh" / "vendor-completions")
    documents = share / "doc" / "astra-steps"
    for name in DOCUMENTS:
        source = PROJECT / name
        if source.is_dir():
            copy_tree(source, documents / name)
        else:
            put(documents / name, source.read_bytes())
    put_licences(tree, share)
    put(documents / "changelog.gz", compressed(changelog(changes(CHANGES), moment).encode()))
    put(share / "lintian" / "overrides" / "astra-steps", (Path(__file__).parent / "lintian-overrides").read_bytes())


def describe(root: Path, release: str) -> None:
    """Writes what dpkg has to know of the package."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    seen = {(path.stat().st_dev, path.stat().st_ino): path.stat().st_size for path in files}
    control = CONTROL.format(
        version=debian_version(release),
        architecture=architecture(),
        maintainer=MAINTAINER,
        # In KiB, each file rounded up, and one for a folder or link.
        size=sum(-(-size // 1024) for size in seen.values()) + sum(not path.is_file() for path in root.rglob("*")),
    )
    sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files]
    put(root / "DEBIAN" / "md5sums", "".join(sums))
    put(root / "DEBIAN" / "control", control)


def make_deb(tree: Path, release: str, moment: int, folder: Path) -> Path:
    """Makes the package of a tree in a folder, and returns where it lies."""
    target = folder / f"astra-steps_{debian_version(release)}_{architecture()}.deb"
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        root.mkdir()
        fill(root, tree, moment)
        describe(root, release)
        settle(root, moment)
        # One thread: several would cut the archive in as many blocks as there are cores.
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--threads-max=1", "--build", str(root), str(target)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment), "TZ": "UTC", "LC_ALL": "C"}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(f"error: dpkg-deb: {done.stdout.strip()}")
        shutil.rmtree(root)
    target.chmod(0o644)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the Debian package.")
    parser.add_argument("tree", type=Path, help="the folder that release files are made of")
    parser.add_argument("folder", type=Path, help="where to leave the package")
    arguments = parser.parse_args()
    print(make_deb(arguments.tree, version(), epoch(), arguments.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
