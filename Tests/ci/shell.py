"""The plain script, run by hand in a folder that stays."""

from __future__ import annotations

import json
import re
import shlex
from typing import Mapping

from machine import STAGES, STEPS, Outcome, System, is_well
from world import PROGRAMS, PROJECT

REPORTS = dict(re.findall(r"(?:must|may) ([a-z-]+) (astra-[a-z-]+)", (PROJECT / "ci/shell/postmortem.sh").read_text()))


class Shell(System):
    # What takes the place of a program, by its name.
    stand_ins: dict[str, str] = {}

    def start(self, parameters: Mapping[str, str]) -> Outcome:
        self.given = dict(parameters)
        self.place = self.fresh("place")
        return self.again()

    def again(self) -> Outcome:
        """The same line once more."""
        self.put_in_programs()
        environment = {**self.given, "ASTRA_RUN_ID": "incident-4711", "ASTRA_CA_FILE": self.secret_file("ca.pem")}
        if "token" in self.world.secrets:
            environment["ASTRA_API_TOKEN"] = self.world.secrets["token"]
        else:
            environment["KUBECONFIG"] = self.secret_file("kubeconfig")
        environment["PATH"] = f"{self.image}/usr/bin:/usr/bin:/bin"
        began = len(self.console)
        code = self.run("all", ["bash"], self.text("shell/postmortem.sh"), environment, self.place, in_image=False)
        reached = set(re.findall(r"(?m)^== ([a-z-]+)", self.console[began:]))
        reports = self.place / "astra-runs" / "incident-4711" / "reports"
        shown = {}
        for stage in STAGES:
            report = reports / f"TEST-{REPORTS[stage]}.xml"
            shown[stage] = "skipped" if stage not in reached else "green" if is_well(report) else "red"
            if stage in reached and report.exists():
                self.publish(stage, [report])
        return self.outcome(shown, "green" if code == 0 else "red")

    def put_in_programs(self) -> None:
        """The script runs the stages itself: what happens before one of them, happens in its program."""
        for name in STEPS:
            program = self.image / "usr" / "bin" / name
            if not program.is_symlink():
                program.unlink()
                program.symlink_to(PROGRAMS / name)
        for stage, (endpoint, body) in self.before.items():
            program = self.image / "usr" / "bin" / REPORTS[stage]
            program.unlink()
            words = [
                "curl", "-sS", "--fail", "--cacert", str(self.world.authority), "-o", "/dev/null",
                "--data", json.dumps(body), self.world.url(endpoint),
            ]
            program.write_text(f"#!/bin/sh\n{shlex.join(words)}\nexec {PROGRAMS / REPORTS[stage]}\n")
            program.chmod(0o755)
        self.before = {}
        for name, script in self.stand_ins.items():
            program = self.image / "usr" / "bin" / name
            program.unlink()
            program.write_text(script)
            program.chmod(0o755)
