"""Holds the table of the toolkit's own commands in docs/moving-over.md against the toolkit and the pages of the steps."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import unittest

from tkSrc.classes import ArgparseChoicesLists
from tkSrc.parser import ToolkitParser

from built import PROJECT

PAGE = (PROJECT / "docs" / "moving-over.md").read_text()
SECTION = PAGE.split("\n## The toolkit's own commands\n")[1].split("\n## ")[0]
COMMON = (PROJECT / "docs" / "steps.md").read_text()


def parser() -> argparse.ArgumentParser:
    """The toolkit's own; in this mode it asks no server which names there are."""
    return ToolkitParser(ArgparseChoicesLists(), plaidMode=True).main()


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Every option that the toolkit has anywhere."""
    found = set()
    for action in parser._actions:
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                found |= options(inner)
    return found


def rows(heading: str) -> list[tuple[str, str]]:
    table = SECTION.split(f"\n| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [(cells[1].strip(), cells[2].strip()) for cells in (line.split("|") for line in table)]


def flags(step: str) -> set[str]:
    """The flags of a step, from its page and that of all steps (another test holds these against --help)."""
    text = (PROJECT / "docs" / "steps" / f"{step}.md").read_text() + COMMON
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {flag for cell in cells for flag in re.findall(r"`(--?[\w-]+)`", cell)}


class ToolkitCommands(unittest.TestCase):
    def test_the_toolkit_takes_each_line_and_the_step_has_each_flag(self) -> None:
        kinds, toolkit = set(), parser()
        for old, new in rows("The toolkit"):
            line = re.search(r"`(astra-[a-z]+) (--?\w[^`]*)`", new)
            if not line:
                self.assertTrue(new.startswith("none"), new)
                continue
            words = shlex.split(re.findall(r"`([^`]+)`", old)[0])
            with self.subTest(line=old):
                self.assertEqual(words[0], "actoolkit")
                with contextlib.redirect_stderr(io.StringIO()) as complaint:
                    try:
                        read = toolkit.parse_args(words[1:])
                    except SystemExit:
                        self.fail(complaint.getvalue())
                kinds.add((read.subcommand, getattr(read, "objectType", None)))
                given = shlex.split(line[2])
                for flag in (word for word in given if word.startswith("-")):
                    self.assertIn(flag, flags(line[1]))
                # What the toolkit was told by place or option, the step is told too.
                for word in words[2:]:
                    for name in re.findall(r"\b[A-Z]{2,}\b", word) if not new.startswith("none") else []:
                        self.assertIn(name, given)
        self.assertLessEqual(
            {("create", "backup"), ("create", "snapshot"), ("clone", None), ("restore", None), ("ipr", None), ("list", "apps"),
             ("list", "backups"), ("list", "snapshots")},
            kinds,
        )  # fmt: skip

    def test_the_options_that_fall_away_are_the_toolkits(self) -> None:
        there, count = options(parser()), 0
        for old, _ in rows("The toolkit's option"):
            for option in re.findall(r"`(--?[\w-]+)`", old):
                count += 1
                self.assertIn(option, there)
        self.assertGreater(count, 8)

    def test_every_option_of_the_replaced_commands_is_told_of(self) -> None:
        toolkit = parser()
        commands = next(action for action in toolkit._actions if isinstance(action, argparse._SubParsersAction)).choices
        kinds = next(action for action in commands["create"]._actions if isinstance(action, argparse._SubParsersAction)).choices
        for command in (commands["clone"], commands["restore"], commands["ipr"], kinds["backup"], kinds["snapshot"]):
            for action in command._actions:
                long = [option for option in action.option_strings if option.startswith("--")]
                if long and long != ["--help"]:
                    self.assertRegex(SECTION, rf"{re.escape(long[0])}\b", command.prog)


if __name__ == "__main__":
    unittest.main()
