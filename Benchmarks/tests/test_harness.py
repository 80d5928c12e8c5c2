"""What the harness believes of a client's work, and how it reads what others print."""

import importlib.util
import unittest
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import page
import tables
import words
from arithmetic import Spread
from bench import target
from binaries import read_callgrind
from clients import Done, Work, before_asking, evidence
from figures import Figures, rounded, text_of
from measure import Invalid, Run
from parts import protect
from simulator import ClusterRequest, Request, Seen, Traffic

GUARD = Path(__file__).parent.parent / "guard"


def guard() -> Any:
    spec = importlib.util.spec_from_loader("guard", SourceFileLoader("guard", str(GUARD)))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Entry = tuple[float, str, str, str, str | None]


def seen(*journal: Entry) -> Seen:
    names = ("at", "event", "kind", "name", "related")
    return Seen([], [dict(zip(names, entry)) for entry in journal], 9.0, Traffic(), 0.0)


class EvidenceTests(unittest.TestCase):
    backup = Work("backup", target(1), "made")
    restore = Work("restore", target(1), "")

    def test_tells_when_the_work_was_asked_for_and_done(self) -> None:
        self.assertEqual(
            evidence(
                self.backup,
                seen(
                    (1.0, "created", "backup", "made", None),
                    (1.5, "created", "backup", "another", None),
                    (3.0, "completed", "backup", "made", None),
                ),
            ),
            Done(1.0, 3.0),
        )
        self.assertEqual(
            evidence(
                self.restore,
                seen(
                    (2.0, "restoreRequested", "application", target(1).name, target(1).backup_id),
                    (2.0, "restoreBegan", "application", target(1).name, target(1).backup_id),
                    (8.0, "restoreFinished", "application", target(1).name, target(1).backup_id),
                ),
            ),
            Done(2.0, 8.0),
        )

    def test_believes_no_work_that_was_not_done_once_and_well(self) -> None:
        begun = (1.0, "created", "backup", "made", None)
        done = (3.0, "completed", "backup", "made", None)
        requested = (2.0, "restoreRequested", "application", target(1).name, target(2).backup_id)
        cases: list[tuple[Work, list[Entry]]] = [
            (self.backup, []),
            (self.backup, [begun]),
            (self.backup, [begun, done, begun, done]),
            (self.backup, [begun, (2.0, "failed", "backup", "made", None), done]),
            (
                self.restore,
                [requested, (8.0, "restoreFinished", "application", target(1).name, target(2).backup_id)],
            ),
        ]
        for work, journal in cases:
            with self.subTest(journal), self.assertRaises(Invalid):
                evidence(work, seen(*journal))

    def test_counts_requests_up_to_the_one_that_was_granted(self) -> None:
        requests = [
            Request("GET", "a", 200),
            Request("POST", "b", 409),
            Request("GET", "a", 200),
            Request("POST", "b", 201),
            Request("GET", "c", 200),
        ]
        self.assertEqual(before_asking(requests), 3)
        self.assertEqual(before_asking(requests[:3]), 3)

    def test_a_trial_and_a_question_make_nothing_in_a_cluster(self) -> None:
        namespace = "/apis/protect.trident.netapp.io/v1/namespaces/shop"
        reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        requests = [
            ClusterRequest("POST", f"{namespace}/backups?dryRun=All", 201),
            ClusterRequest("POST", reviews, 201),
            ClusterRequest("GET", f"{namespace}/backups?watch=1", 200),
            ClusterRequest("POST", f"{namespace}/backups?fieldValidation=Strict", 201),
        ]
        self.assertEqual(before_asking(requests), 3)
        self.assertEqual([request.is_watch for request in requests], [False, False, True, False])
        self.assertTrue(ClusterRequest("GET", f"{namespace}/backups?watch=true", 200).is_watch)

    def test_requests_that_grow_with_the_cluster_end_the_benchmark(self) -> None:
        samples: list[dict[str, Any]] = [
            {"what": kind, "applications": size, "requestsBefore": 5}
            for kind in protect.KINDS
            for size in (1, 10_000)
        ]
        protect.check_constant(samples)
        samples[-1]["requestsBefore"] = 25
        with self.assertRaises(Invalid):
            protect.check_constant(samples)

    def test_two_processes_count_as_one(self) -> None:
        def run(began: float, peak: int) -> Run:
            return Run(0, 0, began, began + 1, 1.0, 0.1, 0.2, peak, 1, 0, "")

        whole = protect.together([run(10.0, 300), run(15.0, 200)])
        self.assertEqual((whole.wall, whole.peakKiB, whole.minorFaults), (6.0, 300, 2))
        self.assertAlmostEqual(whole.user, 0.2)

    def test_what_the_server_does_not_tell_stays_unknown(self) -> None:
        self.assertEqual(Traffic(5, None, 2).minus(Traffic(3, 1, 1)), Traffic(2, None, 1))


class CallgrindTests(unittest.TestCase):
    text = "\n".join(
        [
            "events: Ir",
            "summary: 175",
            "",
            "ob=(1) /usr/bin/step",
            "fl=(1) ???",
            "fn=(1) main",
            "0 100",
            "+3 5",
            "cob=(2) /lib/libc.so.6",
            "cfn=(2) malloc",
            "calls=3 0",
            "* 60",
            "- 10",
            "",
            "ob=(2)",
            "fn=(2)",
            "0 40",
            "",
            "ob=(1)",
            "fn=(3) other",
            "0 20",
            "",
        ]
    )

    def test_adds_up_each_file_without_what_it_calls(self) -> None:
        counted = read_callgrind(self.text, "/usr/bin/step")
        self.assertEqual((counted.total, counted.own), (175, 135))

    def test_believes_no_sum_that_is_not_the_summary(self) -> None:
        with self.assertRaises(ValueError):
            read_callgrind(self.text.replace("summary: 175", "summary: 176"), "/usr/bin/step")
        with self.assertRaises(ValueError):
            read_callgrind(self.text, "/usr/bin/another")


class GuardTests(unittest.TestCase):
    def test_names_what_has_grown(self) -> None:
        module = guard()
        figures = {
            "instructions": {"a": 115, "b": 116},
            "bytes": {"all steps": 20_000_000, "f": 1},
            "shared libraries": {"e": 40},
            "KiB of memory": {"a backup": 24 * 1024, "astra-backup --help": 12 * 1024 + 1},
        }
        limits = {
            "instructions": {"a": 115, "b": 115},
            "bytes": {"all steps": 20_500_000},
            "shared libraries": {"e": 39},
            "KiB of memory": {"a backup": 99_999, "astra-backup --help": 99_999},
        }
        self.assertEqual(
            module.grown(figures, limits),
            [
                "b has grown: 116 instructions, and the limit is 115",
                "all steps: 20,000,000 bytes are not below 20,000,000, as was promised",
                "f: there is no limit for its bytes",
                "e has grown: 40 shared libraries, and the limit is 39",
                "astra-backup --help: 12,289 KiB of memory are not below 12,289, as was promised",
            ],
        )

    def test_what_it_writes_is_above_what_was_measured(self) -> None:
        module = guard()
        figures = {
            "instructions": {"a": 1000},
            "bytes": {"b": 1000, "all steps": 19_999_998},
            "shared libraries": {"c": 39},
        }
        self.assertEqual(
            module.limits_of(figures),
            {
                "instructions": {"a": 1150},
                "bytes": {"b": 1050, "all steps": 19_999_999},
                "shared libraries": {"c": 39},
            },
        )
        self.assertEqual(module.grown(figures, module.limits_of(figures)), [])


class PageTests(unittest.TestCase):
    text = "words\n<!-- figures: one -->\nold | table\n<!-- end of figures -->\nmore words\n"

    def test_replaces_what_stands_between_the_markers_only(self) -> None:
        once = page.filled(self.text, {"one": "new"})
        self.assertEqual(once, "words\n<!-- figures: one -->\n\nnew\n\n<!-- end of figures -->\nmore words\n")
        self.assertEqual(page.filled(once, {"one": "new"}), once)

    def test_a_table_without_a_place_and_a_place_without_a_table_are_errors(self) -> None:
        for ones in ({}, {"one": "new", "two": "new"}):
            with self.assertRaises(Invalid):
                page.filled(self.text, ones)

    def test_the_page_has_a_place_for_every_table_even_without_figures(self) -> None:
        text = (Path(__file__).parent.parent.parent / "docs" / "benchmark.md").read_text()
        filled = page.filled(text, {name: table(Figures({})) for name, table in tables.TABLES.items()})
        self.assertEqual(
            page.filled(filled, {name: "" for name in tables.TABLES}).count("end of figures"), 13
        )


class WordTests(unittest.TestCase):
    def test_figures_are_as_exact_as_they_mean_something(self) -> None:
        self.assertEqual(
            [words.seconds(value) for value in (0.0000123, 0.01234, 0.1234, 1.234, 123.4, None)],
            ["12 µs", "12.3 ms", "123 ms", "1.23 s", "123 s", "–"],
        )
        self.assertEqual(
            [words.data(value) for value in (9_999, 12_345, 12_345_678, 24_655_000_000)],
            ["9999 B", "12 kB", "12 MB", "24.7 GB"],
        )
        self.assertEqual(words.length(7), "7 s")
        self.assertEqual(words.length(600), "10 min")

    def test_one_measurement_has_no_quartiles(self) -> None:
        self.assertEqual(words.spread(Spread.of([2.0])), "2.00 s")
        self.assertEqual(words.spread(Spread.of([1.0, 2.0, 3.0])), "2.00 s (1.50 s to 2.50 s)")


class RawDataTests(unittest.TestCase):
    def test_one_sample_is_one_line(self) -> None:
        self.assertEqual(
            text_of(
                rounded({"samples": [{"wall": 0.12345678, "what": "help"}, {"wall": 2.0}], "empty": []}), 0
            ),
            '{\n  "samples": [\n    {"wall": 0.123457, "what": "help"},\n    {"wall": 2.0}\n  ],\n'
            '  "empty": []\n}',
        )

    def test_selects_by_every_word_and_leaves_out_what_is_unknown(self) -> None:
        figures = Figures(
            {
                "parts": {
                    "start": {
                        "samples": [
                            {"what": "help", "client": "c", "bytes": 1},
                            {"what": "help", "client": "d", "bytes": 2},
                            {"what": "help", "client": "c", "bytes": None},
                            {"what": "version", "client": "c", "bytes": 4},
                        ]
                    }
                }
            }
        )
        self.assertEqual(figures.values("start", "bytes", what="help", client="c"), [1.0])
        self.assertIsNone(figures.median("start", "bytes", what="help", client="e"))


if __name__ == "__main__":
    unittest.main()
