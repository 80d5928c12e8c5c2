"""Man pages: what the programs that show them say, and that nothing of the help is missing."""

from __future__ import annotations

import gzip
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import EPOCH, PROGRAMS, release_tree, run

import completions
import definitions
import manual
import pages


def option(help_: str = "", value: str | None = None) -> definitions.Option:
    return definitions.Option(("--one",), value, False, help_, None, ())


class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = tempfile.TemporaryDirectory()
        cls.tree = Path(cls.scratch.name) / "tree"
        cls.tree.mkdir()
        (cls.tree / "bin").symlink_to(release_tree() / "bin")
        pages.make_pages(cls.tree, "1.2.3", EPOCH)
        cls.pages = {name: cls.tree / manual.PLACE / f"{name}.1.gz" for name in PROGRAMS}
        cls.whole = definitions.read(cls.tree / "bin" / "astra-steps")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.scratch.cleanup()

    def shown(self, name: str) -> str:
        """What `man` shows of a page, with single blanks."""
        command = ["man", "--warnings", "-E", "UTF-8", "-l", self.pages[name]]
        text = run(*command, environment={"MANWIDTH": "4000", "LC_ALL": "C.UTF-8"})
        return "\n".join(" ".join(line.split()) for line in text.splitlines())

    def test_every_program_has_a_page_and_a_file_for_each_shell(self) -> None:
        for name in PROGRAMS:
            self.assertTrue(self.pages[name].is_file(), name)
            for folder, form in completions.PLACES.values():
                self.assertTrue((self.tree / folder / form.format(name)).is_file(), name)

    def test_man_has_no_warning(self) -> None:
        for page in self.pages.values():
            done = subprocess.run(
                ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)

    def test_mandoc_has_no_remark(self) -> None:
        for page in self.pages.values():
            text = Path(self.scratch.name) / page.stem
            text.write_bytes(gzip.decompress(page.read_bytes()))
            self.assertEqual(run("mandoc", "-Tlint", text), "")

    def test_a_page_has_its_parts(self) -> None:
        steps = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT", "EXIT STATUS", "FILES", "SEE ALSO"]
        # A variable whose name is one word looks like a heading.
        steps.insert(steps.index("EXIT STATUS"), "KUBECONFIG")
        for name in PROGRAMS:
            shown = self.shown(name)
            headings = [line for line in shown.splitlines() if re.fullmatch(r"[A-Z]+( [A-Z]+)?", line)]
            expected = ["NAME", "SYNOPSIS", "DESCRIPTION", "STEPS", "OPTIONS", "SEE ALSO"]
            if name != "astra-steps":
                # What has no connection has no kubeconfig.
                expected = [one for one in steps if name != "astra-report" or one != "KUBECONFIG"]
            self.assertEqual(headings, expected, name)
            self.assertIn("astra-steps 1.2.3 2023-11-14", shown)

    def test_everything_of_the_help_is_in_the_page(self) -> None:
        for name in PROGRAMS:
            shown = self.shown(name)
            flat = " ".join(shown.split())
            said = run(self.tree / "bin" / name, "--help")
            # Prose is wrapped there, and so are the texts of options; each word of both is in the page, in this order.
            prose = said.split("USAGE:")[0].removeprefix("OVERVIEW: ").removeprefix(f"{name}: ")
            for paragraph in re.split(r"\n\s*\n", prose):
                if not paragraph.startswith("Exit codes"):
                    self.assertIn(" ".join(paragraph.split()), flat, name)
            # In those of the steps a meaning goes on below its beginning.
            codes = re.findall(r"(?m)^ +(\d+)  (\S.*(?:\n(?: {7})?[a-z].*)*)$", said)
            self.assertEqual(len(codes) > 10, name != "astra-steps", name)
            for code, meaning in codes:
                self.assertIn(f"{code} {' '.join(meaning.split())}", flat, name)
            flags = re.findall(r"(?m)^ +(?:-\w, )?(--[a-z-]+)", said)
            self.assertGreaterEqual(len(flags), {"astra-steps": 2, "astra-report": 6}.get(name, 20))
            for flag in flags:
                self.assertRegex(shown, rf"(?m)^(-\w, )?{flag}( |$)", name)

    def test_every_variable_is_told(self) -> None:
        for step in self.whole.steps:
            shown = self.shown(step.name)
            variables = {variable for one in step.options for variable in one.variables}
            if step.name != "astra-report":
                variables.add("ASTRA_API_TOKEN")
            said = run(self.tree / "bin" / step.name, "--help").replace("\n", " ")
            brackets = " ".join(re.findall(r"\[([A-Z_, then]+)\]", said))
            self.assertLessEqual(set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", brackets)), variables)
            for variable in variables:
                self.assertRegex(shown, rf"(?m)^{variable}( |$)", step.name)

    def test_values_of_a_kind_are_offered(self) -> None:
        for step in self.whole.steps:
            for one in step.options:
                expected = {"file": "file", "folder": "folder"}.get(one.value or "")
                self.assertEqual(one.kind, expected, one.long_name)
                if one.value and "|" in one.value:
                    self.assertEqual(list(one.words), one.value.split("|"))


class TextTests(unittest.TestCase):
    def test_text_is_no_command_of_roff(self) -> None:
        self.assertEqual(manual.filled(".TH 'x' a-b \\n …"), ["\\&.TH \\(aqx\\(aq a\\-b \\en \\[u2026]"])

    def test_lines_are_short(self) -> None:
        lines = manual.filled("word " * 100)
        self.assertEqual(" ".join(lines).split(), ["word"] * 100)
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_variables_are_taken_off_the_help(self) -> None:
        for help_, meaning, variables in [
            ("A name. Required. [PROD_APP_NAME]", "A name. Required.", ["PROD_APP_NAME"]),
            ("A name. [ASTRA_APP_NAME, then PROD_APP_NAME]", "A name.", ["ASTRA_APP_NAME", "PROD_APP_NAME"]),
            ("Nothing [to see] here.", "Nothing [to see] here.", []),
        ]:
            self.assertEqual((option(help_).meaning, option(help_).variables), (meaning, variables))

    def test_a_summary_is_the_first_sentence(self) -> None:
        one = option("A value, such as nodes[0].name=web. Required. [X_Y]")
        self.assertEqual(one.summary, "A value, such as nodes[0].name=web")

    def test_the_one_variable_stands_behind_the_other(self) -> None:
        program = definitions.Program("astra-x", "", "", (option("A name. [A_B, then C_D]", "name"),))
        self.assertEqual(manual.environment(program)[5], "Stands for \\fB\\-\\-one\\fR, if A_B is not set.")


if __name__ == "__main__":
    unittest.main()
