"""Man pages, made from the programs' definitions."""

from __future__ import annotations

import datetime
import re

from definitions import Option, Program

# Where `man` looks, below /usr or another prefix.
PLACE = "share/man/man1"
# `   64  a parameter is missing or wrong`
CODE = re.compile(r"(?m)^ +(\d+)  (\S.*)$")
CODES = re.compile(r"(?m)^Exit codes(?: \((.+)\))?:$")
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
# The steps that change nothing, and so write no record (StepName.asksForChanges).
CHANGE_NOTHING = ("astra-preflight", "astra-status", "astra-verify")


def roff(text: str) -> str:
    """Text as roff reads it: every dash and quotation mark as it can be copied."""
    for character, escape in {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}.items():
        text = text.replace(character, escape)
    return "".join(character if character.isascii() else f"\\[u{ord(character):04X}]" for character in text)


def filled(text: str) -> list[str]:
    """A paragraph as lines of at most 80 bytes, where that can be."""
    lines = [""]
    for word in roff(" ".join(text.split())).split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > 80:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return [f"\\&{line}" if line.startswith(".") else line for line in lines]


def bold(text: str) -> str:
    return f"\\fB{roff(text)}\\fR"


def italic(text: str) -> str:
    return f"\\fI{roff(text)}\\fR"


def spelled(option: Option) -> str:
    """How an option is written: `-A, --source-application name`."""
    names = ", ".join(bold(name) for name in option.names)
    return f"{names} {italic(option.value)}" if option.value else names


def tagged(tag: str, *lines: str) -> list[str]:
    return [".TP", tag, *lines]


def environment(program: Program) -> list[str]:
    """The variables that a program reads, each with what it stands for."""
    found: dict[str, list[str]] = {}
    # A secret has a variable and no flag; the discussion says so.
    behind = {variable for option in program.options for variable in option.variables}
    for sentence in re.split(r"(?<=\.)\s+", CODES.split(program.discussion)[0]):
        for variable in VARIABLE.findall(sentence):
            if variable not in behind:
                found[variable] = filled(sentence)
    for option in program.options:
        earlier: list[str] = []
        for variable in option.variables:
            unless = f", if {' and '.join(map(roff, earlier))} is not set" if earlier else ""
            found[variable] = [f"Stands for {bold(option.long_name)}{unless}."]
            earlier.append(variable)
    return [line for variable in sorted(found) for line in tagged(bold(variable), *found[variable])]


def files(program: Program) -> list[str]:
    """The files that a program reads and writes by itself."""
    folder = f"The folder is what {bold('--report-dir')} says."
    if program.name == "astra-report":
        read = ", ".join(italic(f"reports/{name}") for name in ("TEST-astra-*.xml", "astra-*.json"))
        written = ", ".join(italic(f"reports/post-mortem.{ending}") for ending in ("html", "md"))
        return tagged(read, "What the steps have left, which is read.", folder) + tagged(
            written, "The page, and the same as Markdown."
        )
    lines = tagged(italic(f"reports/TEST-{program.name}.xml"), "The report, for the CI system.", folder)
    if program.name not in CHANGE_NOTHING:
        lines += tagged(
            italic(f"reports/{program.name}.json"),
            *filled("The record of what was asked for: a later attempt, and later steps of the same run, go on from it."),
        )
    if program.name == "astra-verify":
        lines += tagged(
            italic("reports/astra-verify.seen.json"),
            f"What was seen, for {bold('--compare-with')} of a later step.",
        )
    return lines + tagged(
        ", ".join(italic(f"{place}/astra-toolkits/config.yaml") for place in ("~/.config", "/etc")),
        *filled("Host, account and token, where neither a flag nor a variable names them."),
    )


def manual(program: Program, names: list[str], version: str, epoch: int) -> str:
    """The page of a program, as roff; `names` are those of all programs."""
    day = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%d")
    found = CODES.search(program.discussion)
    prose = program.discussion[: found.start()] if found else program.discussion
    lines = [
        f'.TH {roff(program.name.upper())} 1 {day} "astra\\-steps {version}" "User Commands"',
        # Names of variables are not broken: ASTRA_API_TO-KEN is none.
        ".nh",
        ".SH NAME",
        *filled(f"{program.name} - {program.summary.rstrip('.')}"),
        ".SH SYNOPSIS",
    ]
    if program.steps:
        lines += [f"{bold(program.name)} {italic('step')} [{italic('option')} ...]", ".br"]
        lines += [f"{bold(program.name)} help {italic('step')}"]
    else:
        lines += [f"{bold(program.name)} [{italic('option')} ...]", ".br"]
        lines += [f"{bold('astra-steps')} {bold(program.step)} [{italic('option')} ...]"]
    lines.append(".SH DESCRIPTION")
    paragraphs = [" ".join(one.split()) for one in re.split(r"\n\s*\n", prose) if one.strip()]
    lines += filled(program.summary)
    for paragraph in paragraphs:
        lines += [".PP", *filled(paragraph)]
    if program.steps:
        lines.append(".SH STEPS")
        for step in program.steps:
            lines += tagged(bold(step.step), *filled(step.summary), f"See {bold(step.name)}(1).")
    lines.append(".SH OPTIONS")
    for option in program.options:
        lines += tagged(spelled(option), *filled(option.help))
    variables = environment(program)
    if variables:
        lines += [".SH ENVIRONMENT", *variables]
    if found:
        lines.append(".SH EXIT STATUS")
        lines += filled(found[1][0].upper() + found[1][1:] + ".") if found[1] else []
        for code, meaning in CODE.findall(program.discussion[found.end() :]):
            lines += tagged(bold(code), *filled(meaning))
    if not program.steps:
        lines += [".SH FILES", *files(program)]
    others = [name for name in sorted(names) if name != program.name]
    lines += [".SH SEE ALSO", *(f".BR {roff(name)} (1){',' if name != others[-1] else ''}" for name in others)]
    return "\n".join(lines) + "\n"
