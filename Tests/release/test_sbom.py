"""The list of what is in a release, judged by the schema and held against the files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from support import EPOCH, PROJECT, release_tree, run

import sbom
import version


class ListTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.text = sbom.sbom(release_tree(), version.version(), EPOCH)
        cls.list: dict[str, Any] = json.loads(cls.text)
        cls.components = {component["name"]: component for component in cls.list["components"]}

    def test_is_valid_by_the_schema(self) -> None:
        self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(self.text))

    def test_every_file_of_the_release_is_in_it_with_its_digest(self) -> None:
        listed = {}
        for component in [self.list["metadata"]["component"], *self.list["components"]]:
            for file in component.get("components", []):
                listed[file["name"]] = file["hashes"][0]["content"]
        tree = release_tree()
        files = [tree / "bin/astra-steps", *(tree / "lib/astra-steps").iterdir()]
        self.assertEqual(
            listed, {path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        )

    def test_packages_are_in_the_versions_that_are_installed(self) -> None:
        names = [name for name, one in self.components.items() if one["purl"].startswith("pkg:deb/")]
        self.assertLess({"libc6", "libcurl4", "libxml2", "libjansson-dev", "libyaml-dev", "libpcre2-dev"}, set(names))
        self.assertTrue(any(re.fullmatch(r"libstdc\+\+-\d+-dev", name) for name in names))
        self.assertTrue(any(re.fullmatch(r"libgcc-\d+-dev", name) for name in names))
        for name in names:
            said = run("dpkg-query", "-W", "-f", "${Version}\n", name).split()
            self.assertIn(self.components[name]["version"], said, name)
        self.assertEqual(self.components["libyaml-dev"]["licenses"][0], {"license": {"name": "Expat"}})

    def test_swifts_packages_are_those_that_swift_finds(self) -> None:
        command = ["swift", "package", "--package-path", PROJECT, "show-dependencies", "--format", "json"]
        said = json.loads(run(*command, environment={"HOME": os.environ.get("HOME", "/root")}))
        expected = {one["identity"]: one["version"] for one in said["dependencies"]}
        found = {
            one["name"]: one["version"] for one in self.components.values() if one["purl"].startswith("pkg:swift/")
        }
        self.assertEqual(found, expected)
        self.assertIn(f"Swift version {self.components['swift-runtime']['version']} ", run("swift", "--version"))

    def test_says_that_no_licence_is_chosen(self) -> None:
        product = self.list["metadata"]["component"]
        self.assertEqual((product["name"], product["version"]), ("astra-steps", version.version()))
        self.assertIn("has chosen no licence yet", product["licenses"][0]["license"]["text"]["content"])

    def test_its_number_changes_with_what_it_says_alone(self) -> None:
        self.assertEqual(self.text, sbom.sbom(release_tree(), version.version(), EPOCH))
        other = json.loads(sbom.sbom(release_tree(), "9.9.9", EPOCH))
        self.assertNotEqual(other["serialNumber"], self.list["serialNumber"])
        self.assertEqual(self.list["metadata"]["timestamp"], "2023-11-14T22:13:20Z")

    def test_is_written_as_one_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.cdx.json"
            sbom.make_sbom(release_tree(), version.version(), EPOCH, path)
            self.assertEqual(path.read_text(), self.text)


if __name__ == "__main__":
    unittest.main()
