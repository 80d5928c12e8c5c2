"""`./test --cluster`, against simulated clusters: what it finds, and that it leaves nothing behind."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import proxy
from cluster import SimulatorTest

ROOT = pathlib.Path(__file__).parent.parent.parent
PROGRAM = os.environ.get("ASTRA_CONFORMANCE", ".build/debug/cluster-conformance")
KUBECTL = str(pathlib.Path(sys.executable).parent / "kubectl")
NAMESPACE = "astra-steps-conformance"
GROUP = "protect.trident.netapp.io"
RBAC = "rbac.authorization.k8s.io"


def limited(*rules):
    """The objects that give the user `limited` these rights, in every namespace: group, resource and verbs."""
    return [
        {
            "apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "limited"},
            "rules": [
                {"apiGroups": [group], "resources": [resource], "verbs": verbs} for group, resource, verbs in rules
            ],
        },
        {
            "apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "limited"},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "limited"},
            "subjects": [{"kind": "User", "name": "limited"}],
        },
    ]


class ConformanceTest(SimulatorTest):
    def setUp(self):
        super().setUp()
        example = ROOT / "Fixtures" / "scenarios" / "magento-trident-protect.json"
        self.scenario = json.loads(example.read_text())
        self.prod = self.scenario["kubernetes"]["clusters"][0]
        self.prod["namespaceDeletionSeconds"] = 0.5

    def command(self, *arguments, kubeconfig=None):
        environment = {**os.environ, "KUBECONFIG": kubeconfig or self.kubeconfig, "NO_PROXY": "*"}
        return {"args": [PROGRAM, *arguments], "env": environment, "text": True}

    def run_it(self, *arguments, context="ocp-prod", **options):
        return subprocess.run(
            **self.command(context, *arguments, **options), capture_output=True, timeout=120)

    def kubectl(self, *arguments):
        environment = {**os.environ, "KUBECONFIG": self.kubeconfig, "HOME": str(self.folder)}
        return subprocess.run(
            [KUBECTL, "--context", "ocp-prod", *arguments], env=environment, text=True, capture_output=True,
            timeout=60, check=True).stdout

    def everything(self):
        """All objects that the cluster has, each with its version."""
        kinds = self.kubectl("api-resources", "--verbs=list", "-o", "name").split()
        listed = json.loads(self.kubectl("get", ",".join(kinds), "-A", "-o", "json"))
        return {
            (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]):
                (item["metadata"]["uid"], item["metadata"]["resourceVersion"])
            for item in listed["items"]
        }

    def changes(self):
        """How many requests changed something, or tried to, since the server was started."""
        methods = [line.split()[1] for line in self.log.read_text().splitlines()]
        return len(methods) - methods.count("GET")

    def assert_refused(self, done, code, words):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(self.changes(), 0)

    def test_all_holds_and_nothing_is_left(self):
        self.start(self.scenario)
        before = self.everything()
        self.assertGreater(len(before), 20)
        done = self.run_it("--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(\d+) of \1 checks hold\n$")
        self.assertGreater(done.stdout.count("\nok "), 20)
        self.assertLess(done.stdout.index(f"make the namespace {NAMESPACE}"), done.stdout.index("ok "))
        self.assertGreater(self.changes(), 20)
        self.assertEqual(self.everything(), before)

    def test_without_yes_nothing_is_changed(self):
        self.start(self.scenario)
        done = self.run_it()
        self.assertIn(f"make the namespace {NAMESPACE}", done.stdout)
        self.assertIn("remove the namespace", done.stdout)
        self.assert_refused(done, 64, "nothing was changed: give --yes")

    def test_a_context_that_is_not_there(self):
        self.start(self.scenario)
        self.assert_refused(self.run_it("--yes", context="nosuch"), 64, 'no context "nosuch"')
        self.assertEqual(self.log.read_text(), "")

    def test_no_kubeconfig(self):
        self.start(self.scenario)
        done = self.run_it("--yes", kubeconfig=str(self.folder / "nothing"))
        self.assert_refused(done, 64, "which is not there")

    def test_a_cluster_without_the_kinds(self):
        for missing, named in [
            ([GROUP], [f"applications.{GROUP}", f"exechooks.{GROUP}"]),
            ([f"backups.{GROUP}"], [f"of version v1: backups.{GROUP}\n"]),
        ]:
            with self.subTest(missing):
                self.start({"kubernetes": {"clusters": [{"name": "ocp-prod", "missingKinds": missing}]}})
                done = self.run_it("--yes")
                for name in named:
                    self.assert_refused(done, 65, name)
                self.server.terminate()

    def test_a_namespace_that_is_there(self):
        self.start(self.scenario)
        self.kubectl("create", "namespace", NAMESPACE)
        before, changes = self.everything(), self.changes()
        done = self.run_it("--yes")
        self.assertEqual(done.returncode, 78)
        self.assertIn(f'namespace "{NAMESPACE}" is there already', done.stderr)
        self.assertEqual((self.everything(), self.changes()), (before, changes))
        self.assertEqual(self.run_it("--yes", "--namespace", "another").returncode, 0)
        self.assertEqual(self.everything(), before)

    def test_a_signal_in_the_middle(self):
        self.start(self.scenario)
        before = self.everything()
        for number, code in [(signal.SIGTERM, 143), (signal.SIGINT, 130)]:
            with self.subTest(number), subprocess.Popen(
                **self.command("ocp-prod", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
                # The check after this one waits for two seconds.
                for line in run.stdout:
                    if "a watch tells of a change" in line:
                        break
                self.assertIn(NAMESPACE, self.kubectl("get", "namespaces"))
                run.send_signal(number)
                told, error = run.communicate(timeout=60)
                self.assertEqual(run.returncode, code, told + error)
                self.assertIn(f"namespace {NAMESPACE} is gone", told)
                self.assertNotIn("checks hold", told)
                self.assertEqual(self.everything(), before)

    def test_a_check_that_fails(self):
        # Nobody but an administrator may make hooks.
        self.prod["users"].append({"token": "FAKE-limited", "name": "limited"})
        self.prod["objects"] = limited(
            ("", "namespaces", ["*"]), (GROUP, "*", ["get", "list", "watch"]), (GROUP, "applications", ["create"]),
            (GROUP, "backups", ["create"]))
        self.start(self.scenario)
        before = self.everything()
        done = self.run_it("--yes", context="limited@ocp-prod")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"FAILED  three ExecHooks are made: .*create exechooks\.protect")
        self.assertIn("ok      a Backup with a field that does not exist is refused", done.stdout)
        self.assertEqual(self.everything(), before)

    def test_a_namespace_that_does_not_go(self):
        self.prod["stuckNamespaces"] = [NAMESPACE]
        self.start(self.scenario)
        done = self.run_it("--yes", "--timeout", "4")
        self.assertEqual(done.returncode, 75, done.stdout + done.stderr)
        self.assertIn(f"namespace {NAMESPACE} may be there still", done.stderr)

    def test_a_server_that_is_not_what_it_should_be(self):
        def without(words, method="POST"):
            def change(exchange):
                if exchange.method == method:
                    exchange.target = exchange.target.replace(words, "")
            return change

        def without_precondition(exchange):
            if exchange.method == "DELETE" and b"preconditions" in exchange.body:
                exchange.body = json.dumps({**json.loads(exchange.body), "preconditions": None}).encode()

        def without_watch(exchange):
            exchange.is_silent = "exechooks?watch=1" in exchange.target

        def any_version(exchange):
            if exchange.method == "PATCH":
                body = json.loads(exchange.body)
                body["metadata"].pop("resourceVersion", None)
                exchange.body = json.dumps(body).encode()

        for name, change, title in [
            ("stores what is only tried", without("&dryRun=All"), "a trial creation stores nothing"),
            (
                "takes any field", without("&fieldValidation=Strict"),
                "a Snapshot with a field that does not exist is refused",
            ),
            ("knows no pages", without("limit=2", "GET"), "a list comes in pages"),
            (
                "knows no selectors", without("labelSelector=conformance%3D2", "GET"),
                "a label selector and a field selector choose",
            ),
            ("changes any version", any_version, "a change is made of the version that was seen"),
            ("deletes whatever has the name", without_precondition, "a deletion of another object of that name"),
            ("watches and tells nothing", without_watch, "a watch tells of a change"),
        ]:
            with self.subTest(name):
                self.start(self.scenario)
                before = self.everything()
                server = proxy.FaultyServer(self.folder, self.kubeconfig, change)
                self.addCleanup(server.stop)
                done = self.run_it("--yes", kubeconfig=server.kubeconfig)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn(f"FAILED  {title}", done.stdout)
                self.assertEqual(self.everything(), before)
                self.server.terminate()
