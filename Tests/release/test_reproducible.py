"""The same folder makes the same files, whoever makes them, where and when."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import EPOCH, PROGRAMS, PROJECT, release_tree, run, toy_tree

import archive
import pages

MAKE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from archive import write_tarball
from deb import make_deb
from image import make_image
from sbom import make_sbom
tree, folder = Path(sys.argv[2]), Path(sys.argv[3])
write_tarball(tree, folder / "toy.tar.gz", "toy-1.2.3", int(sys.argv[4]))
make_deb(tree, "1.2.3", int(sys.argv[4]), folder)
make_image(tree, "1.2.3", int(sys.argv[4]), folder)
make_sbom(tree, "1.2.3", int(sys.argv[4]), folder / "toy.cdx.json")
"""


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


class ReproducibleTests(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def make(self, name: str, umask: int, **environment: str) -> dict[str, str]:
        """Makes every file from a toy tree of its own."""
        place = self.folder / name
        before = os.umask(umask)
        try:
            for folder in ("files", "tmp"):
                (place / folder).mkdir(parents=True)
            tree = toy_tree(place / "tree")
            command = [sys.executable, "-c", MAKE, str(PROJECT / "packaging"), str(tree), str(place / "files"), str(EPOCH)]
            done = subprocess.run(
                command,
                env={"PATH": os.environ["PATH"], "HOME": "/", "TMPDIR": str(place / "tmp"), **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.assertEqual(done.returncode, 0, done.stdout)
        finally:
            os.umask(before)
        return digests(place / "files")

    def test_every_file_is_the_same_bytes(self) -> None:
        first = self.make("one", 0o022, TZ="UTC", LC_ALL="C")
        time.sleep(1.1)
        second = self.make("another/place", 0o077, TZ="Asia/Kathmandu", LC_ALL="C.UTF-8", PYTHONHASHSEED="7")
        self.assertEqual(second, first)
        self.assertEqual(len(first), 6)

    def test_pages_are_the_same_bytes(self) -> None:
        trees = [self.folder / "one", self.folder / "two"]
        for tree in trees:
            tree.mkdir()
            (tree / "bin").symlink_to(release_tree() / "bin")
            pages.make_pages(tree, "1.2.3", EPOCH)
        run("diff", "-r", trees[0] / "share", trees[1] / "share")

    def test_names_of_one_file_stay_so_in_the_archive(self) -> None:
        archive.write_tarball(toy_tree(self.folder / "tree"), self.folder / "toy.tar.gz", "toy", EPOCH)
        run("tar", "-xzf", "toy.tar.gz", folder=self.folder)
        files = list((self.folder / "toy" / "bin").iterdir())
        self.assertEqual((len(files), len({path.stat().st_ino for path in files})), (len(PROGRAMS), 1))
        self.assertEqual({path.stat().st_mode & 0o777 for path in files}, {0o755})


if __name__ == "__main__":
    unittest.main()
