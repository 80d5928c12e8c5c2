"""Interactive shells, and what they list when a completion is asked for."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import time
from pathlib import Path
from typing import Mapping

# After so long a shell is taken to hang.
HANG_SECONDS = 15.0
# No terminal is this wide: nothing is cut off.
PROMPT = "READY> "
SETTINGS = f"PS1='REA''DY> '; stty cols 4000 rows 200 2>/dev/null"


class Terminal:
    """An interactive shell on a terminal of its own."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path, key: str) -> None:
        """Starts it; `key` is what lists the choices there."""
        program = shutil.which(command[0])
        if program is None:
            raise AssertionError(f"{command[0]} is not installed")
        self.key = key
        self.number = 0
        # Shown and not looked at yet.
        self.waiting = ""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execve(program, command, dict(environment))
        self.line(SETTINGS)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.terminal)
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)

    def line(self, text: str) -> str:
        """Types a line, and returns what the terminal shows until the shell is ready for the next."""
        return self.typed(f"{text}\n")

    def typed(self, text: str) -> str:
        """Types, and lets the shell say that it has read it."""
        self.number += 1
        # As it is typed it does not read as it is printed.
        os.write(self.terminal, f"{text}echo do''ne-{self.number}.\n".encode())
        shown = self.until(f"done-{self.number}.")
        # What is typed before a shell shows its prompt is not its own to read yet.
        self.until(PROMPT)
        return shown

    def offers(self, text: str) -> list[str]:
        """The words that the shell lists behind a text; the line is taken away then."""
        shown = self.typed(f"{text}{self.key}\x15").split("echo do''ne")[0]
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x07\x08]", " ", shown)
        # Behind what was typed, and before the line is shown again.
        _, _, rest = shown.replace("\r", "\n").partition(text.strip())
        return [word.rstrip("/") for word in rest.split(PROMPT)[0].split()]

    def until(self, end: str) -> str:
        """What the terminal shows next, up to that text."""
        limit = time.monotonic() + HANG_SECONDS
        while end not in self.waiting:
            if not select.select([self.terminal], [], [], max(0, limit - time.monotonic()))[0]:
                raise AssertionError(f"the shell hangs after: {self.waiting[-2000:]}")
            self.waiting += os.read(self.terminal, 65536).decode(errors="replace")
        shown, _, self.waiting = self.waiting.partition(end)
        return shown


def bash(environment: Mapping[str, str], folder: Path) -> Terminal:
    """bash with bash-completion, which loads a program's file when it is needed."""
    shell = Terminal(["bash", "--norc", "--noprofile", "-i"], environment, folder, key="\x1b?")
    shell.line("bind 'set page-completions off'; bind 'set completion-query-items 0'")
    shell.line("bind 'set enable-bracketed-paste off'; . /usr/share/bash-completion/bash_completion")
    return shell


def zsh(environment: Mapping[str, str], folder: Path, functions: Path) -> Terminal:
    """zsh with its completion system."""
    shell = Terminal(["zsh", "-f", "-i"], environment, folder, key="\x1d")
    shell.line(f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; unsetopt prompt_cr prompt_sp")
    shell.line("LISTMAX=9999; bindkey -e; bindkey '^]' list-choices")
    shell.line("unset zle_bracketed_paste; zstyle ':completion:*' verbose no")
    return shell
