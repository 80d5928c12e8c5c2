"""The published schemas of scenarios, held against the reader: what one refuses, the other refuses."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Iterator

from jsonschema import Draft202012Validator

from ends import PROGRAMS, PROJECT

SCHEMAS = PROJECT / "docs" / "schemas"
# The worlds that a schema is about, each with its schema and the scenarios of ours.
FIXTURES = {
    "astra-control": ("astra-control", ("magento", "magento-v1")),
    "trident-protect": ("kubernetes", ("magento-trident-protect",)),
    "velero": ("kubernetes", ("velero",)),
}
# What no schema can tell: whether what names something else names something that is there, or is there once.
REFERENCES = (
    "names an unknown", "give one of", "already: give another name", "has two clusters of one name", "has no kind",
    "has missingKinds", "has a startTime", "there is no kind or group", "makes more than 5000000",
)  # fmt: skip
# One value of each kind, and some that are nearly right.
WRONG = (None, True, -7, 0, 1.5, 1e11, "", "odd one", [], [None], ["x"], {}, {"x": 1})

Place = tuple[str | int, ...]


def schema(name: str) -> dict[str, Any]:
    """The schema that a world's scenarios are held to."""
    return json.loads((SCHEMAS / f"scenario-{FIXTURES[name][0]}.schema.json").read_text())


def resolved(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A part of a schema with what it refers to."""
    while "$ref" in part or "anyOf" in part and "properties" not in part:
        if "$ref" in part:
            rest = {key: value for key, value in part.items() if key != "$ref"}
            part = {**whole["$defs"][part["$ref"].removeprefix("#/$defs/")], **rest}
        else:
            first = part["anyOf"][0]
            if "$ref" not in first:
                break
            rest = {key: value for key, value in part.items() if key != "anyOf"}
            part = {**first, **rest}
    return part


def everything(part: dict[str, Any], whole: dict[str, Any]) -> Any:
    """A value that has every member that a schema knows."""
    part = resolved(part, whole)
    if "examples" in part:
        return part["examples"][0]
    if "properties" in part:
        return {name: everything(inner, whole) for name, inner in part["properties"].items()}
    if "array" in part.get("type", []) and (resolved(part["items"], whole).get("type") == "object"):
        return [everything(part["items"], whole)]
    if "default" in part:
        return part["default"]
    if "enum" in part:
        return part["enum"][0]
    kinds = part["type"]
    if "null" in kinds:
        return None
    if "array" in kinds:
        return []
    return {"integer": 1, "number": 1, "string": "x", "boolean": True, "object": {}}[kinds]


def full(name: str) -> dict[str, Any]:
    """A scenario with every member that there is."""
    found = everything(schema(name), schema(name))
    # What stands in each other's way.
    if name != "astra-control":
        del found["kubernetes"]["clusters"][0]["startTime"]
        del found["kubernetes"]["velero" if name == "trident-protect" else "tridentProtect"]
    if name == "velero":
        # Backups and snapshots are objects of one kind there.
        found["kubernetes"]["velero"]["applications"][0]["snapshots"][0]["name"] = "hourly"
    return found


def places(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value inside a value, with the way to it."""
    yield at, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*at, index))


def changed(value: Any, at: Place, new: Any = None, drop: bool = False) -> Any:
    """A copy with another value somewhere, or without the one that is there."""
    if not at:
        return new
    found = copy.deepcopy(value)
    inner = found
    for step in at[:-1]:
        inner = inner[step]
    if drop:
        del inner[at[-1]]
    else:
        inner[at[-1]] = new
    return found


def mutants(value: Any) -> Iterator[Any]:
    """Each member left out, each replaced by something of another kind, and in each object one that nobody knows."""
    for at, inner in places(value):
        if at:
            yield changed(value, at, drop=True)
        for wrong in WRONG:
            yield changed(value, at, wrong)
        if isinstance(inner, dict):
            yield changed(value, (*at, "colour"), "red")


class Schemas(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def complaints(self, scenarios: list[Any]) -> list[str]:
        """What the simulator says of each scenario; empty: nothing is wrong with it."""

        paths = [self.folder / f"{number}.json" for number in range(len(scenarios))]
        for path, scenario in zip(paths, scenarios):
            path.write_text(json.dumps(scenario, indent=1))
        found: dict[str, str] = {}
        for start in range(0, len(paths), 500):
            done = subprocess.run(
                [PROGRAMS / "astra-simulator", "--check", "--scenario", *paths[start : start + 500]], capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 64 if done.stderr else 0)
            for line in done.stdout.splitlines():
                right = re.fullmatch(r"(\S+) is a scenario, and nothing is wrong with it", line)
                assert right, line
                found[right[1]] = ""
            for line in done.stderr.splitlines():
                wrong = re.fullmatch(r"astra-simulator: (\S+): (.+)", line)
                assert wrong, line
                found[wrong[1]] = wrong[2]
        self.assertEqual(len(found), len(paths))
        return [found[str(path)] for path in paths]

    def test_each_schema_is_one_and_says_what_each_member_is(self) -> None:
        for name in FIXTURES:
            found = schema(name)
            Draft202012Validator.check_schema(found)
            for at, inner in places(found):
                if isinstance(inner, dict) and "properties" in inner and "type" in inner:
                    with self.subTest(schema=name, at=at):
                        # An object of a cluster is Kubernetes' own.
                        self.assertIs(inner.get("additionalProperties"), None if at[-1:] == ("object",) else False)
                        for member, part in inner["properties"].items():
                            self.assertIn("description", resolved(part, found), member)

    def test_the_defaults_of_settings_are_those_of_the_documentation(self) -> None:
        # Another test holds the documentation against the reader.
        text = (PROJECT / "docs" / "simulator.md").read_text().split("\n## Settings\n")[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text, re.M))
        known = schema("astra-control")["$defs"]["settings"]["properties"]
        self.assertEqual({name: json.loads(value) for name, value in rows.items()}, {name: part["default"] for name, part in known.items()})
        text = (PROJECT / "docs" / "simulator.md").read_text().split("\n### With Velero\n")[1]
        rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text, re.M))
        known = schema("velero")["$defs"]["veleroSettings"]["properties"]
        self.assertEqual({name: json.loads(value) for name, value in rows.items()}, {name: part["default"] for name, part in known.items()})

    def test_each_scenario_of_ours_is_valid_and_names_its_schema(self) -> None:
        seen = set()
        for name, (file, fixtures) in FIXTURES.items():
            for fixture in fixtures:
                path = PROJECT / "Fixtures" / "scenarios" / f"{fixture}.json"
                seen.add(path)
                scenario = json.loads(path.read_text())
                self.assertEqual((path.parent / scenario["$schema"]).resolve(), SCHEMAS / f"scenario-{file}.schema.json")
                self.assertEqual([error.message for error in Draft202012Validator(schema(name)).iter_errors(scenario)], [])
                self.assertEqual(self.complaints([scenario]), [""])
        self.assertEqual(seen, set((PROJECT / "Fixtures" / "scenarios").glob("*.json")))

    def test_the_reader_knows_each_member_of_the_schema_and_no_other(self) -> None:
        for name in FIXTURES:
            whole = full(name)
            self.assertEqual([error.message for error in Draft202012Validator(schema(name)).iter_errors(whole)], [])
            self.assertEqual(self.complaints([whole]), [""])
            objects = [(at, inner) for at, inner in places(whole) if isinstance(inner, dict)]
            said = self.complaints([changed(whole, (*at, "colour!"), {}) for at, _ in objects])
            count = 0
            for (at, inner), complaint in zip(objects, said):
                with self.subTest(schema=name, at=at):
                    if "is an unknown member" not in complaint:
                        # Where names are the writer's: headers, an environment, an object of Kubernetes.
                        self.assertRegex(".".join(map(str, at)), r"headers|environment|objects|annotations")
                        continue
                    known = complaint.split("known are ")[1].split(", ")
                    expected = set(inner) | ({"startTime"} if "users" in inner and "objects" in inner else set())
                    expected |= {"tridentProtect", "velero"} if "clusters" in inner and name != "astra-control" else set()
                    self.assertEqual(set(known), expected)
                    count += 1
            self.assertGreater(count, 8)

    def test_schema_and_reader_refuse_the_same(self) -> None:
        for name, (_, fixtures) in FIXTURES.items():
            validator = Draft202012Validator(schema(name))
            small = json.loads((PROJECT / "Fixtures" / "scenarios" / f"{fixtures[0]}.json").read_text())
            scenarios = [*mutants(full(name)), *(changed(small, at, drop=True) for at, _ in places(small) if at)]
            refused = accepted = 0
            for scenario, complaint in zip(scenarios, self.complaints(scenarios)):
                if name != "astra-control" and not (isinstance(scenario, dict) and scenario.get("kubernetes") is not None):
                    # A file without clusters is one about Astra Control.
                    continue
                errors = list(validator.iter_errors(scenario))
                if any(words in complaint for words in REFERENCES):
                    continue
                with self.subTest(schema=name, complaint=complaint, errors=[error.message[:200] for error in errors]):
                    self.assertEqual(bool(complaint), bool(errors))
                    if complaint:
                        refused += 1
                        self.assertRegex(complaint, r"^line \d+: ")
                        # The line that it names has the member in it, or the value that has it.
                        line = int(complaint.split(":")[0].removeprefix("line "))
                        self.assertLessEqual(line, len(json.dumps(scenario, indent=1).splitlines()))
                    else:
                        accepted += 1
            self.assertGreater(refused, 400)
            self.assertGreater(accepted, 40)


if __name__ == "__main__":
    unittest.main()
