"""Reads a JUnit report with junitparser, writes it again, and says as JSON how long each took.

usage: junitparser_reader.py FILE ROUNDS
"""

from __future__ import annotations

import io
import json
import sys
import time

from junitparser import JUnitXml


def main() -> None:
    with open(sys.argv[1], "rb") as file:
        document = file.read()
    reading: list[float] = []
    writing: list[float] = []
    cases, written = 0, io.BytesIO()
    for _ in range(int(sys.argv[2])):
        began = time.perf_counter()
        report = JUnitXml.fromstring(document)
        cases = sum(len(list(suite)) for suite in report)
        read = time.perf_counter()
        written = io.BytesIO()
        report.write(written)
        writing.append(time.perf_counter() - read)
        reading.append(read - began)
    if cases == 0:
        sys.exit("there is no case in the report")
    json.dump(
        {
            "cases": cases,
            "bytes": len(document),
            "bytesWritten": len(written.getvalue()),
            "readSeconds": reading,
            "writeSeconds": writing,
        },
        sys.stdout,
    )


main()
