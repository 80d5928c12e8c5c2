#!/usr/bin/env python3
"""Reads JUnit reports with readers that nobody here wrote, and checks them against the dialect's rules.

usage: check_reports.py FILE...

Prints one JSON object: per file and reader the numbers of tests, failures, errors and skipped cases that
the reader sees (null where it does not tell), and per file the rules that are broken. Exits with 1 when a
reader refuses a file, when two readers disagree, or when a rule is broken; with 2 when it is used wrongly.

The readers are junitparser, xunitparser and junit2html from PyPI, and xmllint. The rules are those of
docs/report.md; they follow the Jenkins xUnit plugin's schema, which skips reports with anything else in them.
"""

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

COUNTS = ("tests", "failures", "errors", "skipped")


def with_xmllint(path):
    """Checks that the file is well-formed, then counts elements through XPath."""
    expressions = {
        "tests": "count(/testsuites/testsuite/testcase)",
        "failures": "count(//testcase/failure)",
        "errors": "count(//testcase/error)",
        "skipped": "count(//testcase/skipped)",
    }
    expression = "concat(%s)" % ", ' ', ".join(expressions.values())
    done = subprocess.run(
        ["xmllint", "--nonet", "--xpath", expression, path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 or done.stderr:
        raise ValueError(done.stderr.strip() or "exit code %d" % done.returncode)
    return dict(zip(expressions, map(int, done.stdout.split())))


def with_junitparser(path):
    """Counts the cases' results, and compares them with the counters that the file itself states."""
    from junitparser import Error, Failure, JUnitXml, Skipped

    suites = list(JUnitXml.fromfile(path))
    results = [result for suite in suites for case in suite for result in case.result]
    seen = {
        "tests": sum(1 for suite in suites for _ in suite),
        "failures": sum(isinstance(result, Failure) for result in results),
        "errors": sum(isinstance(result, Error) for result in results),
        "skipped": sum(isinstance(result, Skipped) for result in results),
    }
    stated = {name: sum(getattr(suite, name) for suite in suites) for name in COUNTS}
    if stated != seen:
        raise ValueError("the suites state %r, and the cases are %r" % (stated, seen))
    return seen


def with_xunitparser(path):
    """Counts the cases' results as Python's unittest would."""
    import xunitparser

    with open(path, encoding="utf-8") as stream:
        suite, result = xunitparser.parse(stream)
    cases = list(suite)
    return {
        "tests": len(cases),
        "failures": sum(case.failed for case in cases),
        "errors": sum(case.errored for case in cases),
        "skipped": sum(case.skipped for case in cases),
    }


ENVIRONMENTS = []


def one_environment(**settings):
    """junit2html's templates, which it would read and compile again for each report."""
    import jinja2

    if not ENVIRONMENTS:
        ENVIRONMENTS.append(jinja2.Environment(**settings))
    return ENVIRONMENTS[0]


def with_junit2html(path):
    """Renders the page; this reader calls errors failures."""
    from junit2htmlreport import render
    from junit2htmlreport.parser import Junit

    render.Environment = one_environment
    report = Junit(path)
    if "<html" not in report.html().lower():
        raise ValueError("no page was rendered")
    cases = [case for suite in report.suites for cls in suite.classes.values() for case in cls.cases]
    return {
        "tests": len(cases),
        "failures": sum(case.failed() for case in cases),
        "errors": None,
        "skipped": sum(case.skipped is not None for case in cases),
    }


READERS = {
    "junit2html": with_junit2html,
    "junitparser": with_junitparser,
    "xmllint": with_xmllint,
    "xunitparser": with_xunitparser,
}

SECONDS = re.compile(r"[0-9]+\.[0-9]{3}")
WORD = re.compile(r"[A-Za-z0-9._-]+")
DOTTED = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+")
NUMBER = re.compile(r"[0-9]+")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
LINE = re.compile(r"[^\n\r\t]+")
ANY = re.compile(r".*", re.DOTALL)

# Per element: its attributes in order, each with the form of its value; and the children it may have, in order.
ELEMENTS = {
    "testsuites": (
        [("name", WORD), ("tests", NUMBER), ("failures", NUMBER), ("errors", NUMBER), ("time", SECONDS)],
        ["testsuite"]),
    "testsuite": (
        [("name", WORD), ("tests", NUMBER), ("failures", NUMBER), ("errors", NUMBER), ("skipped", NUMBER),
         ("time", SECONDS), ("timestamp", MOMENT), ("hostname", LINE), ("id", re.compile("0")),
         ("package", re.compile(""))],
        ["properties", "testcase", "system-out", "system-err"]),
    "properties": ([], ["property"]),
    "property": ([("name", ANY), ("value", ANY)], []),
    "testcase": (
        [("name", LINE), ("classname", DOTTED), ("time", SECONDS)],
        ["failure", "error", "skipped", "system-out", "system-err"]),
    "failure": ([("message", LINE), ("type", DOTTED)], []),
    "error": ([("message", LINE), ("type", DOTTED)], []),
    "skipped": ([("message", LINE)], []),
    "system-out": ([], []),
    "system-err": ([], []),
}
REPEATED = {"property", "testcase"}


def broken_rules(path):
    """The sentences that say which rules of the dialect a file breaks."""
    with open(path, "rb") as stream:
        data = stream.read()
    broken = []
    if not data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n'):
        broken.append("the declaration is another one")
    if len(data) >= 30_000_000:
        broken.append("the file has 30 MB or more")
    for mark, name in ((b"<!DOCTYPE", "DOCTYPE"), (b"<![CDATA[", "CDATA section"), (b"\r", "CR")):
        if mark in data:
            broken.append("there is a %s" % name)
    text = data.decode("utf-8")
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", text):
        broken.append("there is a control character")
    root = ElementTree.parse(io.StringIO(text)).getroot()
    if root.tag != "testsuites" or len(root) != 1:
        broken.append("the root is not testsuites with one testsuite")
    for element in root.iter():
        broken += broken_by(element)
    suites = list(root)
    names = [case.get("name") for case in root.iter("testcase")]
    if not names:
        broken.append("there is no case")
    if len(set(names)) != len(names):
        broken.append("two cases have one name")
    seen = {
        "tests": len(names),
        "failures": len(list(root.iter("failure"))),
        "errors": len(list(root.iter("error"))),
        "skipped": len(list(root.iter("skipped"))),
    }
    for element in [root] + suites:
        for name, number in seen.items():
            if element.get(name, str(number)) != str(number):
                broken.append("%s says %s=%s, and there are %d" % (element.tag, name, element.get(name), number))
    return broken


def broken_by(element):
    """The rules that one element breaks by itself."""
    if element.tag not in ELEMENTS:
        return ["there is a <%s>" % element.tag]
    broken = []
    attributes, children = ELEMENTS[element.tag]
    if list(element.keys()) != [name for name, _ in attributes]:
        broken.append("<%s> has the attributes %s" % (element.tag, " ".join(element.keys())))
    for name, form in attributes:
        if not form.fullmatch(element.get(name, "")):
            broken.append("<%s %s=%r> has another form" % (element.tag, name, element.get(name, "")[:80]))
    tags = [child.tag for child in element]
    if any(tag not in children for tag in tags):
        broken.append("<%s> holds %s" % (element.tag, " ".join(tags)))
    elif [children.index(tag) for tag in tags] != sorted(children.index(tag) for tag in tags):
        broken.append("the children of <%s> are in another order" % element.tag)
    for tag in set(tags) - REPEATED:
        if tags.count(tag) > 1:
            broken.append("<%s> holds more than one %s" % (element.tag, tag))
    if element.tag == "testcase" and sum(tag in ("failure", "error", "skipped") for tag in tags) > 1:
        broken.append("case %r has more than one outcome" % element.get("name"))
    if element.tag in ("failure", "error", "skipped"):
        if (element.text or "").split("\n")[0] != element.get("message"):
            broken.append("the body of a <%s> does not begin with its message" % element.tag)
        if len(element.get("message", "")) > 500:
            broken.append("the message of a <%s> is longer than 500 characters" % element.tag)
    return broken


def agree(first, second):
    """Whether two readers see the same, the one that calls errors failures included."""
    if None not in (first["errors"], second["errors"]):
        return first == second
    bad = [counts["failures"] + (counts["errors"] or 0) for counts in (first, second)]
    return bad[0] == bad[1] and first["tests"] == second["tests"] and first["skipped"] == second["skipped"]


def check(path):
    """What the readers see in one file, and whether all is well with it."""
    result, good = {}, True
    for name, reader in READERS.items():
        try:
            result[name] = reader(path)
        except Exception as error:  # whatever a reader throws, it refused the file
            result[name] = {"refused": "%s: %s" % (type(error).__name__, error)}
            good = False
    try:
        result["broken"] = broken_rules(path)
    except Exception as error:
        result["broken"] = ["the file cannot be read: %s" % error]
    if good and not all(agree(result[name], result["xmllint"]) for name in READERS):
        result["broken"].append("the readers disagree")
    return result, good and not result["broken"]


def main(paths):
    """Checks every file, prints what was seen, and returns the exit code."""
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    results = {path: check(path) for path in paths}
    json.dump({path: result for path, (result, _) in results.items()}, sys.stdout, indent=1, sort_keys=True)
    print()
    return 0 if all(good for _, good in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
