"""Runs NetApp's toolkit, unchanged, and watches it from inside its process.

usage: toolkit_wrapper.py libraries ARGUMENT…   how many shared libraries it has loaded, on the last line
       toolkit_wrapper.py virtual ARGUMENT…     in the virtual time of a simulator with `--speed 0`: where the
       toolkit would sleep, that simulator's time leaps. SIMULATOR and REQUESTS_CA_BUNDLE name the simulator
       and its certificate
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
import time


def leap(connection: http.client.HTTPSConnection, seconds: float) -> None:
    """What takes the place of `time.sleep`."""
    connection.request("POST", "/_simulator/advance", body=json.dumps({"seconds": seconds}))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        # Not an error that the toolkit may catch: from here on nothing it does would mean anything.
        sys.stderr.write(f"the simulator's time does not leap: {answer.status} {body!r}\n")
        os._exit(70)


def loaded_libraries() -> set[str]:
    """The shared libraries that are mapped into this process."""
    with open("/proc/self/maps") as maps:
        files = [line.split(maxsplit=5)[5].strip() for line in maps if len(line.split(maxsplit=5)) == 6]
    return {file for file in files if ".so" in os.path.basename(file)}


def main() -> None:
    purpose = sys.argv[1]
    arguments = ["actoolkit", *sys.argv[2:]]
    sys.argv = arguments
    if purpose == "virtual":
        context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
        connection = http.client.HTTPSConnection(os.environ["SIMULATOR"], context=context)
        time.sleep = lambda seconds: leap(connection, float(seconds))
    import toolkit

    try:
        toolkit.main(argv=arguments)
    finally:
        if purpose == "libraries":
            print(f"\n{len(loaded_libraries())}")


main()
