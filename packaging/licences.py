"""What the owner says about licences, and the texts of those that the libraries inside have."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from archive import put
from packages import Package, bundled, linked
from version import PROJECT

NONE_CHOSEN = "The owner of astra-steps has chosen no licence yet, so all rights are reserved."
# The parts that are of no package: each with its name, and where its text lies.
SWIFT = Path("usr/share/swift/LICENSE.txt")
COMMON = Path("/usr/share/common-licenses")

HEAD = f"""Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: astra-steps
Comment: {NONE_CHOSEN}
 .
 The package brings the libraries that it needs, as Debian built them. Each has
 licences of its own, whose texts are in @PLACE@,
 in a folder under the name of the package that it was taken from. Where a text
 names a file in /usr/share/common-licenses, that file lies there too. Their
 sources are those of Debian, in the version named below:
 https://snapshot.debian.org/package/SOURCE/VERSION/

Files: *
Copyright: 2026 the owner of astra-steps
License: none-chosen-yet
 {NONE_CHOSEN}
"""

PART = """
Files: {files}
Copyright: see {place}/{name}/copyright
License: {name}
 See {place}/{name}/copyright.
 Package {name} {version}, of the source {source} {source_version}.
"""


def argument_parser_licence() -> Path:
    """The text of the licence of the one Swift package that is in the programs."""
    places = [PROJECT / name / "checkouts/swift-argument-parser/LICENSE.txt" for name in (".build-release", ".build")]
    for place in places:
        if place.exists():
            return place
    raise SystemExit(f"error: {places[0]} is not there: build the release first")


def swift_licence() -> Path:
    """The text of the licence of Swift's own library, beside the compiler that is found first."""
    compiler = shutil.which("swift")
    if compiler:
        for parent in Path(compiler).resolve().parents:
            if (parent / SWIFT).exists():
                return parent / SWIFT
    raise SystemExit("error: swift, or the text of its licence beside it, is not there")


def copyright_text(tree: Path, place: str) -> str:
    """The file `copyright`, as Debian wants it; `place` is where the texts will lie."""
    parts: dict[Package, list[str]] = {}
    for name, package in bundled(tree).items():
        if package:
            parts.setdefault(package, []).append(f"usr/lib/astra-steps/{name}")
    for package in linked():
        holder = "usr/bin/*" if package.name == "musl-dev" else "usr/lib/astra-steps/astra-steps"
        parts.setdefault(package, []).append(holder)
    text = HEAD.replace("@PLACE@", place)
    for package, files in sorted(parts.items(), key=lambda part: part[0].name):
        text += PART.format(
            files="\n ".join(files),
            place=place,
            name=package.name,
            version=package.version,
            source=package.source,
            source_version=package.source_version,
        )
    for name, what in {"swift": "the library of Swift", "swift-argument-parser": "a package of Swift's project"}.items():
        text += (
            f"\nFiles: usr/lib/astra-steps/astra-steps\nCopyright: Apple Inc. and the Swift project authors\n"
            f"License: {name}\n See {place}/{name}/copyright.\n"
            f" Apache License 2.0 with a runtime library exception: {what}.\n"
        )
    return text


def put_licences(tree: Path, share: Path, extra: tuple[Package, ...] = ()) -> None:
    """Writes doc/astra-steps/copyright and doc/astra-steps/libraries into a folder `share`.

    - extra: packages that are there beside those of the tree.
    """
    folder = share / "doc" / "astra-steps"
    put(folder / "copyright", copyright_text(tree, "/usr/share/doc/astra-steps/libraries"))
    texts = {package.name: package.copyright for package in bundled(tree).values() if package}
    texts |= {package.name: package.copyright for package in (*linked(), *extra)}
    texts |= {"swift": swift_licence(), "swift-argument-parser": argument_parser_licence()}
    common = set()
    for name, text in sorted(texts.items()):
        content = text.read_bytes()
        put(folder / "libraries" / name / "copyright", content)
        common |= set(re.findall(rb"/usr/share/common-licenses/([\w.-]*\w)", content))
    for licence in sorted(name.decode() for name in common):
        if (COMMON / licence).exists():
            put(folder / "libraries" / "common-licenses" / licence, (COMMON / licence).read_bytes())
