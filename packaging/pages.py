#!/usr/bin/env python3
"""Makes man pages and completions from the definitions that `--help` is made of.

Each program tells them itself: `--experimental-dump-help` as JSON, `--generate-completion-script` for a shell.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

from tree import PROGRAMS

# Where each shell looks below a prefix: the folder, and how the file is called.
COMPLETIONS = {
    "bash": ("share/bash-completion/completions", "{}"),
    "zsh": ("share/zsh/site-functions", "_{}"),
    "fish": ("share/fish/vendor_completions.d", "{}.fish"),
}
MANUAL = "share/man/man1"
# An option's help ends with its variables: `… Required. [PROD_APP_NAME]`.
VARIABLES = re.compile(r"\s*\[([A-Z][A-Z0-9_]*(?:,? (?:or )?[A-Z][A-Z0-9_]*)*)\]$")

Argument = dict[str, Any]


def asked(program: Path, *arguments: str) -> str:
    """What a program says; raises `CalledProcessError` if it fails."""
    return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def definitions(program: Path) -> dict[str, Any]:
    """A program's command, with its arguments and subcommands."""
    command: dict[str, Any] = json.loads(asked(program, "--experimental-dump-help"))["command"]
    return command


# MARK: Man pages


def roff(text: str) -> str:
    """Text as roff reads it: nothing in it is a command, and a dash is one that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text, each as a line."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.strip():
            yield re.sub(r"\s*\n\s*", " ", paragraph.strip())


def described(argument: Argument) -> tuple[str, list[str]]:
    """An argument's help without the variables at its end, and these."""
    text = str(argument.get("abstract", ""))
    found = VARIABLES.search(text)
    return (text[: found.start()] if found else text, re.findall(r"[A-Z][A-Z0-9_]*[A-Z0-9]", found[1]) if found else [])


def spelled(argument: Argument) -> str:
    """How an argument is written: `\\fB-b\\fR, \\fB--backup-name\\fR \\fIname\\fR`."""
    dashes = {"short": "-", "long": "--", "longWithSingleDash": "-"}
    names = [f"\\fB{roff(dashes[name['kind']] + name['name'])}\\fR" for name in argument.get("names", [])]
    value = f" \\fI{roff(argument['valueName'])}\\fR" if argument["kind"] != "flag" and "valueName" in argument else ""
    return ", ".join(names) + value


def shown(command: dict[str, Any]) -> list[Argument]:
    return [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay")]


def exit_codes(discussion: str) -> list[tuple[str, str]]:
    """The codes that a step's help lists: `   64  a parameter is missing or wrong`."""
    return re.findall(r"(?m)^ +(\d+(?:, \d+)*)  (\S.*)$", discussion)


def manual(command: dict[str, Any], version: str, epoch: int) -> str:
    """The page of a program, as roff."""
    name = str(command["commandName"])
    day = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%d")
    discussion = str(command.get("discussion", ""))
    prose, _, codes = discussion.partition("Exit codes")
    arguments = shown(command)
    subcommands = [one for one in command.get("subcommands") or [] if one.get("shouldDisplay")]
    lines = [
        f'.TH {name.upper()} 1 {day} "astra\\-steps {version}" "User Commands"',
        ".SH NAME",
        f"{roff(name)} \\- {roff(command['abstract'].rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {roff(name)}",
        "\\fIstep\\fR [\\fIoption\\fR...]" if subcommands else "[\\fIoption\\fR...]",
        ".SH DESCRIPTION",
    ]
    for paragraph in paragraphs(prose):
        lines += [".PP", roff(paragraph)]
    if subcommands:
        lines.append(".SH STEPS")
        for one in subcommands:
            lines += [".TP", f"\\fB{roff(one['commandName'])}\\fR", roff(one["abstract"])]
    lines.append(".SH OPTIONS")
    for argument in arguments:
        lines += [".TP", spelled(argument), roff(described(argument)[0]) or "\\&"]
    variables = [(variable, argument) for argument in arguments for variable in described(argument)[1]]
    if variables:
        lines.append(".SH ENVIRONMENT")
        for variable, argument in variables:
            lines += [".TP", f"\\fB{variable}\\fR", f"what {spelled(argument)} says; the flag counts more"]
    if codes:
        lines.append(".SH EXIT STATUS")
        for code, meaning in exit_codes(codes):
            lines += [".TP", f"\\fB{code}\\fR", roff(meaning)]
    if not subcommands:
        lines += [
            ".SH FILES",
            ".TP",
            f"\\fIreports/TEST\\-{roff(name)}.xml\\fR",
            "the report, for the CI system's own pages",
        ]
    others = [other for other in sorted(PROGRAMS) if other != name]
    lines += [".SH SEE ALSO", ",\n".join(f".BR {roff(other)} (1)" for other in others).replace("(1),\n", "(1),\n")]
    return "\n".join(lines) + "\n"


# MARK: Completions

# The parser's library offers the word `help` behind every command; the steps, which have no subcommands, refuse it.
NO_HELP = {
    "bash": (r"compgen -W 'help' ", "compgen -W '' "),
    "zsh": (r" *'help:Show subcommand help information\.'\n", ""),
    "fish": (r"complete .* -fa 'help' .*\n", ""),
}


def completion(program: Path, shell: str) -> str:
    """The file by which a shell completes the arguments of a program."""
    script = asked(program, "--generate-completion-script", shell)
    # A shell reads it and does not start it.
    script = script.removeprefix("#!/bin/bash\n").lstrip("\n")
    if program.name == "astra-steps":
        return script
    script, count = re.subn(*NO_HELP[shell], script)
    if count != 1:
        raise SystemExit(f"error: {program.name} offers `help` {count} times in {shell}, and not once")
    return script


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)


def make_pages(tree: Path, version: str, epoch: int) -> None:
    """Puts man pages and completions into the folder of a release, for each of its programs."""
    for name in PROGRAMS:
        program = tree / "bin" / name
        page = manual(definitions(program), version, epoch)
        write(tree / MANUAL / f"{name}.1.gz", gzip.compress(page.encode(), 9, mtime=0))
        for shell, (folder, file) in COMPLETIONS.items():
            write(tree / folder / file.format(name), completion(program, shell).encode())


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes man pages and completions from the definitions of --help.")
    parser.add_argument("tree", type=Path, help="the folder that release files are made of")
    parser.add_argument("version")
    parser.add_argument("epoch", type=int, help="the date of the pages, in seconds since 1970")
    arguments = parser.parse_args()
    make_pages(arguments.tree, arguments.version, arguments.epoch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
