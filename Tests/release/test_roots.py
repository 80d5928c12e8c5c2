"""The release's programs where nothing of what they were built with is: an older system, and a newer one."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Callable

from roots import SUITES, Root
from story import Proxy, Resolver, Simulator

Files = dict[str, bytes]
# Where distributions keep the certificates of authorities: Debian, Red Hat, SUSE, Alpine.
AUTHORITY_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
STEPS = ("backup", "cleanup", "clone", "preflight", "restore", "snapshot", "status", "verify")


def release_tree() -> Path:
    """The folder that the release files are made of."""
    return Path(os.environ["ASTRA_RELEASE_TREE"]).absolute()


class RootTests(unittest.TestCase):
    suite = SUITES[0]

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def root(self, files: Files = {}, spoil: Callable[[Path], None] = lambda libraries: None) -> Root:
        """A root with the release at /opt/astra-steps; `spoil` may take something away from its libraries."""
        root = Root(self.suite, self.scratch / "root", files=dict(files))
        (root.folder / "upper" / "opt").mkdir()
        root.put(release_tree(), "/opt/astra-steps")
        spoil(root.folder / "upper" / "opt" / "astra-steps" / "lib" / "astra-steps")
        return root

    def step(self, word: str) -> str:
        return f"/opt/astra-steps/bin/astra-{word}"

    def expect(
        self, root: Root, word: str, code: int, *arguments: str, saying: str = "", env: dict[str, str] = {}
    ) -> None:
        """Runs a step and looks at its exit code, at a sentence of its log, and at its report's verdict."""
        done = root.run(self.step(word), *arguments, environment=env)
        self.assertEqual(done.returncode, code, f"{word}: {done.stderr}{done.stdout}")
        self.assertIn(saying, done.stderr)

    def report(self, root: Root, step: str) -> ElementTree.Element:
        return ElementTree.parse(root.workspace / "reports" / f"TEST-astra-{step}.xml").getroot()

    # MARK: The story

    def test_the_whole_story(self) -> None:
        with Simulator() as simulator:
            root = self.root({"/ca.pem": simulator.authority})
            env = {**simulator.environment, "ASTRA_CA_FILE": "/ca.pem", "BUILD_TAG": "story-1"}
            env["BACKUP_NAME"] = "before-2.4.3"
            page = f"http://{simulator.application('magento-prod')['address']}/"
            good = {"application": "magento-prod", "version": "2.4.2", "broken": False, "rows": ["one", "two"]}
            simulator.control("deploy", good)
            self.expect(root, "preflight", 0, env={**env, "ASTRA_STEPS": "backup"})
            self.expect(root, "backup", 0, env=env)
            simulator.control("deploy", {**good, "version": "2.4.3", "broken": True, "rows": ["one", "two", "three"]})
            self.expect(root, "verify", 1, "--url", page, env={**env, "ASTRA_TIMEOUT": "2s"})
            self.expect(root, "preflight", 0, env={**env, "ASTRA_STEPS": "clone restore"})
            self.expect(
                root, "verify", 0, "--url", page, "--expect-broken", "--report-suffix", "fault", env=env
            )
            self.expect(root, "clone", 0, env=env)
            clone = simulator.application(env["DEBUG_APP_NAME"])
            self.assertEqual(clone["content"]["rows"], ["one", "two", "three"])
            self.expect(root, "restore", 0, env=env)
            restored = simulator.application("magento-prod")
            self.assertEqual(restored["content"], {"version": "2.4.2", "broken": False, "rows": ["one", "two"]})
            self.expect(root, "verify", 0, "--url", page, "--report-suffix", "after", env=env)
            self.expect(root, "cleanup", 0, "--remove-clone", "--dry-run", env=env)
            self.expect(root, "status", 0, env=env)
            done = root.run(self.step("report"))
            self.assertEqual(done.returncode, 0, done.stderr)
            page = (root.workspace / "reports" / "post-mortem.md").read_text()
            self.assertIn("production was restored from backup", page)
            for step in STEPS:
                if step == "snapshot":
                    continue
                name = "cleanup-dry-run" if step == "cleanup" else step
                suite = next(self.report(root, name).iter("testsuite"))
                self.assertEqual(suite.get("errors"), "0", step)

    # MARK: The package

    def test_the_package_installs_and_goes_again(self) -> None:
        packages = list(Path(os.environ["ASTRA_RELEASE_FILES"]).glob("*.deb"))
        self.assertEqual(len(packages), 1)
        root = Root(self.suite, self.scratch / "root", user="0:0", is_writable=True, memory=4 << 30)
        root.files["/package.deb"] = packages[0].read_bytes()
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH"
        script = f"""
            {path}; set -e
            dpkg -i /package.deb >&2; dpkg -V astra-steps
            for step in {" ".join(STEPS)}; do
              setpriv --reuid 54321 --regid 54321 --clear-groups astra-$step --version
            done
            zcat /usr/share/man/man1/astra-clone.1.gz | grep -c SYNOPSIS
            dpkg -r astra-steps >&2; ls -d /usr/lib/astra-steps /usr/bin/astra-* /usr/share/doc/astra-steps || true
        """
        done = root.run("sh", "-c", script)
        # Slim systems are told to leave man pages and documents out; this base is none.
        expected = [*(f"astra-{step} {self.version()}" for step in STEPS), "1"]
        self.assertEqual((done.returncode, done.stdout.split("\n")), (0, [*expected, ""]), done.stderr)

    def version(self) -> str:
        program = release_tree() / "bin" / "astra-steps"
        return subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[1]

    # MARK: What surrounds a step

    def test_every_name_is_a_step_with_and_without_proc(self) -> None:
        root = self.root()
        for has_proc in (True, False):
            root.has_proc = has_proc
            for step in STEPS:
                done = root.run(self.step(step), "--version")
                self.assertRegex(done.stdout, rf"\Aastra-{step} \d", f"{has_proc}: {done.stderr}")
            done = root.run("/opt/astra-steps/bin/astra-steps", "backup", "--version")
            self.assertRegex(done.stdout, r"\Aastra-backup \d")
            # A flag that is lost would turn a dry run into a real one.
            done = root.run(self.step("backup"), "--no-such-flag")
            self.assertEqual(done.returncode, 64, done.stderr)
            self.assertIn("--no-such-flag", done.stderr)

    def test_through_a_link_it_finds_its_libraries(self) -> None:
        root = self.root()
        (root.folder / "upper" / "usr" / "local" / "bin").mkdir(parents=True)
        (root.folder / "upper" / "usr" / "local" / "bin" / "astra-clone").symlink_to(self.step("clone"))
        done = root.run("sh", "-c", "PATH=/usr/local/bin:/usr/bin:/bin; exec astra-clone --version")
        self.assertRegex(done.stdout, r"\Aastra-clone \d", done.stderr)

    def test_a_signal_reaches_the_step(self) -> None:
        with Simulator(speed=0) as simulator:
            root = self.root({"/ca.pem": simulator.authority})
            env = {**simulator.environment, "ASTRA_CA_FILE": "/ca.pem", "BACKUP_NAME": "one"}
            process = root.start(self.step("backup"), environment=env)
            while not simulator.control("activity")["tally"].get("backupsCreated"):
                self.assertIsNone(process.poll())
                time.sleep(0.02)
            self.assertEqual(Path(f"/proc/{process.pid}/comm").read_text().strip(), "astra-backup")
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate()
            self.assertEqual(process.returncode, 143, errors)
            self.assertIn("(SIGTERM)", errors)
            self.assertGreater(int(next(self.report(root, "backup").iter("testsuite")).get("errors", "0")), 0)

    def test_certificates_are_found_where_each_distribution_keeps_them(self) -> None:
        with Simulator() as simulator:
            env = {**simulator.environment}
            del env["ASTRA_CA_FILE"]
            for number, place in enumerate(AUTHORITY_FILES):
                with self.subTest(place):
                    self.scratch = self.scratch / str(number)
                    root = self.root({place: simulator.authority})
                    self.expect(root, "backup", 0, env={**env, "BACKUP_NAME": f"number-{number}"})

    def test_a_proxy_whose_name_is_in_the_hosts_file(self) -> None:
        with Simulator() as simulator:
            proxy = Proxy(simulator.port)
            root = self.root({"/ca.pem": simulator.authority, "/etc/hosts": b"127.0.0.1 proxy.test\n"})
            self.through(proxy, root, simulator)

    def test_a_proxy_whose_name_a_resolver_knows(self) -> None:
        with Simulator() as simulator:
            proxy, resolver = Proxy(simulator.port), Resolver("proxy.test", "127.0.0.1")
            names = {"/etc/hosts": b"", "/etc/resolv.conf": f"nameserver {resolver.address}\n".encode()}
            root = self.root({"/ca.pem": simulator.authority, **names})
            self.through(proxy, root, simulator)
            self.assertGreater(resolver.asked, 0)

    def through(self, proxy: Proxy, root: Root, simulator: Simulator) -> None:
        env = {**simulator.environment, "ASTRA_CA_FILE": "/ca.pem", "BACKUP_NAME": "one"}
        env["https_proxy"] = f"http://proxy.test:{proxy.port}"
        self.expect(root, "backup", 0, env=env)
        self.assertEqual(proxy.asked, [f"CONNECT 127.0.0.1:{simulator.port} HTTP/1.1"])

    # MARK: What is missing

    def test_a_name_that_nobody_knows(self) -> None:
        resolver = Resolver("proxy.test", "127.0.0.1")
        root = self.root({"/etc/hosts": b"", "/etc/resolv.conf": f"nameserver {resolver.address}\n".encode()})
        env = {**connection("astra.test"), "ASTRA_CA_FILE": "", "ASTRA_TIMEOUT": "2s", "ASTRA_TLS_VERIFY": "false"}
        self.expect(root, "backup", 69, saying="the name astra.test cannot be resolved", env=env)

    def test_no_certificates(self) -> None:
        with Simulator() as simulator:
            root = self.root()
            env = {**simulator.environment, "BACKUP_NAME": "one"}
            del env["ASTRA_CA_FILE"]
            self.expect(root, "backup", 69, saying="there are no certificates of authorities", env=env)
            # Of another authority.
            root = Root(self.suite, self.scratch / "other", files={"/ca.pem": other_authority()})
            root.put(release_tree(), "/release")
            done = root.run("/release/bin/astra-backup", environment={**env, "ASTRA_CA_FILE": "/ca.pem"})
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertEqual(simulator.control("activity")["tally"].get("backupsCreated", 0), 0)

    def test_no_libcurl(self) -> None:
        root = self.root(spoil=lambda libraries: (libraries / "libcurl.so.4").unlink())
        self.expect(root, "backup", 69, saying="libcurl cannot be loaded", env=connection("127.0.0.1:1"))
        suite = next(self.report(root, "backup").iter("testsuite"))
        self.assertEqual(suite.get("errors"), "1")
        self.expect(root, "backup", 0, "--help")

    def test_no_libxml2(self) -> None:
        root = self.root(spoil=lambda libraries: (libraries / "libxml2.so.2").unlink())
        self.expect(root, "backup", 64, saying="libxml2 cannot be loaded")
        self.expect(root, "backup", 0, "--help")
        with Simulator() as simulator:
            root.folder = self.scratch / "again"
            root.__post_init__()
            root.files = {"/ca.pem": simulator.authority}
            (root.folder / "upper" / "opt").mkdir()
            root.put(release_tree(), "/opt/astra-steps")
            (root.folder / "upper/opt/astra-steps/lib/astra-steps/libxml2.so.2").unlink()
            env = {**simulator.environment, "ASTRA_CA_FILE": "/ca.pem", "BACKUP_NAME": "one"}
            self.expect(root, "backup", 73, saying="libxml2 cannot be loaded", env=env)
            self.assertEqual(simulator.control("activity")["tally"]["backupsCreated"], 1)

    def test_an_installation_that_is_not_whole(self) -> None:
        for number, name in enumerate(("loader", "astra-steps")):
            self.scratch = self.scratch / str(number)
            root = self.root(spoil=lambda libraries: (libraries / name).unlink())
            for has_proc in (True, False):
                root.has_proc = has_proc
                self.expect(root, "backup", 70, "--help", saying="install astra-steps again")


class NewerRootTests(RootTests):
    suite = SUITES[1]


def connection(host: str) -> dict[str, str]:
    """The environment of a backup at a host that is not there."""
    return {
        "ASTRA_FQDN": host,
        "ASTRA_INSTANCE_ID": "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
        "ASTRA_API_TOKEN": "not-a-real-token",
        "PROD_APP_NAME": "magento-prod",
        "BACKUP_NAME": "one",
    }


def other_authority() -> bytes:
    """The certificate of an authority that signed nothing here."""
    with Simulator() as other:
        return other.authority


if __name__ == "__main__":
    unittest.main()
