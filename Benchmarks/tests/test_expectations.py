"""What is expected is held against the raw data as the page says it is."""

import unittest
from typing import Any

from clients import C, KINDS, KUBECTL, STEPS, TOOLKIT
from expectations import Expectation, expectations
from figures import Figures


def operation(client: str, nominal: float, delay: float, **more: object) -> dict[str, Any]:
    return {
        "client": client,
        "what": "backup",
        "nominal": nominal,
        "server": nominal,
        "delay": delay,
        "connections": 1,
        **more,
    }


def account(client: str, what: str, size: int, **more: object) -> dict[str, Any]:
    return {
        "client": client,
        "what": what,
        "applications": size,
        "wall": 1.0,
        "peakKiB": 10_000,
        "requestsBefore": 2,
        "connections": 1,
        **more,
    }


def waited(step: str, length: float, percent: float, requests: float) -> dict[str, Any]:
    return {
        "client": "astra-steps",
        "step": step,
        "lengthSeconds": length,
        "delay": {"toEnd": {"percentOfLength": {"mean": percent}}},
        "requests": {"all": {"mean": requests}},
    }


def protected(client: str, where: str, nominal: float, **more: Any) -> dict[str, Any]:
    return {"client": client, "where": where, "what": "backup", "nominal": nominal, **more}


def watched(step: str, requests: int, watches: int, service: str = "trident-protect") -> dict[str, Any]:
    return {
        "service": service,
        "step": step,
        "lengthSeconds": 600.0,
        "watch": "served",
        "countedSeconds": 590.0,
        "requests": requests,
        "watches": watches,
    }


def results() -> dict[str, Any]:
    """Raw data by which every expectation is just met."""
    whole = [*KINDS, *(f"dry {kind}" for kind in KINDS)]
    return {
        "parts": {
            "start": {
                "samples": [
                    {"client": STEPS, "what": "help", "wall": 0.010},
                    {"client": TOOLKIT, "what": "help", "wall": 0.5},
                    {"client": C, "what": "start", "wall": 0.0034},
                    {"client": STEPS, "what": "refusal", "wall": 0.010},
                    {"client": TOOLKIT, "what": "refusal", "wall": 0.5},
                ],
                "size": 19_999_999,
            },
            "operations": {
                "samples": [
                    operation(STEPS, 7.0, 0.25),
                    operation(STEPS, 7.0, 0.25),
                    operation(STEPS, 60.0, 1.75),
                    operation(TOOLKIT, 7.0, 3.0, connections=7),
                ]
            },
            "virtual": {
                "samples": [
                    {"client": TOOLKIT, "what": "backup", "nominal": 600, "requests": 100},
                    {"client": TOOLKIT, "what": "clone", "nominal": 600, "requests": 50},
                ]
            },
            "accounts": {
                "sizes": [1, 10_000],
                "samples": [
                    *(
                        account(
                            STEPS,
                            what,
                            size,
                            wall=1.0 if size == 1 else 1.5,
                            peakKiB=10_000 if size == 1 else 11_000,
                        )
                        for what in whole
                        for size in (1, 10_000)
                    ),
                    account(TOOLKIT, "backup", 1, peakKiB=40_000),
                ],
            },
            "protect": {
                "sizes": [1, 10_000],
                "samples": [
                    protected(STEPS, "trident-protect", 7.0, delay=0.05, peakKiB=22_000),
                    protected(STEPS, "trident-protect", 60.0, delay=0.05),
                    protected(KUBECTL, "trident-protect", 7.0, peakKiB=44_000),
                    protected(STEPS, "astra-control", 7.0, peakKiB=20_000),
                    *(
                        account(STEPS, what, size)
                        for what in (*KINDS, "snapshot")
                        for size in (1, 10_000)
                    ),
                ],
            },
        },
        "inProcess": {
            "watching": {
                "results": [
                    watched("backup", 2, 2),
                    watched("restore", 6, 2),
                    watched("restore", 2, 2, "velero"),
                ]
            },
            "waiting": {
                "results": [
                    waited("backup", 7, 90, 10),
                    waited("backup", 600, 3, 100),
                    waited("clone", 600, 2.5, 40),
                ]
            }
        },
    }


def found(text: str, data: dict[str, Any]) -> Expectation:
    """The one expectation whose sentence holds a text."""
    ones = [one for one in expectations(Figures(data)) if text in one.text]
    assert len(ones) == 1, (text, ones)
    return ones[0]


class ExpectationTests(unittest.TestCase):
    def test_all_are_met_at_their_limits(self) -> None:
        for one in expectations(Figures(results())):
            self.assertIs(one.met, True, one)

    def test_none_is_met_or_missed_without_data(self) -> None:
        nothing: list[dict[str, Any]] = [{}, {"parts": {}, "inProcess": {}}]
        for data in nothing:
            for one in expectations(Figures(data)):
                self.assertIsNone(one.met, one)
                self.assertEqual(one.figure, "–")

    def test_each_is_missed_just_beyond_its_limit(self) -> None:
        def part(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
            samples: list[dict[str, Any]] = data["parts"][name]["samples"]
            return samples

        def last(what: str) -> Any:
            return lambda data: next(
                sample
                for sample in part(data, "accounts")
                if (sample["what"], sample["applications"]) == (what, 10_000)
            )

        changes: list[tuple[str, Any]] = [
            ("faster than the toolkit", lambda data: part(data, "start")[0].update(wall=0.0101)),
            ("fails at once", lambda data: part(data, "start")[3].update(wall=0.0101)),
            ("C program", lambda data: part(data, "start")[2].update(wall=0.0033)),
            ("lower than the toolkit", lambda data: part(data, "accounts")[-1].update(peakKiB=39_000)),
            ("grow with the account: clone", lambda data: last("clone")(data).update(peakKiB=11_200)),
            ("an operation of 7 s is noticed", lambda data: part(data, "operations")[1].update(delay=0.36)),
            ("of one of a minute", lambda data: part(data, "operations")[2].update(delay=1.9)),
            (
                "of 10 min in virtual time",
                lambda data: data["inProcess"]["waiting"]["results"].append(waited("restore", 600, 3.1, 10)),
            ),
            (
                "10 min take no more",
                lambda data: part(data, "virtual")[1].update(requests=39),
            ),
            ("restore: requests before the", lambda data: last("restore")(data).update(requestsBefore=3)),
            ("dry run of backup: wall", lambda data: last("dry backup")(data).update(wall=1.6)),
            ("one connection", lambda data: part(data, "operations")[0].update(connections=2)),
            ("of 7 s is noticed by the watch", lambda data: part(data, "protect")[0].update(delay=0.051)),
            ("of 60 s is noticed by the watch", lambda data: part(data, "protect")[1].update(delay=0.051)),
            ("lower than kubectl's", lambda data: part(data, "protect")[2].update(peakKiB=43_000)),
            ("a backup at Astra Control", lambda data: part(data, "protect")[3].update(peakKiB=19_000)),
            ("requests before a snapshot", lambda data: part(data, "protect")[-1].update(requestsBefore=3)),
            (
                "Trident protect: requests in five minutes of waiting",
                lambda data: data["inProcess"]["watching"]["results"].append(watched("clone", 7, 2)),
            ),
            (
                "Velero: requests in five minutes of waiting",
                lambda data: data["inProcess"]["watching"]["results"][-1].update(requests=7),
            ),
            (
                "Trident protect: watches, each of 290 s",
                lambda data: data["inProcess"]["watching"]["results"].append(watched("clone", 6, 4)),
            ),
            (
                "all steps together are smaller",
                lambda data: data["parts"]["start"].update({"size": 20_000_000}),
            ),
        ]
        for text, change in changes:
            with self.subTest(text):
                data = results()
                self.assertIs(found(text, data).met, True)
                change(data)
                self.assertIs(found(text, data).met, False)

    def test_the_worst_operation_counts_and_not_the_mean(self) -> None:
        data = results()
        data["parts"]["virtual"]["samples"][1]["requests"] = 30
        one = found("10 min take no more", data)
        self.assertEqual((one.figure, one.limit, one.met), ("40", "at most 30", False))

    def test_a_number_of_requests_that_varies_is_not_the_same(self) -> None:
        data = results()
        data["parts"]["accounts"]["samples"] += [
            account(STEPS, "backup", size, requestsBefore=5) for size in (1, 10_000)
        ]
        self.assertIs(found("backup: requests before the", data).met, False)


if __name__ == "__main__":
    unittest.main()
