"""Puts the tables between the markers of the page; the words around them are written by hand."""

from __future__ import annotations

import re
from pathlib import Path

from figures import Figures
from measure import Invalid
from tables import TABLES

MARKED = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def filled(text: str, tables: dict[str, str]) -> str:
    """The page with what stands between its markers replaced; raises `Invalid` if page and tables do not
    fit."""
    named = [match[1] for match in MARKED.findall(text)]
    if sorted(named) != sorted(tables):
        raise Invalid(f"the page has places for {sorted(named)}, and there are tables {sorted(tables)}")
    return MARKED.sub(lambda match: f"{match[1]}\n{tables[match[2]]}\n\n{match[3]}", text)


def write(figures: Figures, *, template: Path, into: Path) -> None:
    tables = {name: table(figures) for name, table in TABLES.items()}
    text = filled(template.read_text(), tables)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(text)
