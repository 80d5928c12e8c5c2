"""Holds the flags and variables that the text of the documentation names against what the programs know."""

from __future__ import annotations

import functools
import re
import subprocess
import unittest

from pages import PROJECT, blocks, code, pages
from place import PROGRAMS

STEPS = ["preflight", "backup", "snapshot", "clone", "verify", "restore", "cleanup", "status"]
OWN = [f"astra-{name}" for name in STEPS] + ["astra-report", "astra-simulator"]
# Of what is kept in step with what was: told of as gone, or as of then.
HISTORY = ("docs/decisions/", "CHANGELOG.md")
# What reads or sets variables: sources, and scripts.
READ = ["Sources", "Benchmarks", "ci", "jenkins", "scripts", "packaging"]
READ += ["demo", "test", "fuzz", "explore", "benchmark", "release"]
# Flags of other programs, and of ours that are no steps; with whose they are.
OTHERS = {
    "--background": "the toolkit's", "--bucketID": "the toolkit's", "--fast": "the toolkit's",
    "--filterSelection": "the toolkit's",
    "--filterSet": "the toolkit's", "--pollTimer": "the toolkit's", "--snapshotID": "the toolkit's", "--v3": "the toolkit's",
    "--namespace": "that of ./test --cluster",
}  # fmt: skip


# Variables that tests alone read, and where.
OF_TESTS = {
    "ASTRA_WRITE_PAGES": "Tests/StepTestSupport/Page.swift",
    "ASTRA_TOOLKIT_VERSION": "Tests/EndToEndTests/Simulator/MovingOverTests.swift",
}


@functools.cache
def flags(program: str) -> set[str]:
    """The flags of a program, as its help lists them."""
    text = subprocess.run([PROGRAMS / program, "--help"], capture_output=True, text=True, check=True).stdout
    # `  -b, --backup-name <text>  What it means`
    names = [re.split(r"\s{2,}", line.strip())[0] for line in text.splitlines() if re.match(r"  +-", line)]
    return {"--help", "--version"} | {flag for name in names for flag in re.findall(r"(?:^|[ ,])(--?[A-Za-z][\w-]*)", name)}


@functools.cache
def known_variables() -> set[str]:
    """Variables that the programs read, values that they hand on, and those of scripts and pipelines."""
    found: set[str] = set()
    for place in READ:
        path = PROJECT / place
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        for file in files:
            if file.suffix not in (".md", ".pyc"):
                found.update(re.findall(r"ASTRA_[A-Z0-9_]*[A-Z0-9]", file.read_text(errors="replace")))
    for name, path in OF_TESTS.items():
        if name in (PROJECT / path).read_text():
            found.add(name)
    return found | handed_on()


def handed_on() -> set[str]:
    """The values in the samples of the pages, which are held against what the steps write (`test_blocks.py`)."""
    shown = "".join(block.text for page in pages() for block in blocks(page) if block.language == "console")
    return set(re.findall(r"(?m)^(ASTRA_[A-Z_]+)=", shown))


def commands(text: str) -> list[tuple[str, list[str]]]:
    """The programs of ours that a piece of code calls, each with the flags behind it."""
    found: list[tuple[str, list[str]]] = []
    words = text.split()
    for index, word in enumerate(words):
        name = word if word in OWN else None
        if word == "astra-steps" and index + 1 < len(words) and words[index + 1] in STEPS + ["report"]:
            name = f"astra-{words[index + 1]}"
        if name:
            found.append((name, []))
        elif word in ("|", "&&", ";"):
            found.append(("", []))
        elif found and found[-1][0] and re.match(r"--?[A-Za-z]", word):
            found[-1][1].append(word.partition("=")[0])
    return [one for one in found if one[0]]


class Mentions(unittest.TestCase):
    def test_each_flag_of_a_command_is_one_of_its_program(self) -> None:
        count = 0
        for page in pages():
            for line, text in code(page):
                for program, given in commands(text):
                    for flag in given:
                        count += 1
                        with self.subTest(page=f"{page}:{line}", code=text):
                            self.assertIn(flag, flags(program))
        self.assertGreater(count, 60)

    def test_each_flag_that_is_named_is_known(self) -> None:
        known, used = set().union(*(flags(program) for program in OWN)), set()
        count = 0
        for page in pages():
            if page.startswith(HISTORY):
                continue
            for line, text in code(page):
                match = re.match(r"(--[a-z][\w-]*)", text)
                if not match:
                    continue
                count += 1
                if match[1] in OTHERS:
                    used.add(match[1])
                    continue
                with self.subTest(page=f"{page}:{line}", code=text):
                    self.assertIn(match[1], known)
        self.assertGreater(count, 200)
        self.assertEqual(set(OTHERS) - used, set(), "no page names these any more")

    def test_each_variable_that_is_named_is_known(self) -> None:
        known = known_variables()
        self.assertLessEqual({"ASTRA_BACKUP_ID", "ASTRA_REMOVED_BACKUPS_COUNT", "ASTRA_TIMEOUT"}, known)
        count = 0
        for page in pages():
            for line, text in code(page):
                # `ASTRA_CLONE_*` stands for all that begin so.
                for name, star in re.findall(r"\b(ASTRA_[A-Z0-9_]+)(\*|…)?", text):
                    count += 1
                    with self.subTest(page=f"{page}:{line}", code=text):
                        if star:
                            self.assertTrue(any(one.startswith(name) for one in known), name)
                        else:
                            self.assertIn(name, known)
        self.assertGreater(count, 200)

    def test_a_flag_that_is_not_there_is_found(self) -> None:
        self.assertEqual(
            commands("ASTRA_X=1 astra-backup -b x --no-such=1 | astra-steps clone -c y"),
            [("astra-backup", ["-b", "--no-such"]), ("astra-clone", ["-c"])],
        )
        self.assertNotIn("--no-such", flags("astra-backup"))
        self.assertNotIn("ASTRA_NO_SUCH_VARIABLE_OF_" + "OURS", known_variables())


if __name__ == "__main__":
    unittest.main()
