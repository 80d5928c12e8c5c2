"""What bash, zsh and fish offer behind a line, each asked itself."""

from __future__ import annotations

import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from support import EPOCH, PROGRAMS, STEPS, release_tree, run

import pages
import shells


@dataclass(frozen=True)
class Case:
    """A line, and what has to be offered behind it and what must not."""

    line: str
    offered: list[str]
    refused: list[str]


# Behind a line for which it had nothing to offer, bash finishes a word that has one choice, and lists nothing: so where
# nothing is offered, several words are in the next case. The folder where the shells are has `ca.pem`, `my file` and the folder `out`.
ENTRIES = ["ca.pem", "out"]
CASES = [
    Case("astra-clone --ca-f", ["--ca-file"], ["--json"]),
    Case("astra-clone ", [], ["help", "ca.pem"]),
    Case("astra-clone --dry-run --", ["--json"], ["ca.pem"]),
    Case("astra-clone --log-level ", ["info", "debug"], ["--json", "ca.pem"]),
    Case("astra-clone --log-level=", ["info", "debug"], ["--json", "ca.pem"]),
    Case("astra-clone --log-level=d", ["debug"], ["info"]),
    Case("astra-clone --if-exists ", ["refuse", "reuse"], ["--json"]),
    Case("astra-clone --tls-verify ", ["true", "false"], ["--json"]),
    Case("astra-clone --backend ", ["astra-control"], ["--json"]),
    Case("astra-clone --source-cluster ", [], ["--json", *ENTRIES]),
    Case("astra-clone -A shop --log-level=info --if-exists ", ["refuse", "reuse"], ["info"]),
    Case("astra-clone --ca-file ", ENTRIES, ["--json"]),
    Case("astra-clone --ca-file c", ["ca.pem"], ["out"]),
    Case("astra-clone --report-dir ", ["out"], ["ca.pem"]),
    Case("astra-verify --expect-header ", [], ["--json", *ENTRIES]),
    Case("astra-verify --probe-tls-verify ", ["true", "false"], []),
    Case("astra-verify --url https://shop.example.com/a --probe-", ["--probe-ca-file", "--probe-resolve"], ["--url"]),
    Case("astra-preflight --steps ", [step for step in STEPS if step not in ("preflight", "status", "report")], ["preflight", "status", "report", "--json"]),
    Case("astra-preflight --steps clone,re", ["restore"], ["verify"]),
    Case("astra-preflight --expect-hooks ", ["present", "absent"], ["--json"]),
    Case("astra-cleanup --record ", ENTRIES, ["--json"]),
    Case("astra-report --report-dir ", ["out"], ["ca.pem"]),
    Case("astra-report --o", ["--output"], ["--json"]),
    Case("astra-steps ", [*STEPS, "help"], ["--json", "ca.pem"]),
    Case("astra-steps cl", ["clone", "cleanup"], ["backup"]),
    Case("astra-steps help ", STEPS, ["--json", "ca.pem"]),
    Case("astra-steps clone ", [], ["backup", "help", "ca.pem"]),
    Case("astra-steps clone --l", ["--log-level"], ["--json"]),
    Case("astra-steps clone --log-level ", ["info", "debug"], ["clone", "--json"]),
    Case("astra-steps clone --log-level=", ["info", "debug"], ["clone", "--json"]),
    Case("astra-steps clone --ca-file ", ENTRIES, ["--json"]),
    Case("astra-steps clone --report-dir ", ["out"], ["ca.pem"]),
    # A value that is the name of another step.
    Case("astra-steps backup --cluster clone --", ["--backup-name"], ["--clone-name"]),
]
# fish offers options only behind a dash, and offers those again that a line has already.
NOT_IN_FISH = [
    Case("astra-clone ", ["--ca-file", "--json", "--help", "--source-application"], ["ca.pem"]),
    Case("astra-steps clone ", ["--ca-file", "--json", "--source-application"], ["ca.pem"]),
    Case("astra-clone --json --", ["--dry-run"], ["--json"]),
    Case("astra-clone --log-level info --", ["--dry-run"], ["--log-level"]),
    Case("astra-clone --log-level=info --", ["--dry-run"], ["--log-level"]),
    Case("astra-clone -A shop --", ["--dry-run"], ["--source-application"]),
    Case("astra-verify --url https://shop.example.com --", ["--url", "--dry-run"], []),
    Case("astra-steps clone --json --", ["--dry-run"], ["--json"]),
]


class CompletionTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = tempfile.TemporaryDirectory()
        cls.tree = Path(cls.scratch.name) / "tree"
        cls.tree.mkdir()
        (cls.tree / "bin").symlink_to(release_tree() / "bin")
        pages.make_pages(cls.tree, "1.2.3", EPOCH)
        cls.work = Path(cls.scratch.name) / "work"
        (cls.work / "out").mkdir(parents=True)
        for name in ("ca.pem", "my file"):
            (cls.work / name).touch()
        cls.environment = {
            "PATH": f"{cls.tree}/bin:/usr/bin:/bin",
            "XDG_DATA_DIRS": f"{cls.tree}/share:/usr/share",
            "HOME": str(cls.work),
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }

    @classmethod
    def tearDownClass(cls) -> None:
        cls.scratch.cleanup()

    def check(self, cases: list[Case], offers: Callable[[str], list[str]]) -> None:
        for case in cases:
            with self.subTest(case.line):
                found = offers(case.line)
                for word in case.offered:
                    self.assertIn(word, found)
                for word in case.refused:
                    self.assertNotIn(word, found)

    def test_bash(self) -> None:
        # bash lists what comes behind the last comma or equals sign, or all of the word.
        with shells.bash(self.environment, self.work) as shell:
            self.check(CASES + NOT_IN_FISH, lambda line: [word.rsplit(",", 1)[-1] for word in shell.offers(line)])

    def test_bash_offers_short_names_behind_one_dash(self) -> None:
        with shells.bash(self.environment, self.work) as shell:
            self.check([Case("astra-clone -", ["-A", "--json"], []), Case("astra-clone ", ["--json"], ["-A"])], shell.offers)

    def test_bash_without_the_equals_sign_between_words(self) -> None:
        with shells.bash(self.environment, self.work) as shell:
            shell.line("COMP_WORDBREAKS=${COMP_WORDBREAKS//=}")
            self.check(
                [
                    Case("astra-clone --log-level=", ["--log-level=info", "--log-level=debug"], ["--json"]),
                    Case("astra-clone --log-level=info --", ["--dry-run"], ["--log-level"]),
                ],
                shell.offers,
            )

    def test_bash_finishes_the_names_of_files_as_it_does_elsewhere(self) -> None:
        with shells.bash(self.environment, self.work) as shell:
            shell.line("printed() { printf '<%s>' \"$@\"; }; alias astra-clone=printed")
            shell.line(". " + str(self.tree / "share/bash-completion/completions/astra-clone"))
            for typed, finished in {
                "--ca-file my\t": "<--ca-file><my file>",
                "--ca-file ~/c\t": f"<--ca-file><{self.work}/ca.pem>",
                "--ca-file=c\t": "<--ca-file=ca.pem>",
                "--report-dir o\t": "<--report-dir><out/>",
            }.items():
                with self.subTest(typed):
                    self.assertIn(finished, shell.line(f"astra-clone {typed}"))

    def test_bash_in_its_posix_mode_takes_the_files(self) -> None:
        for name in PROGRAMS:
            script = f"set -euo posix; . {self.tree}/share/bash-completion/completions/{name}; complete -p {name}"
            self.assertIn(name, run("bash", "--norc", "-c", script))

    def test_zsh(self) -> None:
        with shells.zsh(self.environment, self.work, self.tree / "share/zsh/site-functions") as shell:
            self.check(CASES + NOT_IN_FISH, shell.offers)

    def test_fish(self) -> None:
        def offers(line: str) -> list[str]:
            command = ["fish", "-c", "complete -C $argv[1]", line]
            listed = run(*command, environment=self.environment, folder=self.work).splitlines()
            # `--log-level=info`, a tab, and what it is.
            words = [row.split("\t")[0].rstrip("/") for row in listed]
            return [word.split("=", 1)[-1].rsplit(",", 1)[-1] for word in words]

        self.check(CASES, offers)

    def test_no_shell_asks_a_program(self) -> None:
        for file in (self.tree / "share").rglob("*"):
            if file.is_file() and file.suffix != ".gz":
                self.assertNotRegex(file.read_text(), r"COMP_WORDS\[0\]\}\" |--generate|command \$tokens", file.name)


if __name__ == "__main__":
    unittest.main()
