#!/usr/bin/env python3
"""Holds JSON documents against a schema, with a validator that nobody here wrote.

usage: check_documents.py SCHEMA FILE...

Prints how many documents fit, and how many of them have a status. Exits with 1 when one does not fit, when the schema is none,
or when it takes what it has to refuse: a document without a member that it names, or with a member of another type.
"""

import copy
import json
import sys
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Path = tuple[str | int, ...]


def members(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all members of all objects in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, element in inner:
        if isinstance(value, dict):
            yield (*path, key)
        yield from members(element, (*path, key))


def without(document: Any, path: Path) -> Any:
    """The document without one of its members."""
    changed = copy.deepcopy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return changed


def problems(validator: Draft202012Validator, document: Any) -> list[str]:
    return ["%s: %s" % ("/".join(map(str, error.absolute_path)), error.message) for error in validator.iter_errors(document)]


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    broken, whole, tried = 0, 0, set()
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if text.count("\n") != 1:
            print(f"{path}: not one line")
            broken += 1
        document = json.loads(text)
        for problem in problems(validator, document):
            print(f"{path}: {problem}")
            broken += 1
        if document["status"] is None:
            continue
        whole += 1
        # What the schema names it also wants: each kind of member is taken away once.
        for member in members(document):
            kind = tuple("*" if isinstance(key, int) else key for key in member)
            if kind in tried or kind[0] == "values" and len(kind) > 1:
                continue
            tried.add(kind)
            if not problems(validator, without(document, member)):
                print(f"{path}: the schema does not miss {'/'.join(kind)}")
                broken += 1
    if not whole:
        print("no document has a status")
        return 1
    print(f"{len(sys.argv) - 2} documents, {whole} with a status, {len(tried)} kinds of members: {broken} problems")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
