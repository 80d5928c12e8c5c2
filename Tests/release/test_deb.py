"""The Debian package: what is in it, what lintian says of it, and that dpkg installs it."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

from support import EPOCH, PROGRAMS, PROJECT, release_tree, run, toy_tree

import archive
import deb
import pages
import version


class PackageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = tempfile.TemporaryDirectory()
        folder = Path(cls.scratch.name)
        tree = folder / "tree"
        archive.copy_tree(release_tree(), tree)
        pages.make_pages(tree, version.version(), EPOCH)
        cls.package = deb.make_deb(tree, version.version(), EPOCH, folder)
        cls.root = folder / "root"
        run("dpkg-deb", "--extract", cls.package, cls.root)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.scratch.cleanup()

    def field(self, name: str) -> str:
        return run("dpkg-deb", "--field", self.package, name).strip()

    def test_is_named_after_its_version_and_depends_on_nothing(self) -> None:
        architecture = run("dpkg", "--print-architecture").strip()
        self.assertEqual(self.package.name, f"astra-steps_{version.version()}_{architecture}.deb")
        self.assertEqual((self.field("Version"), self.field("Architecture")), (version.version(), architecture))
        self.assertEqual((self.field("Depends"), self.field("Recommends")), ("", "ca-certificates"))

    def test_lintian_finds_no_error(self) -> None:
        done = subprocess.run(
            ["lintian", "--allow-root", "--fail-on", "error,warning", str(self.package)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_no_override_is_there_for_nothing(self) -> None:
        said = run("lintian", "--allow-root", "--display-info", self.package)
        self.assertIn("I: astra-steps:", said)
        self.assertNotIn("unused-override", said)

    def test_every_override_says_why(self) -> None:
        before = ""
        for line in (PROJECT / "packaging/lintian-overrides").read_text().splitlines():
            if line and not line.startswith("#"):
                self.assertTrue(before.startswith(("#", "astra-steps:")), line)
            before = line

    def test_holds_what_each_place_needs(self) -> None:
        share = self.root / "usr/share"
        for name in PROGRAMS:
            for place in (
                self.root / "usr/bin" / name,
                share / "man/man1" / f"{name}.1.gz",
                share / "bash-completion/completions" / name,
                share / "zsh/vendor-completions" / f"_{name}",
                share / "fish/vendor_completions.d" / f"{name}.fish",
            ):
                self.assertTrue(place.is_file(), place)
        documents = share / "doc/astra-steps"
        for name in ("README.md", "docs/steps.md", "copyright", "changelog.gz"):
            self.assertTrue((documents / name).is_file(), name)
        for path in [*(PROJECT / "jenkins").rglob("*"), *(PROJECT / "ci").rglob("*")]:
            if path.is_file():
                copy = documents / path.relative_to(PROJECT)
                self.assertEqual(copy.read_bytes(), path.read_bytes())
        self.assertFalse((share / "zsh/site-functions").exists())

    def test_everything_is_of_root_and_nobody_else_can_write_it(self) -> None:
        for line in run("dpkg-deb", "--contents", self.package).splitlines():
            mode, owner = line.split()[:2]
            self.assertEqual(owner, "root/root", line)
            self.assertIn(mode[1:], ("rwxr-xr-x", "rw-r--r--"), line)

    def test_says_that_no_licence_is_chosen_and_has_those_of_the_libraries(self) -> None:
        folder = self.root / "usr/share/doc/astra-steps"
        text = (folder / "copyright").read_text()
        self.assertIn("has chosen no licence yet, so all rights are reserved", text)
        for path in (self.root / "usr/lib/astra-steps").glob("lib*.so*"):
            if path.name in ("libc.so.6", "libcurl.so.4", "libxml2.so.2"):
                self.assertIn(f"usr/lib/astra-steps/{path.name}\n", text)
        for name in ("libc6", "libcurl4", "libxml2", "libjansson-dev", "musl-dev", "swift", "swift-argument-parser"):
            self.assertIn(f"libraries/{name}/copyright", text)
            self.assertGreater((folder / "libraries" / name / "copyright").stat().st_size, 500, name)
        self.assertTrue((folder / "libraries/common-licenses/LGPL-2.1").is_file())

    def test_dpkg_installs_and_removes_it_in_an_empty_system(self) -> None:
        system = Path(self.scratch.name) / "system"
        (system / "var/lib/dpkg/info").mkdir(parents=True)
        (system / "var/lib/dpkg/updates").mkdir()
        (system / "var/lib/dpkg/status").touch()
        run("dpkg", f"--root={system}", "--force-script-chrootless", "--install", self.package)
        said = run("unshare", "--map-root-user", f"--root={system}", "/usr/bin/astra-clone", "--version")
        self.assertEqual(said, f"astra-clone {version.version()}\n")
        run("dpkg", f"--root={system}", "--purge", "astra-steps")
        self.assertFalse((system / "usr/lib/astra-steps").exists())
        self.assertFalse((system / "usr/bin/astra-clone").exists())


class DetailTests(unittest.TestCase):
    def test_a_version_before_another_is_ordered_so(self) -> None:
        self.assertEqual(deb.debian_version("1.0.0-rc.1"), "1.0.0~rc.1")
        run("dpkg", "--compare-versions", deb.debian_version("1.0.0-rc.1"), "lt", "1.0.0")

    def test_the_list_of_changes_is_debians(self) -> None:
        entries = [
            version.Changes("1.1.0-rc.1", None, "See [docs](docs/x.md).\n\n* `astra-clone` is\n  faster.\n* More."),
            version.Changes("1.0.0", "2026-12-24", "First."),
        ]
        self.assertEqual(
            deb.changelog(entries, EPOCH),
            "astra-steps (1.1.0~rc.1) unstable; urgency=medium\n\n  * See docs.\n  * astra-clone is faster.\n  * More.\n\n"
            f" -- {deb.MAINTAINER}  Tue, 14 Nov 2023 22:13:20 +0000\n\n"
            "astra-steps (1.0.0) unstable; urgency=medium\n\n  * First.\n\n"
            f" -- {deb.MAINTAINER}  Thu, 24 Dec 2026 12:00:00 +0000\n",
        )

    def test_a_library_of_no_package_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            tree = toy_tree(Path(scratch) / "tree")
            (tree / "lib/astra-steps/libtoy.so.1").write_bytes(b"of nobody")
            with self.assertRaisesRegex(SystemExit, "libtoy.so.1 is of none of this machine's packages"):
                deb.make_deb(tree, "1.0.0", EPOCH, Path(scratch))


if __name__ == "__main__":
    unittest.main()
