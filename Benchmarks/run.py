"""Measures, and writes raw data, plots and tables.

usage: run.py --build FOLDER --venv FOLDER --kubectl FILE --output FOLDER [--page FILE] [--quick] [PART…]

`./benchmark` builds everything and calls this; FOLDER of --build holds `tree/`, `astra-simulator`, `step-
benchmark`, `linked` and `launch`. Without a part, all of them are measured; the part `page` measures nothing.
What other parts left in the output folder before stays as it is.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

import figures
import page
import plots
from bench import Bench
from clients import Steps, Toolkit
from machine import description, versions
from measure import Invalid, Launcher
from parts import accounts, fleet, operations, parallel, protect, reports, start, virtual, watching

PARTS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "start": start.measure,
    "operations": operations.measure,
    "virtual": virtual.measure,
    "accounts": accounts.measure,
    "parallel": parallel.measure,
    "protect": protect.measure,
    "watching": watching.measure,
    "reports": reports.measure,
    "fleet": fleet.measure,
}


def main() -> int:
    arguments = parsed()
    # As for SIGINT: what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results_file = arguments.output / "results.json"
    results = figures.read(results_file)
    chosen = arguments.parts or list(PARTS)
    try:
        if chosen != ["page"]:
            measure(arguments, results, chosen, results_file)
        elif not results:
            raise Invalid(f"there are no figures in {results_file}")
    except Invalid as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    plots.draw(figures.Figures(results), arguments.output)
    page.write(figures.Figures(results), template=arguments.template, into=arguments.page)
    print(arguments.page)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--kubectl", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("parts", nargs="*")
    arguments = parser.parse_args()
    for part in arguments.parts:
        if part not in PARTS and arguments.parts != ["page"]:
            parser.error(f'there is no part "{part}"; there are {", ".join(PARTS)}')
    for name in ("build", "venv", "kubectl", "output", "template", "page"):
        setattr(arguments, name, getattr(arguments, name).absolute())
    return arguments


def measure(arguments: argparse.Namespace, results: dict[str, Any], chosen: list[str], file: Path) -> None:
    build = arguments.build
    folder = Path(tempfile.mkdtemp(prefix="astra-benchmark-"))
    try:
        bench = Bench(
            folder=folder,
            launcher=Launcher(build / "launch"),
            steps=Steps(build / "tree" / "bin"),
            toolkit=Toolkit(arguments.venv, Path(__file__).parent / "toolkit_wrapper.py"),
            simulator_program=build / "astra-simulator",
            linked=build / "linked",
            in_process=build / "step-benchmark",
            python=arguments.venv / "bin" / "python",
            kubectl_program=arguments.kubectl,
            quick=arguments.quick,
        )
        if results.get("quick") != bench.quick:
            # Figures of few rounds must not stand beside those of many.
            results.clear()
        results.update(
            {
                "format": 1,
                "quick": bench.quick,
                "seed": bench.seed,
                "machine": description(),
                "versions": versions(bench),
            }
        )
        for part in chosen:
            busy = os.getloadavg()[0]
            print(f"-- {part} (load {busy:.2f})", file=sys.stderr, flush=True)
            began = time.monotonic()
            figures_of_part = PARTS[part](bench)
            results.setdefault("inProcess", {}).update(bench.in_process_answers)
            seconds = time.monotonic() - began
            now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            results.setdefault("parts", {})[part] = {
                "date": now,
                "seconds": round(seconds, 1),
                "loadBefore": round(busy, 2),
                **figures_of_part,
            }
            figures.write(results, file)
            print(f"   {seconds:.0f} s", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
