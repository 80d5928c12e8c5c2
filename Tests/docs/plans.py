"""What is done with each block of commands on the pages: how it is carried out, or why not and what is checked instead.

A block is known by its page and its first command. Every block has one plan, and every plan a block.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from typing import Callable

from pages import PROJECT, Block
from place import Done, Place

Check = Callable[[Place, Done], None]
VERSION = re.findall(r'current = "([^"]+)"', (PROJECT / "Sources" / "StepCommon" / "Run" / "Step.swift").read_text())[0]


@dataclass(frozen=True)
class Run:
    """Carries the block out."""

    # The service; none where the block starts or needs none.
    service: str | None = "astra-control"
    # What the page leaves to the reader, word by word, and what stands in for it; `{FQDN}` and such are the place's.
    stand_ins: dict[str, str] = field(default_factory=dict)
    # Lines that are left out, each with the reason.
    without: dict[str, str] = field(default_factory=dict)
    # What the text before the block has brought about.
    before: Callable[[Place], None] = lambda place: None
    # What was to come of it, beside the exit code.
    after: Check = lambda place, done: None
    # What ends a command that does not end by itself: a word of its output.
    until: str | None = None
    # Whether the page names the service's application and such in the environment, as its pipeline does.
    with_names: bool = False


@dataclass(frozen=True)
class Sample:
    """Carries out the commands behind `$`, and holds what they print against the page."""

    before: Callable[[Place], None] = lambda place: None
    stand_ins: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotRun:
    """Is not carried out here. Its syntax is checked all the same, and that the scripts that it starts are there."""

    reason: str
    # Flags and words are looked for in what these programs or scripts say of themselves.
    known_by: tuple[str, ...] = ()
    check: Callable[[Block], None] = lambda block: None


def expect(truth: object, what: str) -> None:
    if not truth:
        raise AssertionError(what)


# MARK: Before


def a_clone(place: Place) -> None:
    """A clone that this run has made."""
    done = place.run("astra-clone --source-application magento-prod --clone-name magento-debug")
    expect(done.code == 0, done.told)


def a_finished_run(place: Place) -> None:
    """The folders of reports of two runs: one here, and one that was fetched."""
    done = place.run("astra-backup --application magento-prod --backup-name before-2.4.2")
    expect(done.code == 0, done.told)
    shutil.copytree(place.folder / "reports", place.folder / "artifacts")


def the_checkout(place: Place) -> None:
    """The project, as the page's commands name its files; with what is built where it is built."""
    (place.folder / "Fixtures").symlink_to(PROJECT / "Fixtures")
    (place.folder / "ci").symlink_to(PROJECT / "ci")
    (place.folder / ".build").mkdir()
    (place.folder / ".build" / "debug").symlink_to(place.folder.parent / "bin")
    deploy = PROJECT / "deploy" / ("velero" if place.given.get("ASTRA_BACKEND") == "velero" else "trident-protect")
    for path in deploy.glob("*.yaml"):
        (place.folder / path.name).symlink_to(path)


def a_token_file(place: Place) -> None:
    the_checkout(place)
    (place.home / ".astra-token").write_text(place.given["ASTRA_API_TOKEN"] + "\n")
    (place.home / ".astra-token").chmod(0o600)


def a_namespace_for_the_clone(place: Place) -> None:
    """What the page has its reader do before; and what it says of a namespace that the steps are to make."""
    the_checkout(place)
    apply = "kubectl --context ocp-debug apply --dry-run=server -l 'astra-steps/cluster in (destination, both)' -f clone.yaml"
    refused = place.run(apply)
    expect(refused.code == 1 and 'namespaces "magento-debug" not found' in refused.err, refused.told)
    expect(refused.err.count("Error") == 1 and refused.out.count(" created (server dry run)") > 2, refused.told)
    made = place.run("kubectl --context ocp-debug create namespace magento-debug")
    expect(made.code == 0, made.told)


def the_backup_of_before(place: Place) -> None:
    """The story begins with a release that is good, its backup, and then one that is not."""
    a_token_file(place)
    assert place.site is not None
    place.site.ask("deploy", {"application": "magento-prod", "version": "2.4.1", "broken": False})
    backup = "astra-backup --application magento-prod --backup-name before-2.4.2"
    done = place.run(f"{backup} --run-id release-17 --report-dir earlier")
    expect(done.code == 0, done.told)
    place.site.ask("deploy", {"application": "magento-prod", "version": "2.4.2", "broken": True})


# MARK: After


def application(place: Place, name: str) -> dict[str, object]:
    assert place.site is not None
    return next(one for one in place.site.ask("world")["applications"] if one["name"] == name)


def the_story(place: Place, done: Done) -> None:
    """The clone is there, and production was restored from the backup."""
    assert place.site is not None
    expect(application(place, "magento-debug")["state"] == "ready", done.told)
    tally = place.site.ask("world")["tally"]
    expect(tally["restoresFinished"] == 1 and tally["clonesCreated"] == 1, json.dumps(tally))


def the_pipeline(place: Place, done: Done) -> None:
    the_story(place, done)
    expect(application(place, "magento-prod")["content"]["version"] == "2.4.1", done.told)  # type: ignore[index]
    expect(list((place.folder / "astra-runs" / "incident-4711" / "reports").glob("TEST-*.xml")), "no reports")


def two_pages(place: Place, done: Done) -> None:
    for path in ("reports/post-mortem.html", "reports/post-mortem.md", "incident-42.html", "incident-42.md"):
        expect("magento-prod" in (place.folder / path).read_text(), path)
    expect("The shop on Monday night" in (place.folder / "incident-42.html").read_text(), "title")


def a_world(place: Place, done: Done) -> None:
    world = json.loads(done.out)
    expect("magento-prod" in [one["name"] for one in world["applications"]], done.out)


def the_latest(place: Place, done: Done) -> None:
    expect(done.out.split() == ["before-2-4-2-debian-10-r14", "nightly-0213"], done.told)


def a_version(place: Place, done: Done) -> None:
    expect(re.fullmatch(r"(astra-backup )?\d+\.\d+\.\d+\S*", done.out.strip()), done.told)


def what_was_applied(place: Place, done: Done) -> None:
    # What both clusters get, and what only one.
    expect(done.out.count(" created") > 4 and done.out.count("unchanged") == 0, done.told)


# MARK: What is checked of the rest


def of_this_version(block: Block) -> None:
    """That release files are named after this version."""
    for name, version in re.findall(r"(astra-steps)[-_:](\d+\.\d+\.\d+)", block.text):
        expect(version == VERSION, f"{name} {version} is not the version of now, {VERSION}")


def files_of_tekton(block: Block) -> None:
    for name in re.findall(r"--filename (\S+\.yaml)", block.text):
        expect((PROJECT / "ci" / "tekton" / name).is_file(), name)


# MARK: The plans

SERVICE = {"astra.example.com": "{ASTRA_FQDN}", "5b1f2c3d-…": "{ASTRA_INSTANCE_ID}"}

PLANS: dict[tuple[str, str], Run | Sample | NotRun] = {
    ("README.md", "tar -xzf astra-steps-0.1.0-linux-x86_64.tar.gz --strip-components=1 -C /usr/local"): NotRun(
        "the file of a release is made later; Tests/release unpacks it so and runs what is in it", check=of_this_version
    ),
    ("README.md", "./demo"): NotRun(
        "each builds everything; ./test is what runs this"
    ),
    ("README.md", "export ASTRA_FQDN=astra.example.com ASTRA_INSTANCE_ID=5b1f2c3d-… ASTRA_API_TOKEN=…"): Run(
        stand_ins={**SERVICE, "ASTRA_API_TOKEN=…": "ASTRA_API_TOKEN={ASTRA_API_TOKEN}"}, after=the_story
    ),
    ("docs/benchmark.md", "./benchmark"): NotRun(
        "takes minutes to an hour, and measures", known_by=("benchmark", "Benchmarks")
    ),
    ("docs/ci.md", "kubectl create secret generic astra-steps --from-file=token"): NotRun(
        "needs a cluster with Tekton; Tests/ci carries out the tasks", check=files_of_tekton
    ),
    ("docs/ci.md", "export ASTRA_FQDN=astra.example.com ASTRA_INSTANCE_ID=5b1f2c3d-… ASTRA_API_TOKEN_FILE=$HOME/.astra-token"): Run(
        stand_ins=SERVICE, before=the_backup_of_before, after=the_pipeline
    ),
    ("docs/fuzzing.md", "./fuzz"): NotRun(
        "builds everything for the fuzzer; ./test runs the short one", known_by=("fuzz", "test")
    ),
    ("docs/installing.md", "tar -xzf astra-steps-0.1.0-linux-x86_64.tar.gz --strip-components=1 -C /usr/local"): Run(
        service=None, after=a_version,
        without={"tar -xzf": "the file of a release is made later; Tests/release unpacks it so"},
    ),
    ("docs/installing.md", "apt install ./astra-steps_0.1.0_amd64.deb"): NotRun(
        "changes the system; Tests/release installs the package with dpkg in a root of its own, and reads the man pages",
        check=of_this_version,
    ),
    ("docs/installing.md", "skopeo copy oci-archive:astra-steps-0.1.0-x86_64.oci.tar docker://registry.example.com/astra-steps:0.1.0"): NotRun(
        "needs a registry and Docker; Tests/release runs the image's commands in its root", check=of_this_version
    ),
    ("docs/post-mortem.md", "astra-report"): Run(
        before=a_finished_run, after=two_pages
    ),
    ("docs/promises.md", "./explore"): NotRun(
        "takes hours; ./test plays a part", known_by=("explore", "Tests/Exploration")
    ),
    ("docs/promises.md", "./test --cluster my-context"): NotRun(
        "asks a real cluster; Tests/kubernetes runs it against the simulated ones", known_by=("test", "Tests/ClusterConformance")
    ),
    ("docs/simulator.md", "swift build --product astra-simulator"): Run(
        service=None, before=the_checkout, after=a_world, stand_ins={"/tmp/astra": "{HOME}/astra"},
        without={"swift build": "it is built already"},
    ),
    ("docs/simulator.md", 'curl --no-buffer --cacert "$ASTRA_CA_FILE" "https://$ASTRA_FQDN/_simulator/events"'): Run(
        before=a_clone, until="\n"
    ),
    ("docs/simulator.md", 'curl --cacert /tmp/astra/ca.pem "https://127.0.0.1:$(head -n 1 /tmp/astra/port)/_simulator/world"'): Run(
        service="trident-protect", stand_ins={"/tmp/astra": "{HOME}/../service/site/run"}, after=a_world
    ),
    ("docs/steps/astra-backup.md", "$ astra-backup --application magento-prod --backup-name before-2.4.3 --output-file backup.env"): Sample(),
    ("docs/steps/astra-cleanup.md", "$ astra-cleanup --source-application magento-prod --remove-clone --clone-name magento-debug --output-file cleanup.env"): Sample(a_clone),
    ("docs/steps/astra-clone.md", "$ astra-clone --source-application magento-prod --clone-name magento-debug --destination-cluster ocp-debug --output-file clone.env"): Sample(),
    ("docs/steps/astra-preflight.md", "$ astra-preflight --steps restore --application magento-prod --use-backup latest"): Sample(),
    ("docs/steps/astra-restore.md", "$ astra-restore --application-name magento-prod --use-backup latest --output-file restore.env"): Sample(),
    ("docs/steps/astra-snapshot.md", "$ astra-snapshot --application magento-prod --snapshot-name before-2.4.2 --output-file snapshot.env"): Sample(),
    ("docs/steps/astra-status.md", "$ astra-status --application magento-prod"): Sample(a_clone),
    ("docs/steps/astra-status.md", "astra-status --json | jq -r '.status.applications[0].recoveryPoints[] | select(.isLatest) | .name'"): Run(
        with_names=True, after=the_latest
    ),
    # Only in the sample does a name lead to the page.
    ("docs/steps/astra-verify.md", "$ astra-verify --application magento-prod --url http://shop.example.com/ --expect-broken --output-file verify.env"): Sample(
        stand_ins={"http://shop.example.com/": "{PAGE}"}
    ),
    ("deploy/trident-protect/README.md", "kubectl --context ocp-prod apply -l 'astra-steps/cluster in (source, both)' -f clone.yaml"): Run(
        service="trident-protect", before=a_namespace_for_the_clone, after=what_was_applied
    ),
    ("deploy/velero/README.md", "kubectl --context ocp-prod apply -l 'astra-steps/cluster in (source, both)' -f clone.yaml"): Run(
        service="velero", before=a_namespace_for_the_clone, after=what_was_applied
    ),
}  # fmt: skip
