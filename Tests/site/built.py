"""The documentation as a site: built once, and read as a browser reads it."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = Path("packaging/site/mkdocs.yml")
# The page for addresses that lead nowhere: no page of ours, and no other leads to it.
NOWHERE = "404.html"


def build(target: Path, project: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """Makes the site as scripts/site does, elsewhere."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(project / SETTINGS), "-d", str(target)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
    )  # fmt: skip


def copy_of_the_pages(target: Path) -> None:
    """What the site is made of, to be spoilt."""
    shutil.copytree(PROJECT / "docs", target / "docs")
    for path in PROJECT.glob("*.md"):
        shutil.copy(path, target)
    for folder in ("deploy", "packaging/site"):
        shutil.copytree(PROJECT / folder, target / folder)


def navigation() -> list[str]:
    """The pages of the contents, in their order, by their paths from the top."""

    def paths(entry: object) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            for value in entry.values():
                yield from paths(value)
        elif isinstance(entry, list):
            for value in entry:
                yield from paths(value)

    return list(paths(yaml.safe_load((PROJECT / SETTINGS).read_text())["nav"]))


def address(source: str) -> str:
    """Where the page of a Markdown file is in the site."""
    path = Path(source)
    return str(path.with_name("index.html") if path.name == "README.md" else path.with_suffix(".html"))


class Page:
    """One page of HTML."""

    def __init__(self, path: str, root: Element) -> None:
        self.path = path
        self.root = root
        self.ids = {element.get("id") or element.get("name") for element in root.iter() if element.get("id") or element.tag == "a"}

    @property
    def text(self) -> Element:
        """What the Markdown file became, without the contents and all that stands around it."""
        found = [element for element in self.root.iter("article")]
        assert len(found) == 1, self.path
        return found[0]

    def links(self, within: Element | None = None) -> list[str]:
        return [element.get("href", "") for element in (within or self.root).iter("a") if element.get("href")]

    def target(self, link: str) -> tuple[str, str] | None:
        """The file and the name in it that a link leads to; nil for other hosts."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return None
        if not parts.path:
            return self.path, unquote(parts.fragment)
        steps = [] if parts.path.startswith("/") else self.path.split("/")[:-1]
        for step in unquote(parts.path).split("/"):
            if step == "..":
                assert steps, f"{self.path}: {link} leads out of the site"
                steps.pop()
            elif step not in ("", "."):
                steps.append(step)
        return "/".join(steps) or "index.html", unquote(parts.fragment)


class Site:
    """What `mkdocs build` made."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.result = build(self.folder)
        self.pages = {}
        for path in sorted(self.folder.rglob("*.html")):
            with path.open("rb") as file:
                root = html5lib.parse(file, transport_encoding="utf-8", namespaceHTMLElements=False)
            name = str(path.relative_to(self.folder))
            self.pages[name] = Page(name, root)

    def files(self, suffix: str) -> list[Path]:
        return sorted(self.folder.rglob(f"*{suffix}"))


@functools.cache
def site() -> Site:
    return Site()


def words(element: Element) -> str:
    """The text of an element, in one line, without the sign beside a heading."""

    def parts(element: Element) -> Iterator[str]:
        if "headerlink" in (element.get("class") or ""):
            return
        yield element.text or ""
        for child in element:
            if isinstance(child.tag, str):
                yield from parts(child)
            yield child.tail or ""

    return re.sub(r"\s+", " ", "".join(parts(element))).strip()
