"""Carries out every command of the documentation, and holds what it shows against what is printed."""

from __future__ import annotations

import re
import shlex
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from pages import PROJECT, SHELLS, Block, blocks, pages
from place import Place
from plans import PLANS, NotRun, Run, Sample

ALL = [block for page in pages() for block in blocks(page)]
# How many blocks are carried out at once: they mostly wait.
HANDS = 4
# What differs from run to run, and what stands for it.
PLACEHOLDERS = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\bafter \d[\d.hms]*\b"), "after <duration>"),
    (re.compile(r"\b\d+[dhms](?:\d+[hms])?\b(?= old|  )"), "<age>"),
    (re.compile(r"(astra\.example\.com|127\.0\.0\.1):\d+"), "<host>"),
    (re.compile(r"http://[\w.:]+/"), "<page>"),
    (re.compile(r"127\.77\.\d+\.\d+"), "<address>"),
    (re.compile(r"  +"), "  "),
]
# States on the way: which of them a look meets is chance.
ON_THE_WAY = re.compile(
    r": (?:pending|discovering|provisioning|restoring|deleting|running(?:, at least \d+ % done)?|not shown yet)$"
)


def compared(text: str) -> list[str]:
    """Lines as they are compared; where the head of a table breaks hangs on the length of a name."""
    text = re.sub(r"(?m)^(Astra Control at .*)\n(?=\S)", r"\1 ", text)
    lines = []
    for line in text.splitlines():
        for pattern, word in PLACEHOLDERS:
            line = pattern.sub(word, line)
        if not ON_THE_WAY.search(line):
            lines.append(line.rstrip())
    return lines


def filled(text: str, stand_ins: dict[str, str], place: Place) -> str:
    """The text with what stands in for what a page leaves to its reader; each has to be there."""
    values = {**place.given, "HOME": str(place.home)}
    if place.site and "{PAGE}" in stand_ins.values():
        values["PAGE"] = place.site.page("magento-prod")
    for word, stand_in in stand_ins.items():
        if word not in text:
            raise AssertionError(f"there is no {word} any more")
        text = text.replace(word, stand_in.format(**values))
    return text


def carry_out(block: Block, plan: Run) -> None:
    place = Place(plan.service)
    try:
        if plan.with_names:
            place.environment.update({name: value for name, value in place.given.items() if name.startswith("PROD_")})
        plan.before(place)
        lines = block.text.splitlines()
        for start in plan.without:
            kept = [line for line in lines if not line.startswith(start)]
            if len(kept) != len(lines) - 1:
                raise AssertionError(f"not one line begins with {start}")
            lines = kept
        done = place.run(filled("\n".join(lines), plan.stand_ins, place), plan.until)
        if done.code != 0:
            raise AssertionError(done.told)
        plan.after(place, done)
    finally:
        place.close()


def play(block: Block, plan: Sample) -> None:
    place = Place()
    try:
        place.environment["BUILD_TAG"] = "jenkins-postmortem-17"
        plan.before(place)
        parts = re.split(r"(?m)^\$ (.*)\n", block.text)
        if parts[0]:
            raise AssertionError("output before the first command")
        for command, shown in zip(parts[1::2], parts[2::2]):
            stand_ins = {word: by for word, by in plan.stand_ins.items() if word in command}
            done = place.run(filled(command, stand_ins, place))
            if done.code != 0:
                raise AssertionError(done.told)
            printed, expected = compared(done.err + done.out), compared(shown)
            if printed != expected:
                raise AssertionError(f"{command}\nprints\n" + "\n".join(printed) + "\nand not\n" + "\n".join(expected))
    finally:
        place.close()


def scripts(block: Block) -> list[list[str]]:
    """The commands of a block that start a script of the project, as words."""
    lines = [line for line in block.text.splitlines() if line.startswith("./")]
    return [shlex.split(line, comments=True) for line in lines]


def look_at(block: Block, plan: NotRun) -> None:
    for words in scripts(block):
        script = PROJECT / words[0]
        if not script.is_file() or not script.stat().st_mode & 0o100:
            raise AssertionError(f"{words[0]} is no script of the project")
    said = ""
    for name in plan.known_by:
        path = PROJECT / name
        files = [path] if path.is_file() else [*path.rglob("*.py"), *path.rglob("*.swift")]
        said += "".join(file.read_text() for file in files)
    if plan.known_by:
        for words in scripts(block):
            for word in words[1:]:
                # Numbers, files and contexts are the reader's.
                name = word.lstrip("-")
                if not re.fullmatch(r"[a-z]+", name) or word == name and words[words.index(word) - 1].startswith("--"):
                    continue
                if not re.search(rf"(?<![\w]){re.escape(name)}(?!\w)", said):
                    raise AssertionError(f"{' '.join(words)}: nothing in {plan.known_by} knows {word}")
    plan.check(block)


class Blocks(unittest.TestCase):
    def test_every_block_has_a_plan_and_every_plan_a_block(self) -> None:
        there = [(block.page, block.first) for block in ALL]
        self.assertEqual(sorted(set(there) - set(PLANS)), [], "plan these in Tests/docs/plans.py")
        self.assertEqual(sorted(set(PLANS) - set(there)), [], "no page has these any more")
        self.assertEqual(len(there), len(set(there)), "two blocks of a page begin alike")
        run = [plan for plan in PLANS.values() if not isinstance(plan, NotRun)]
        self.assertGreater(len(run), 15)

    def test_a_block_of_commands_is_marked_as_one(self) -> None:
        for page in pages():
            for match in re.finditer(r"(?m)^ *```(\w*)\n((?:.*\n)*?) *```$", (PROJECT / page).read_text()):
                if match[1] not in SHELLS:
                    self.assertNotRegex(match[2], r"(?m)^ *(?:\$ |\./\w|astra-[a-z]+ --)", page)

    def test_every_block_is_a_script_that_shells_take(self) -> None:
        for block in ALL:
            text = block.text
            if block.language == "console":
                text = "".join(f"{line[2:]}\n" for line in text.splitlines() if line.startswith("$ "))
                self.assertTrue(text, block.title)
            with self.subTest(block=block.title):
                checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, timeout=20)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""))
                # Files and variables that only the reader has are no faults: 1090 and 1091, 2034, 2154.
                judged = subprocess.run(
                    ["shellcheck", "--shell=bash", "--severity=warning", "--exclude=1090,1091,2034,2154", "-"],
                    input=text, capture_output=True, text=True, timeout=20,
                )  # fmt: skip
                self.assertEqual(judged.returncode, 0, judged.stdout)

    def test_what_is_not_run_is_known_at_least(self) -> None:
        for block in ALL:
            plan = PLANS.get((block.page, block.first))
            if isinstance(plan, NotRun):
                with self.subTest(block=block.title):
                    self.assertTrue(plan.reason)
                    look_at(block, plan)

    def test_every_other_block_does_what_its_page_says(self) -> None:
        def attempt(block: Block) -> Exception | None:
            plan = PLANS[block.page, block.first]
            try:
                carry_out(block, plan) if isinstance(plan, Run) else play(block, plan)  # type: ignore[arg-type]
            except Exception as error:
                return error
            return None

        chosen = [block for block in ALL if not isinstance(PLANS.get((block.page, block.first)), (NotRun, type(None)))]
        with ThreadPoolExecutor(HANDS) as hands:
            for block, error in zip(chosen, hands.map(attempt, chosen)):
                with self.subTest(block=block.title):
                    self.assertIsNone(error, f"{type(error).__name__}: {error}")


class TheComparison(unittest.TestCase):
    """What the comparison lets pass, and what it does not."""

    def test_times_and_ids_may_differ(self) -> None:
        one = 'T astra-x: ended well after 5.065s: exit code 0 (id 533054eb-5660-40be-9f87-c032b7d877b3)'
        other = 'T astra-x: ended well after 1m2s: exit code 0 (id 00000000-5660-40be-9f87-c032b7d877b3)'
        self.assertEqual(compared(one.replace("T", "2026-03-02T09:00:00Z")), compared(other.replace("T", "2027-01-01T00:00:01Z")))

    def test_words_may_not(self) -> None:
        for one, other in [("exit code 0", "exit code 1"), ("is ready", "is failed"), ("NAME  STATE", "STATE  NAME")]:
            self.assertNotEqual(compared(one), compared(other))

    def test_a_command_that_is_refused_is_found(self) -> None:
        with self.assertRaisesRegex(AssertionError, "exit code 64"):
            carry_out(Block("README.md", 1, "sh", "astra-backup --no-such-flag\n"), Run())

    def test_output_that_is_not_printed_is_found(self) -> None:
        played = "$ astra-backup --version\n0.0.0-never\n"
        with self.assertRaisesRegex(AssertionError, "0.0.0-never"):
            play(Block("README.md", 1, "console", played), Sample())

    def test_a_stand_in_for_nothing_is_found(self) -> None:
        with self.assertRaisesRegex(AssertionError, "there is no astra.example.com any more"):
            carry_out(Block("README.md", 1, "sh", "astra-backup --version\n"), Run(stand_ins={"astra.example.com": "x"}))

    def test_a_block_that_nobody_planned_is_found(self) -> None:
        found = blocks("README.md", "text\n\n1. item\n\n    ```sh\n    astra-backup --new-flag\n    ```\n\n```groovy\nx\n```\n")
        self.assertEqual([(block.language, block.first, block.line) for block in found], [("sh", "astra-backup --new-flag", 5)])
        self.assertNotIn(("README.md", found[0].first), PLANS)


if __name__ == "__main__":
    unittest.main()
