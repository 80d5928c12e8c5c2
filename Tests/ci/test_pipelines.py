"""Every file of ci/ is carried out as its system would, with the real programs against the simulated services.

What is looked at: what the system shows, which reports it publishes, what the world holds at the end, and whether the run
is gone on with when it is run again.
"""

from __future__ import annotations

import concurrent.futures
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable

from argo import Argo
from azure import Azure
from github import GitHub
from gitlab import GitLab
from machine import STAGES, Outcome, System
from shell import Shell
from tekton import Tekton
from world import PROJECT, REVOCATION, World

sys.path.insert(0, str(PROJECT / "Tests" / "readers"))

import check_reports

SYSTEMS: dict[str, type[System]] = {
    "gitlab": GitLab, "github": GitHub, "azure": Azure, "tekton": Tekton, "argo": Argo, "shell": Shell,
}
# These have a colour for what is not well and stops nobody.
WITH_ORANGE = ("gitlab", "azure")
GOOD = "before-2-4-2-debian-10-r14"
OF_THE_CLONE = ("check-for-the-clone", "clone", "check-the-clone")
REPORTS = {
    "check": "astra-preflight", "see-the-fault": "astra-verify-fault", "check-for-the-clone": "astra-preflight-clone",
    "clone": "astra-clone", "check-the-clone": "astra-verify-clone", "restore": "astra-restore",
    "check-production": "astra-verify-recovered",
}


class Play:
    """One situation on one system."""

    def __init__(self, test: unittest.TestCase, system: str, backend: str, folder: Path, changes: dict[str, str]) -> None:
        self.test = test
        self.name = system
        self.world = World(backend, folder / "world")
        self.system = SYSTEMS[system](self.world, folder / "system", changes)
        self.parameters = {
            **self.world.parameters,
            "PROD_URL": f"http://{self.world.address}/",
            "CLONE_URL": f"http://{self.world.next_address()}/",
            "PAGE_TEXT": "Release 2.4.1",
        }

    def expect(self, outcome: Outcome, result: str, **stages: str) -> None:
        """The system shows these colours, those that are not named in green, and publishes what it shows."""
        wanted = {stage: stages.get(stage.replace("-", "_"), "green") for stage in STAGES}
        self.test.assertEqual(wanted, outcome.shown, outcome.console)
        self.test.assertEqual(result, outcome.result, outcome.console)

    def expect_reports(self, outcome: Outcome, *stages: str) -> None:
        """Each of these stages shows its own report, and nothing else; every reader agrees on each."""
        self.test.assertEqual(sorted(stages), sorted(stage for stage, ones in outcome.published.items() if ones))
        for stage in stages:
            for report in outcome.published[stage]:
                self.test.assertEqual(f"TEST-{REPORTS[stage]}.xml", report.name)
                seen, is_good = check_reports.check(str(report))
                self.test.assertTrue(is_good, seen)

    def content(self, name: str) -> Any:
        return self.world.application(name).get("content")

    @property
    def broken(self) -> Any:
        return next(one for one in self.world.before["applications"] if one["name"] == "magento-prod")["content"]

    def expect_restored(self) -> None:
        good = next(one for one in self.world.before["backups"] if one["name"] == GOOD)
        self.test.assertEqual(good["content"], self.content("magento-prod"))
        self.test.assertEqual(self.world.address, self.world.application("magento-prod")["address"])
        self.test.assertEqual(1, self.tally("restoresRequested"))

    def expect_clone(self) -> None:
        self.test.assertEqual(self.broken, self.content("magento-debug"))
        self.test.assertEqual(1, self.tally("clonesCreated"))

    def expect_snapshot(self) -> None:
        """What was broken lies in the snapshot that the restore made."""
        ones = [one for one in self.world.look()["snapshots"] if one["name"].startswith("evidence-")]
        self.test.assertEqual([self.broken], [one["content"] for one in ones])

    def expect_untouched(self) -> None:
        self.test.assertEqual(self.world.before["tally"], self.world.look()["tally"])
        self.test.assertEqual(self.broken, self.content("magento-prod"))

    def tally(self, name: str) -> int:
        return int(self.world.look()["tally"][name])

    def expect_no_secret(self) -> None:
        """No token lies in a file that a system keeps or shows."""
        for path in self.system.folder.rglob("*"):
            if path.is_symlink() or not path.is_file() or {"secrets", "credentials"} & set(path.parts):
                continue
            text = path.read_bytes().decode(errors="replace")
            for token in self.world.tokens:
                self.test.assertNotIn(token, text, path)
        for token in self.world.tokens:
            self.test.assertNotIn(token, self.system.console)


def good(play: Play) -> None:
    """Production is restored, the clone shows the fault, and everything is green."""
    outcome = play.system.start(play.parameters)
    play.expect(outcome, "green")
    play.expect_reports(outcome, *STAGES)
    play.expect_restored()
    play.expect_clone()


def good_without_clone(play: Play) -> None:
    """Without a page and a clone: production is restored with a snapshot as the evidence, and nothing else runs."""
    # What a value holds is never run, wherever it is used: here by no step, but in each environment.
    hostile = {"CLONE_URL": "http://a.example.com/$(>pwned)`exit 9`'\";exit 9;${{ github.token }}"}
    outcome = play.system.start({**play.parameters, **hostile, "PROD_URL": "", "SKIP_CLONE": "true"})
    skipped = ("see-the-fault", *OF_THE_CLONE)
    play.expect(outcome, "green", **{stage.replace("-", "_"): "skipped" for stage in skipped})
    play.expect_reports(outcome, *(stage for stage in STAGES if stage not in skipped))
    play.test.assertIn("no clone is named as evidence", outcome.console)
    play.expect_restored()
    play.expect_snapshot()
    play.test.assertEqual(0, play.tally("clonesCreated"))
    play.test.assertEqual([], list(play.system.folder.rglob("pwned")))


def the_clone_fails(play: Play) -> None:
    """That is red, and production is restored all the same; nothing is cloned or restored again afterwards."""
    play.world.control("operationFault", {"kind": "clone", "nth": 1, "effect": "fails"})
    outcome = play.system.start(play.parameters)
    red = "orange" if play.name == "gitlab" else "red"
    # Where a stage cannot be left out because of another's end, it is red too.
    after = {"gitlab": "orange", "tekton": "red"}.get(play.name, "skipped")
    play.expect(outcome, "red", clone=red, check_the_clone=after)
    play.expect_reports(outcome, *(stage for stage in STAGES if stage != "check-the-clone"))
    play.expect_restored()
    play.expect_snapshot()
    again = play.system.again()
    play.test.assertEqual("red", again.result, again.console)
    play.test.assertEqual(red, again.shown["clone"], again.console)
    if play.name != "shell":
        play.test.assertEqual([1, 78], play.system.codes["clone"], again.console)
    play.expect_restored()
    play.expect_snapshot()
    play.test.assertEqual(1, play.tally("clonesCreated"))


def the_namespace_is_taken(play: Play) -> None:
    """No clone is begun, and production is restored. Later there is nothing left to clone, and nothing is."""
    taken = {"cluster": "ocp-debug", "name": "magento-debug"}
    play.world.control("namespace", taken)
    outcome = play.system.start(play.parameters)
    red = "orange" if play.name == "gitlab" else "red"
    after = {"gitlab": "orange", "tekton": "red"}.get(play.name, "skipped")
    play.expect(outcome, "red", check_for_the_clone=red, clone=red, check_the_clone=after)
    play.expect_restored()
    play.expect_snapshot()
    play.world.control("removeNamespace", taken)
    again = play.system.again()
    play.test.assertEqual(red, again.shown["clone"], again.console)
    play.test.assertEqual("red", again.result, again.console)
    play.test.assertIn("production is restored in this run already", again.console)
    play.test.assertEqual(0, play.tally("clonesCreated"))
    play.expect_restored()
    play.expect_snapshot()


def production_is_dark(play: Play) -> None:
    """No answer is no proof of the fault: nothing is changed."""
    # Nobody listens there.
    outcome = play.system.start({**play.parameters, "PROD_URL": f"http://{play.world.next_address()}/"})
    later = {stage.replace("-", "_"): "skipped" for stage in STAGES[2:]}
    play.expect(outcome, "red", see_the_fault="red", **later)
    play.expect_reports(outcome, "check", "see-the-fault")
    play.expect_untouched()


def the_token_is_revoked(play: Play) -> None:
    """The restore is red (77) and goes on with a new token, with the clone as evidence."""
    play.system.before["restore"] = REVOCATION
    outcome = play.system.start(play.parameters)
    play.expect(outcome, "red", restore="red", check_production="skipped")
    play.expect_reports(outcome, *STAGES[:-1])
    play.test.assertEqual(77, play.system.codes.get("restore", play.system.codes.get("all"))[-1], outcome.console)
    play.test.assertEqual(0, play.tally("restoresRequested"))
    play.test.assertEqual(play.broken, play.content("magento-prod"))
    play.world.renew()
    again = play.system.again()
    play.test.assertEqual("green", again.result, again.console)
    play.expect_reports(again, *STAGES)
    play.expect_restored()
    play.expect_clone()
    play.test.assertEqual([], [one for one in play.world.look()["snapshots"] if one["name"].startswith("evidence-")])


def the_time_is_up(play: Play) -> None:
    """The clone takes longer than it may, and the restore waits for it (75): both go on, and nothing is made twice."""
    play.world.control("operationFault", {"kind": "clone", "nth": 1, "effect": "stalls"})
    outcome = play.system.start(play.parameters)
    play.test.assertEqual("red", outcome.shown["restore"], outcome.console)
    for stage in ("clone", "restore"):
        codes = play.system.codes.get(stage, play.system.codes.get("all"))
        # Where the system can do that, it has run them again by itself.
        play.test.assertEqual([75] * (2 if play.name in ("gitlab", "argo") else 1), codes, outcome.console)
    play.test.assertEqual(0, play.tally("restoresRequested"))
    play.world.control("complete", {"subject": "magento-debug"})
    again = play.system.again()
    play.test.assertEqual("green", again.result, again.console)
    play.expect_restored()
    play.expect_clone()
    play.test.assertEqual([], [one for one in play.world.look()["snapshots"] if one["name"].startswith("evidence-")])


def another_run_is_at_work(play: Play) -> None:
    """Tekton keeps no runs apart: the second one ends with 75, and leaves the first alone."""
    (play.system.folder / "volume").mkdir()
    busy = play.system.folder / "volume" / "busy"
    busy.symlink_to("astra-postmortem-0")
    outcome = play.system.start(play.parameters)
    play.expect(outcome, "red", check="red", **{stage.replace("-", "_"): "skipped" for stage in STAGES[1:]})
    play.test.assertEqual([75], play.system.codes["check"])
    play.test.assertEqual("astra-postmortem-0", str(busy.readlink()))
    play.expect_untouched()
    busy.unlink()
    play.test.assertEqual("green", play.system.again().result)
    play.test.assertFalse(busy.is_symlink())


def volumes_may_not_be_replaced(play: Play) -> None:
    """Where a restore takes that, the first stage says so, and nothing is changed."""
    without = {name: value for name, value in play.parameters.items() if name != "ASTRA_REPLACE_VOLUMES"}
    outcome = play.system.start(without)
    play.expect(outcome, "red", check="red", **{stage.replace("-", "_"): "skipped" for stage in STAGES[1:]})
    play.expect_reports(outcome, "check")
    play.test.assertEqual([78], play.system.codes.get("check", play.system.codes.get("all")), outcome.console)
    play.test.assertIn("--replace-volumes", outcome.console)
    play.expect_untouched()


def somebody_aborts_it(play: Play) -> None:
    """A clone that was terminated is no clone that failed: the script stops, and production is left as it is."""
    assert isinstance(play.system, Shell)
    play.system.stand_ins = {"astra-clone": "#!/bin/sh\nkill -TERM $$\n"}
    outcome = play.system.start(play.parameters)
    play.expect(
        outcome, "red", clone="red", check_the_clone="skipped", restore="skipped", check_production="skipped")
    play.test.assertEqual([143], play.system.codes["all"])
    play.expect_untouched()
    play.system.stand_ins = {}
    play.test.assertEqual("green", play.system.again().result, play.system.console)
    play.expect_restored()
    play.expect_clone()


# Each situation, the backends that it is played on, and the times that it needs in the files.
SITUATIONS: list[tuple[Callable[[Play], None], tuple[str, ...], dict[str, str]]] = [
    (the_time_is_up, ("astra-control",), {"ASTRA_TIMEOUT=1h": "ASTRA_TIMEOUT=8s"}),
    (the_namespace_is_taken, ("astra-control",), {}),
    (production_is_dark, ("astra-control",), {}),
    (the_clone_fails, ("astra-control",), {}),
    (the_token_is_revoked, ("astra-control", "trident-protect", "velero"), {}),
    (good, ("astra-control", "trident-protect", "velero"), {}),
    (good_without_clone, ("astra-control",), {}),
    (volumes_may_not_be_replaced, ("velero",), {}),
]


class PipelineTests(unittest.TestCase):
    """All are started at once: they wait most of the time."""

    maxDiff = None
    # The names of those that are to be run.
    chosen: list[str] = []
    plays: dict[str, concurrent.futures.Future[None]] = {}

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp())
        cls.pool = concurrent.futures.ThreadPoolExecutor(max_workers=16)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.pool.shutdown(cancel_futures=True)
        shutil.rmtree(cls.folder)

    def play(self, name: str) -> None:
        if not self.plays:
            for one in self.chosen:
                self.plays[one] = self.pool.submit(carry_out, self, one, self.folder)
        self.plays[name].result()


ALL: dict[str, tuple[Callable[[Play], None], str, str, dict[str, str]]] = {}


def carry_out(test: unittest.TestCase, name: str, folder: Path) -> None:
    situation, system, backend, changes = ALL[name]
    play = Play(test, system, backend, folder / name, changes)
    try:
        situation(play)
        play.expect_no_secret()
    finally:
        play.world.close()


def add(situation: Callable[[Play], None], system: str, backend: str, changes: dict[str, str], number: int) -> None:
    name = f"test_{number:02}_{situation.__name__}_{system}_{backend.replace('-', '_')}"
    ALL[name] = (situation, system, backend, changes)

    def method(self: PipelineTests) -> None:
        self.play(name)

    method.__doc__ = f"{situation.__doc__} ({system}, {backend})"
    setattr(PipelineTests, name, method)


for number, (situation, backends, changes) in enumerate(SITUATIONS):
    for backend in backends:
        for system in SYSTEMS:
            add(situation, system, backend, changes, number)


add(another_run_is_at_work, "tekton", "astra-control", {}, len(SITUATIONS))
add(somebody_aborts_it, "shell", "astra-control", {}, len(SITUATIONS))


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: str | None) -> unittest.TestSuite:
    PipelineTests.chosen = [test.id().rpartition(".")[2] for suite in tests for test in suite]  # type: ignore[union-attr]
    return tests


if __name__ == "__main__":
    unittest.main()
