"""The pages of the documentation: their blocks of commands, and the code in their text."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from markdown_it import MarkdownIt

PROJECT = Path(__file__).resolve().parents[2]
# Where pages are, from the top of the project.
PLACES = ("README.md", "CHANGELOG.md", "docs", "deploy", "ci", "jenkins", "packaging")
# What a block of commands is marked as.
SHELLS = ("sh", "bash", "console", "shell", "shell-session")
READER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A block of commands."""

    page: str
    line: int
    language: str
    text: str

    @property
    def first(self) -> str:
        """By which the block is known on its page: its first command, without what is remarked on it."""
        return re.sub(r"\s+#.*", "", self.text.splitlines()[0]) if self.text else ""

    @property
    def title(self) -> str:
        return f"{self.page}:{self.line}: {self.first}"


def pages() -> list[str]:
    """Every page, by its path from the top."""
    found = []
    for place in PLACES:
        path = PROJECT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.md"))
    return [os.fspath(path.relative_to(PROJECT)) for path in found]


def blocks(page: str, text: str | None = None) -> list[Block]:
    """The blocks of commands of a page."""
    found = []
    for token in READER.parse((PROJECT / page).read_text() if text is None else text):
        words = token.info.split()
        if token.type == "fence" and words and words[0] in SHELLS:
            assert token.map is not None
            found.append(Block(page, token.map[0] + 1, words[0], token.content))
    return found


def code(page: str) -> Iterator[tuple[int, str]]:
    """The code in the text of a page, with the line where its paragraph or row begins."""
    for token in READER.parse((PROJECT / page).read_text()):
        if token.type != "inline":
            continue
        assert token.map is not None
        for child in token.children or []:
            if child.type == "code_inline":
                yield token.map[0] + 1, child.content
