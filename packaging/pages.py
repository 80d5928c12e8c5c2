#!/usr/bin/env python3
"""Puts man pages and completions into the folder that release files are made of.

    share/man/man1/astra-clone.1.gz
    share/bash-completion/completions/astra-clone
    share/zsh/site-functions/_astra-clone
    share/fish/vendor_completions.d/astra-clone.fish

… and so for every program; all of it is made from the definitions that `--help` is made of.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import completions
import definitions
import manual
from archive import compressed, put
from version import epoch, version


def make_pages(tree: Path, release: str, moment: int) -> None:
    """Makes the pages and completions of all programs of a tree."""
    whole = definitions.read(tree / "bin" / "astra-steps")
    programs = [whole, *whole.steps]
    names = [program.name for program in programs]
    for program in programs:
        page = manual.manual(program, names, release, moment)
        put(tree / manual.PLACE / f"{program.name}.1.gz", compressed(page.encode("ascii")))
        for shell, text in completions.completions(program).items():
            folder, name = completions.PLACES[shell]
            put(tree / folder / name.format(program.name), text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Puts man pages and completions into the folder of a release.")
    parser.add_argument("tree", type=Path, help="the folder, with bin and lib")
    arguments = parser.parse_args()
    make_pages(arguments.tree, version(), epoch())
    return 0


if __name__ == "__main__":
    sys.exit(main())
