"""The version of a release, its time, and the list of changes that they are taken from."""

from __future__ import annotations

import os
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from support import PROJECT, release_tree, run

import version


class VersionTests(unittest.TestCase):
    def changes(self, text: str) -> list[version.Changes]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "CHANGELOG.md"
            path.write_text(text)
            return version.changes(path)

    def test_is_what_the_steps_say(self) -> None:
        source = (PROJECT / "Sources/StepCommon/Run/Step.swift").read_text()
        self.assertEqual(re.findall(r'static let current = "(.+)"', source), [version.version()])
        said = run(release_tree() / "bin" / "astra-steps", "--version")
        self.assertEqual(said, f"astra-steps {version.version()}\n")

    def test_is_that_of_the_first_heading_that_has_one(self) -> None:
        found = self.changes("# Changes\n\n## Soon\n\nx\n\n## 1.2.0-rc.1 (unreleased)\n\nNew.\n\n## 1.1.0 (2026-12-24)\n\nOld.\n")
        self.assertEqual(
            found, [version.Changes("1.2.0-rc.1", None, "New."), version.Changes("1.1.0", "2026-12-24", "Old.")]
        )

    def test_a_list_without_a_version_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(SystemExit):
            path = Path(folder) / "CHANGELOG.md"
            path.write_text("# Changes\n")
            version.version(path)

    def test_the_time_is_the_day_of_the_release_once_it_has_one(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ):
            os.environ.pop("SOURCE_DATE_EPOCH", None)
            path = Path(folder) / "CHANGELOG.md"
            path.write_text("# Changes\n\n## 1.0.0 (2023-11-14)\n\nNew.\n")
            self.assertEqual(version.epoch(path), 1_699_920_000)

    def test_the_time_is_given_or_that_of_the_commit(self) -> None:
        with mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": "1700000000"}):
            self.assertEqual(version.epoch(), 1_700_000_000)
        with mock.patch.dict(os.environ):
            os.environ.pop("SOURCE_DATE_EPOCH", None)
            self.assertEqual(version.epoch(), int(run("git", "-C", PROJECT, "log", "-1", "--format=%ct")))


if __name__ == "__main__":
    unittest.main()
