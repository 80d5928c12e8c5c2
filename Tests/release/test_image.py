"""The image: what tools say of it, that its Containerfile says the same, and that a program in it runs for anybody."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from support import EPOCH, PROGRAMS, release_tree, run

import image
import version

MIB = 1 << 20


class ImageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        # The user of a container has to reach its root.
        cls.folder.chmod(0o755)
        cls.layout = cls.folder / "layout"
        release = version.version()
        cls.archive = image.make_image(release_tree(), release, EPOCH, cls.folder, "abc123", cls.layout)
        run("umoci", "unpack", "--image", f"{cls.layout}:{release}", cls.folder / "bundle")
        cls.folder.joinpath("bundle").chmod(0o755)
        cls.root = cls.folder / "bundle" / "rootfs"
        cls.config = json.loads(run("skopeo", "inspect", "--config", "--raw", f"oci:{cls.layout}"))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.scratch.cleanup()

    def test_tools_read_the_layout_and_its_archive(self) -> None:
        for source in (f"oci:{self.layout}", f"oci-archive:{self.archive}:{version.version()}"):
            said = json.loads(run("skopeo", "inspect", source))
            self.assertEqual(said["Labels"]["org.opencontainers.image.version"], version.version())
            self.assertEqual(said["Created"], "2023-11-14T22:13:20Z")
            self.assertEqual(len(said["Layers"]), 1)
        run("skopeo", "copy", f"oci-archive:{self.archive}", f"dir:{self.folder}/copied")

    def test_the_layer_beside_it_is_its_own(self) -> None:
        layer = self.archive.with_name(self.archive.name.replace(".oci.tar", ".layer.tar.gz")).read_bytes()
        manifest = json.loads(run("skopeo", "inspect", "--raw", f"oci:{self.layout}"))
        self.assertEqual([one["digest"] for one in manifest["layers"]], [f"sha256:{hashlib.sha256(layer).hexdigest()}"])

    def test_trusts_what_debian_trusts_and_nobody_that_this_machine_adds(self) -> None:
        held = re.findall(r"-----BEGIN[^-]+-----[^-]+-----END[^-]+-----", (self.root / image.CERTIFICATES).read_text())
        debian = "".join(path.read_text() for path in Path("/usr/share/ca-certificates/mozilla").glob("*.crt"))
        self.assertGreater(len(held), 100)
        for certificate in held:
            self.assertIn(certificate, debian)

    def test_is_small(self) -> None:
        with tarfile.open(self.archive.with_name(self.archive.name.replace(".oci.tar", ".layer.tar.gz"))) as layer:
            self.assertLess(sum(member.size for member in layer), 60 * MIB)

    def test_says_how_it_is_run_and_what_it_is(self) -> None:
        config = self.config["config"]
        self.assertEqual(config["Entrypoint"], ["/usr/bin/astra-steps"])
        self.assertEqual((config["User"], config["WorkingDir"]), ("65532:0", "/workspace"))
        labels = {name.rsplit(".", 1)[1]: value for name, value in config["Labels"].items()}
        self.assertEqual(labels["revision"], "abc123")
        self.assertEqual(labels["licenses"], "LicenseRef-none-chosen-yet")

    def test_the_containerfile_says_the_same(self) -> None:
        said = {"Env": [], "Labels": {}}
        values: dict[str, str] = {}
        adds = []
        for line in (self.folder / "Containerfile").read_text().splitlines():
            word, _, rest = line.partition(" ")
            if word == "ARG":
                name, _, value = rest.partition("=")
                values[name] = value
            elif word == "ENV":
                said["Env"].append(rest)
            elif word == "LABEL":
                name, _, value = shlex.split(rest)[0].partition("=")
                said["Labels"][name] = re.sub(r"^\$(\w+)$", lambda found: values[found[1]], value)
            elif word == "USER":
                said["User"] = rest
            elif word == "WORKDIR":
                said["WorkingDir"] = rest
            elif word == "ENTRYPOINT":
                said["Entrypoint"] = json.loads(rest)
            elif word == "ADD":
                adds.append(rest)
            else:
                self.assertIn(word, ("", "#", "FROM"))
        self.assertEqual(said, self.config["config"])
        self.assertEqual(adds, ["astra-steps-*.layer.tar.gz /"])
        self.assertEqual(len(list(self.folder.glob("astra-steps-*.layer.tar.gz"))), 1)

    def test_holds_what_a_step_and_a_ci_system_need(self) -> None:
        for name in PROGRAMS:
            self.assertTrue((self.root / "usr/bin" / name).is_file(), name)
        for name in ("sh", "cat", "env", "mkdir", "sleep", "tar"):
            self.assertEqual(os.readlink(self.root / "bin" / name), "busybox")
        certificates = (self.root / "etc/ssl/certs/ca-certificates.crt").read_text()
        self.assertGreater(certificates.count("BEGIN CERTIFICATE"), 50)
        self.assertIn("hosts: files dns\n", (self.root / "etc/nsswitch.conf").read_text())
        for name in ("tmp", "workspace"):
            self.assertEqual((self.root / name).stat().st_mode & 0o7777, 0o1777, name)
        for name in ("copyright", "libraries/busybox-static/copyright", "libraries/libc6/copyright"):
            self.assertTrue((self.root / "usr/share/doc/astra-steps" / name).is_file(), name)

    def inside(self, *command: str, user: str = "54321:0") -> subprocess.CompletedProcess[str]:
        """Runs a command in the image, whose root nobody can write, as a user of whom it knows nothing."""
        root = shlex.quote(str(self.root))
        uid, gid = user.split(":")
        script = (
            f"mount --bind {root} {root} && mount -o remount,ro,bind {root} && mount -t proc proc {root}/proc && "
            f"mount -t tmpfs -o mode=1777 none {root}/workspace && "
            f"exec env -i PATH=/usr/bin:/bin:/usr/sbin "
            f"chroot --userspec={uid}:{gid} --groups= {root} /bin/sh -c 'cd /workspace && exec \"$@\"' _ {shlex.join(command)}"
        )
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_runs_for_anybody_with_a_root_that_cannot_be_written(self) -> None:
        for user in ("54321:0", "65532:0", "1000:1000"):
            said = self.inside("astra-steps", "--version", user=user)
            self.assertEqual((said.returncode, said.stdout, said.stderr), (0, f"astra-steps {version.version()}\n", ""))
            self.assertIn("SUBCOMMANDS", self.inside("/usr/bin/astra-steps", "--help", user=user).stdout)
        said = self.inside("sh", "-c", "id -u; touch here && touch /there")
        self.assertEqual((said.returncode, said.stdout), (1, "54321\n"))
        self.assertIn("Read-only file system", said.stderr)

    def test_a_line_of_jenkins_outlives_its_terminal(self) -> None:
        said = self.inside("nohup", "sh", "-c", 'kill -HUP $$; echo "$@"; exit 7', "sh", "a b", "c")
        self.assertEqual((said.returncode, said.stdout), (7, "a b c\n"), said)

    def test_a_step_leaves_its_report_in_the_workspace(self) -> None:
        said = self.inside(
            "sh",
            "-c",
            "ASTRA_FQDN=127.0.0.1:9 ASTRA_INSTANCE_ID=00000000-0000-4000-8000-000000000000 ASTRA_API_TOKEN=token "
            "astra-backup -a shop -b one --timeout 1s 2>log; echo $?; ls reports",
        )
        code, report = said.stdout.split()[:2]
        self.assertIn(code, ("69", "75"), said)
        self.assertEqual(report, "TEST-astra-backup.xml")


if __name__ == "__main__":
    unittest.main()
