#!/usr/bin/env python3
"""Makes an image, as an OCI layout, from the folder that release files are made of. It needs no engine.

    astra-steps-VERSION-ARCH.oci.tar        the layout in an archive, as `skopeo copy oci-archive:…` reads it
    astra-steps-VERSION-ARCH.layer.tar.gz   its one layer, for the Containerfile
    Containerfile                           for those who have an engine
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from archive import compressed, copy_tree, put, write_tar
from licences import put_licences
from packages import output, package
from version import epoch, version

HERE = Path(__file__).parent
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# Where Debian's package has them, and the list in which an administrator takes some away (a "!" before the name).
AUTHORITIES = Path("/usr/share/ca-certificates")
DISTRUSTED = Path("/etc/ca-certificates.conf")
# A shell and its usual commands: GitLab CI, Jenkins and Tekton start one. One static program, of busybox-static.
BUSYBOX = Path("/bin/busybox")
# Jenkins starts each `sh` line with it, and Debian's busybox is without; a signal that is ignored stays so in what follows.
NOHUP = """#!/bin/sh
trap '' HUP
exec "$@"
"""
# Everybody may write there, as in /tmp: which user it will be is not known.
WORKSPACE = "workspace"
MODES = {"tmp": 0o1777, WORKSPACE: 0o1777}
USER = "65532:0"
FILES = {
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\nastra-steps:x:65532:0:astra-steps:/workspace:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
INDEX = "application/vnd.oci.image.index.v1+json"


def created(moment: int) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def labels(release: str, revision: str, moment: int) -> dict[str, str]:
    """What the image says of itself."""
    values = {
        "title": "astra-steps",
        "description": "Steps of pipelines that protect applications on Kubernetes with NetApp Trident protect or Astra Control",
        "version": release,
        "revision": revision,
        "created": created(moment),
        # The owner has chosen none yet.
        "licenses": "LicenseRef-none-chosen-yet",
    }
    return {f"org.opencontainers.image.{name}": value for name, value in values.items()}


def authorities() -> bytes:
    """The certificates of Debian's package, one behind the other.

    Those that were added to this machine stay here: a user of the image need not trust whoever runs the builder's proxy.
    """
    distrusted = re.findall(r"(?m)^!(.+)$", DISTRUSTED.read_text()) if DISTRUSTED.exists() else []
    listed = map(Path, output("dpkg", "--listfiles", "ca-certificates").splitlines())
    files = [path for path in listed if path.suffix == ".crt" and AUTHORITIES in path.parents]
    kept = sorted(path for path in files if str(path.relative_to(AUTHORITIES)) not in distrusted)
    if not kept:
        raise SystemExit("error: the package ca-certificates has no certificates")
    return b"".join(path.read_bytes().rstrip() + b"\n" for path in kept)


def fill(root: Path, tree: Path) -> None:
    """Puts everything that the image holds into its root."""
    for name in ("bin", "lib"):
        copy_tree(tree / name, root / "usr" / name)
    put_licences(tree, root / "usr" / "share", extra=(package("busybox-static"), package("ca-certificates")))
    for name, text in FILES.items():
        put(root / name, text)
    put(root / CERTIFICATES, authorities())
    put(root / "bin" / "busybox", BUSYBOX.read_bytes(), mode=0o755)
    applets = subprocess.run([BUSYBOX, "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    for applet in applets:
        if applet not in ("busybox", "nohup"):
            (root / "bin" / applet).symlink_to("busybox")
    put(root / "bin" / "nohup", NOHUP, mode=0o755)
    for name in ("tmp", WORKSPACE, "proc", "sys", "dev"):
        (root / name).mkdir()


def configuration(release: str, revision: str, moment: int, layer: bytes) -> dict[str, Any]:
    """What an engine has to know to run it; `layer` is not compressed."""
    return {
        "created": created(moment),
        "architecture": ARCHITECTURES[os.uname().machine],
        "os": "linux",
        "config": {
            "User": USER,
            "Env": ["PATH=/usr/bin:/bin"],
            "Entrypoint": ["/usr/bin/astra-steps"],
            "WorkingDir": f"/{WORKSPACE}",
            "Labels": labels(release, revision, moment),
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": created(moment), "created_by": "packaging/image.py"}],
    }


class Layout:
    """A folder that is an image as the OCI lays it out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def blob(self, kind: str, content: bytes) -> dict[str, Any]:
        """Writes a blob, and returns what refers to it."""
        digest = hashlib.sha256(content).hexdigest()
        put(self.folder / "blobs" / "sha256" / digest, content)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    def write(self, release: str, config: dict[str, Any], layer: bytes) -> None:
        """Writes an image of one layer, which is compressed."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(CONFIG, document(config)),
            "layers": [self.blob(LAYER, layer)],
            "annotations": config["config"]["Labels"],
        }
        reference = self.blob(MANIFEST, document(manifest))
        reference["platform"] = {"architecture": config["architecture"], "os": config["os"]}
        reference["annotations"] = {"org.opencontainers.image.ref.name": release}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [reference]}
        put(self.folder / "index.json", document(index))
        put(self.folder / "oci-layout", document({"imageLayoutVersion": "1.0.0"}))


def document(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def containerfile(release: str, revision: str, moment: int) -> str:
    """The Containerfile with the values of this release."""
    text = (HERE / "Containerfile").read_text()
    values = {"VERSION": release, "REVISION": revision, "CREATED": created(moment)}
    for name, value in values.items():
        text = re.sub(rf"(?m)^ARG {name}=.*$", f"ARG {name}={value}", text)
    return text


def make_image(
    tree: Path, release: str, moment: int, folder: Path, revision: str = "unknown", layout: Path | None = None
) -> Path:
    """Makes the files of the image in a folder, and the layout itself where that is asked for; returns the archive."""
    name = f"astra-steps-{release}-{os.uname().machine}"
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        root.mkdir()
        fill(root, tree)
        stream = io.BytesIO()
        write_tar(root, stream, moment, modes=MODES)
        layer = compressed(stream.getvalue())
        layout = layout or Path(scratch) / "layout"
        Layout(layout).write(release, configuration(release, revision, moment, stream.getvalue()), layer)
        whole = io.BytesIO()
        write_tar(layout, whole, moment)
    put(folder / f"{name}.layer.tar.gz", layer)
    put(folder / "Containerfile", containerfile(release, revision, moment))
    put(folder / f"{name}.oci.tar", whole.getvalue())
    return folder / f"{name}.oci.tar"


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes an image, as an OCI layout.")
    parser.add_argument("tree", type=Path, help="the folder that release files are made of")
    parser.add_argument("folder", type=Path, help="where to leave the files")
    parser.add_argument("--revision", default="unknown", help="the commit that it is built from")
    parser.add_argument("--layout", type=Path, help="where to leave the layout as a folder too")
    arguments = parser.parse_args()
    print(make_image(arguments.tree, version(), epoch(), arguments.folder, arguments.revision, arguments.layout))
    return 0


if __name__ == "__main__":
    sys.exit(main())
