#!/usr/bin/env python3
"""Lists what is in a release, as CycloneDX: the product, the packages it brings, and what is linked into it."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, Iterable

from archive import put
from image import created
from licences import NONE_CHOSEN
from packages import Package, bundled, digest, linked, package
from version import PROJECT, epoch, version

Component = dict[str, Any]
# What the library of Swift and the packages of its project are under.
SWIFT_LICENCE = "Apache-2.0 WITH Swift-exception"
PRODUCT = "astra-steps"
# What only the image has.
IMAGE_ONLY = ("busybox-static", "ca-certificates")


def file(path: Path, tree: Path) -> Component:
    """A file of a release, under its name in the folder of the release."""
    name = path.relative_to(tree).as_posix()
    return {"type": "file", "bom-ref": f"file:{name}", "name": name, "hashes": [{"alg": "SHA-256", "content": digest(path)}]}


def properties(**values: str) -> list[dict[str, str]]:
    return [{"name": f"{PRODUCT}:{name}", "value": value} for name, value in values.items()]


def debian(package: Package, how: str, files: Iterable[Component] = ()) -> Component:
    """A package of Debian's; `how` says how it is in the release."""
    component: Component = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "properties": properties(how=how, source=f"{package.source} {package.source_version}"),
    }
    if package.licences:
        component["licenses"] = [{"license": {"name": name}} for name in package.licences]
    if files:
        component["components"] = list(files)
    return component


def swift_version() -> str:
    """The version of the compiler, whose library is linked in: `6.3.1`."""
    said = subprocess.run(["swift", "--version"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = re.search(r"Swift version (\S+)", said.stdout)
    if not found:
        raise SystemExit("error: swift does not say its version")
    return found[1]


def swift_package(name: str, release: str, purl: str) -> Component:
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": release,
        "purl": purl,
        "licenses": [{"expression": SWIFT_LICENCE}],
        "properties": properties(how="linked"),
    }


def swift_packages(resolved: Path = PROJECT / "Package.resolved") -> list[Component]:
    """The packages that the programs are built with, in the versions that are pinned."""
    found = []
    for pin in sorted(json.loads(resolved.read_text())["pins"], key=lambda pin: str(pin["identity"])):
        release = pin["state"]["version"]
        place = pin["location"].removeprefix("https://").removesuffix(".git")
        found.append(swift_package(pin["identity"], release, f"pkg:swift/{place}@{release}"))
    return found


def product(tree: Path, release: str) -> Component:
    """The product, with the files that are its own."""
    own = [tree / "bin" / PRODUCT]
    own += [tree / "lib" / PRODUCT / name for name, package in bundled(tree).items() if package is None]
    purl = f"pkg:generic/{PRODUCT}@{release}"
    return {
        "type": "application",
        "bom-ref": purl,
        "name": PRODUCT,
        "version": release,
        "purl": purl,
        "description": "Steps of pipelines that protect applications on Kubernetes with NetApp Trident protect or Astra Control",
        "licenses": [{"license": {"name": "none chosen yet", "text": {"content": NONE_CHOSEN}}}],
        "components": [file(path, tree) for path in own],
    }


def components(tree: Path) -> list[Component]:
    """Everything that is not the product's own."""
    files: dict[Package, list[Component]] = {}
    for name, owner in bundled(tree).items():
        if owner:
            files.setdefault(owner, []).append(file(tree / "lib" / PRODUCT / name, tree))
    found = [debian(owner, "bundled", own) for owner, own in files.items()]
    found += [debian(one, f"linked: {purpose}") for one, purpose in linked().items()]
    found += [debian(package(name), "in the image only") for name in IMAGE_ONLY]
    number = swift_version()
    found.append(swift_package("swift-runtime", number, f"pkg:github/swiftlang/swift@swift-{number}-RELEASE"))
    return sorted(found + swift_packages(), key=lambda component: str(component["bom-ref"]))


def sbom(tree: Path, release: str, moment: int) -> str:
    """The list, as JSON; its number depends on nothing but what it says."""
    whole, parts = product(tree, release), components(tree)
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": created(moment), "component": whole},
        "components": parts,
        "dependencies": [
            {"ref": whole["bom-ref"], "dependsOn": [part["bom-ref"] for part in parts]},
            *({"ref": part["bom-ref"]} for part in parts),
        ],
    }
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, content).urn
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def make_sbom(tree: Path, release: str, moment: int, path: Path) -> None:
    """Writes the list of a release into a file."""
    put(path, sbom(tree, release, moment))


def main() -> int:
    parser = argparse.ArgumentParser(description="Lists what is in a release, as CycloneDX.")
    parser.add_argument("tree", type=Path, help="the folder that release files are made of")
    parser.add_argument("file", type=Path, help="where to write the list")
    arguments = parser.parse_args()
    make_sbom(arguments.tree, version(), epoch(), arguments.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
