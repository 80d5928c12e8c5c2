"""Man pages and completions: what the shells and `man` themselves make of them."""

from __future__ import annotations

import gzip
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import pages
from tree import PROGRAMS

# Checks a line: what has to be offered behind it, and what must not.
Offers = Callable[[str, list[str], list[str]], None]
# After so long a shell is taken to hang.
HANG = 300
# What a shell shows once it reads keys as keys.
PROMPT = "ready> "


def release_tree() -> Path:
    """The folder that the release files are made of."""
    return Path(os.environ["ASTRA_RELEASE_TREE"]).absolute()


class PagesTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = tempfile.TemporaryDirectory()
        cls.tree = Path(cls.scratch.name) / "tree"
        shutil.copytree(release_tree(), cls.tree)
        shutil.rmtree(cls.tree / "share", ignore_errors=True)
        pages.make_pages(cls.tree, "1.2.3", 1_700_000_000)
        work = Path(cls.scratch.name) / "work"
        (work / "folder").mkdir(parents=True)
        (work / "file.pem").touch()
        cls.environment = {
            "PATH": f"{cls.tree}/bin:/usr/bin:/bin",
            "XDG_DATA_DIRS": f"{cls.tree}/share:/usr/share",
            "HOME": str(work),
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }
        cls.work = work

    @classmethod
    def tearDownClass(cls) -> None:
        cls.scratch.cleanup()

    # MARK: Man pages

    def page(self, name: str) -> str:
        return gzip.decompress((self.tree / pages.MANUAL / f"{name}.1.gz").read_bytes()).decode()

    def test_man_shows_each_page_without_a_warning(self) -> None:
        for name in PROGRAMS:
            done = subprocess.run(
                ["man", "--warnings", "-E", "UTF-8", "-l", str(self.tree / pages.MANUAL / f"{name}.1.gz")],
                env={**self.environment, "MANWIDTH": "80"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"):
                self.assertIn(f"\n{heading}\n", done.stdout, name)
            self.assertIn("1.2.3", done.stdout)

    def test_a_page_says_what_help_says(self) -> None:
        for name in PROGRAMS[1:]:
            text = re.sub(r"\\f[BIR]|\\&", "", self.page(name)).replace("\\-", "-")
            command = pages.definitions(self.tree / "bin" / name)
            flags = re.findall(r"(?m)(?:^|[ ,])(--[a-z][a-z-]*)", pages.asked(self.tree / "bin" / name, "--help"))
            self.assertGreater(len(flags), 15)
            for flag in flags:
                self.assertIn(flag, text, name)
            for argument in pages.shown(command):
                for variable in pages.described(argument)[1]:
                    self.assertIn(f"\n{variable}\n", text, name)
            codes = pages.exit_codes(str(command["discussion"]))
            self.assertGreater(len(codes), 8, name)
            for code, meaning in codes:
                self.assertIn(f"\n{code}\n{meaning}\n", text)

    def test_variables_are_taken_off_the_help(self) -> None:
        for help_, expected in {
            "A name. Required. [PROD_APP_NAME]": ("A name. Required.", ["PROD_APP_NAME"]),
            "A name. [ASTRA_APP_NAME, PROD_APP_NAME]": ("A name.", ["ASTRA_APP_NAME", "PROD_APP_NAME"]),
            "Nothing [to see] here.": ("Nothing [to see] here.", []),
        }.items():
            self.assertEqual(pages.described({"abstract": help_}), expected)

    def test_text_is_no_command_of_roff(self) -> None:
        self.assertEqual(pages.roff(".TH\n'x a-b \\n"), "\\&.TH\n\\&'x a\\-b \\en")

    # MARK: Completions

    def cases(self, check: Offers) -> None:
        """What every shell has to offer, and what not."""
        check("astra-clone --ca-", ["--ca-file"], ["--json"])
        check("astra-clone --log-level ", ["info", "debug"], ["file.pem", "help"])
        check("astra-clone --if-exists ", ["refuse", "reuse"], ["file.pem"])
        check("astra-clone --tls-verify ", ["true", "false"], [])
        check("astra-preflight --steps ", ["backup", "clone", "restore"], ["preflight"])
        check("astra-backup --ca-file ", ["file.pem", "folder"], [])
        check("astra-restore --report-dir ", ["folder"], ["file.pem"])
        check("astra-clone ", [], ["help", "file.pem"])
        check("astra-steps ", ["backup", "preflight", "clone", "help"], ["file.pem"])
        check("astra-steps clone --source-", ["--source-application", "--source-cluster"], ["--json"])
        check("astra-steps restore --log-level ", ["info", "debug"], ["file.pem"])

    def test_fish(self) -> None:
        def offers(line: str, wanted: list[str], unwanted: list[str]) -> None:
            done = subprocess.run(
                ["fish", "-c", f"complete -C '{line}'"],
                env=self.environment,
                cwd=self.work,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.assertEqual(done.stderr, "")
            found = [row.split("\t")[0].rstrip("/") for row in done.stdout.splitlines()]
            self.judge("fish", line, found, wanted, unwanted)

        self.cases(offers)

    def test_bash(self) -> None:
        setup = ". /usr/share/bash-completion/bash_completion; bind 'set completion-query-items 0'; PS1='re''ady> '"
        bind = "bind 'set page-completions off'; bind 'set enable-bracketed-paste off'"
        with Terminal(["bash", "--norc", "--noprofile", "-i"], self.environment, self.work) as shell:
            shell.line(f"{setup}; {bind}")
            self.cases(lambda *case: self.judge("bash", case[0], shell.listed(case[0], "\x1b?"), *case[1:]))

    def test_zsh(self) -> None:
        folder = self.tree / "share/zsh/site-functions"
        setup = f"fpath=({folder} $fpath); autoload -U compinit; compinit -u -D; PS1='re''ady> '; unsetopt prompt_cr prompt_sp; "
        setup += "LISTMAX=9999; bindkey -e; bindkey '^G' list-choices"
        with Terminal(["zsh", "-f", "-i"], self.environment, self.work) as shell:
            shell.line(setup)
            self.cases(lambda *case: self.judge("zsh", case[0], shell.listed(case[0], "\x07"), *case[1:]))

    def judge(self, shell: str, line: str, found: list[str], wanted: list[str], unwanted: list[str]) -> None:
        for one in wanted:
            self.assertIn(one, found, f"{shell} does not offer {one} behind `{line}`: {found}")
        for one in unwanted:
            self.assertNotIn(one, found, f"{shell} offers {one} behind `{line}`")


class Terminal:
    """An interactive shell on a terminal of its own."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path) -> None:
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execve(shutil.which(command[0]) or command[0], command, environment)
        self.number = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.terminal)
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)

    def line(self, text: str) -> str:
        """Types a line, and returns what the terminal shows until the shell is ready for the next."""
        self.number += 1
        # Typed, it does not read as it is printed.
        os.write(self.terminal, f"{text}\necho do''ne-{self.number}.\n".encode())
        return self.until(f"done-{self.number}.", PROMPT)

    def listed(self, text: str, key: str) -> list[str]:
        """The words that a shell lists when a key is pressed behind a text, which is then taken away."""
        self.number += 1
        os.write(self.terminal, f"{text}{key}\x15echo do''ne-{self.number}.\n".encode())
        shown = self.until(f"done-{self.number}.", PROMPT)
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", shown).split(f"echo do''ne-{self.number}.")[0]
        return [word.rstrip("/") for word in shown.replace("\r", "\n").split()[len(text.split()) :]]

    def until(self, *ends: str) -> str:
        """Reads until all of these have been shown, each behind the one before."""
        shown = ""
        while not re.search(".*".join(map(re.escape, ends)), shown, re.S):
            if not select.select([self.terminal], [], [], HANG)[0]:
                raise TimeoutError(f"the shell hangs after: {shown[-2000:]}")
            shown += os.read(self.terminal, 65536).decode(errors="replace")
        return shown


if __name__ == "__main__":
    unittest.main()
