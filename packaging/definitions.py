"""What the programs take, by their own word: the definitions that `--help` is made of."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# An option's help ends with its variables: `… Required. [PROD_APP_NAME]`, `… [ASTRA_APP_NAME, then PROD_APP_NAME]`.
VARIABLES = re.compile(r"\s*\[([A-Z][A-Z0-9_]*(?:, then [A-Z][A-Z0-9_]*)*)\]$")
DASHES = {"short": "-", "long": "--"}


@dataclass(frozen=True)
class Option:
    """A flag of a program."""

    # As they are typed, the short one first: `-A`, `--source-application`.
    names: tuple[str, ...]
    # What its value is called; None if it takes none.
    value: str | None
    repeats: bool
    help: str
    # What its value is, as far as a shell can know: `file`, `folder`, or one of these words.
    kind: str | None
    words: tuple[str, ...]

    @property
    def long_name(self) -> str:
        return self.names[-1]

    @property
    def lists_words(self) -> bool:
        """Whether its value is several of its words, with commas between."""
        return bool(self.words) and (self.value or "").endswith(",…")

    @property
    def meaning(self) -> str:
        """Its help without the variables."""
        return VARIABLES.sub("", self.help)

    @property
    def summary(self) -> str:
        """The first sentence of its help, without the point."""
        return re.split(r"\.(?=\s|$)", self.meaning, maxsplit=1)[0]

    @property
    def variables(self) -> list[str]:
        """The environment variables behind it, the first counts."""
        found = VARIABLES.search(self.help)
        return found[1].split(", then ") if found else []


@dataclass(frozen=True)
class Program:
    """A program, or a step of `astra-steps`."""

    name: str
    summary: str
    discussion: str
    options: tuple[Option, ...]
    # Those that it knows by a word: `astra-steps clone`.
    steps: tuple[Program, ...] = ()

    @property
    def step(self) -> str:
        """The word by which `astra-steps` knows it: `clone`."""
        return self.name.removeprefix("astra-")


def option(argument: dict[str, Any]) -> Option:
    """An option from the JSON."""
    completion = argument.get("completionKind") or {}
    names = [DASHES[name["kind"]] + name["name"] for name in argument["names"] if name["kind"] in DASHES]
    return Option(
        names=tuple(sorted(names, key=len)),
        value=None if argument["kind"] == "flag" else argument["valueName"],
        repeats=argument["isRepeating"],
        help=argument.get("abstract", ""),
        kind={"file": "file", "directory": "folder"}.get(next(iter(completion), "")),
        words=tuple(completion.get("list", {}).get("values", [])),
    )


def program(command: dict[str, Any], prefix: str = "") -> Program:
    """A program from the JSON."""
    shown = [one for one in command["arguments"] if one["shouldDisplay"] and one["kind"] != "positional"]
    return Program(
        name=prefix + command["commandName"],
        summary=command["abstract"],
        discussion=command.get("discussion", ""),
        options=tuple(option(argument) for argument in shown),
        steps=tuple(
            program(one, "astra-") for one in command.get("subcommands") or [] if one["commandName"] != "help"
        ),
    )


def read(executable: Path) -> Program:
    """What `astra-steps` takes, its steps included."""
    command = [str(executable), "--experimental-dump-help"]
    document = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if document["serializationVersion"] != 0:
        raise SystemExit(f"error: {executable} tells its definitions in a form that is not known here")
    return program(document["command"])
