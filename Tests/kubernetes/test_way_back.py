"""The commands that a restore in place names when it fails, carried out by a shell and kubectl."""

import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import urllib.request

from cluster import SIMULATOR, SimulatorTest
from test_velero import ADMIN, APPLICATION, SETTINGS

PROGRAMS = pathlib.Path(SIMULATOR).parent
MARK = "or go back to what there was with these commands: "
# What a person does before the last commands: the Restore may have brought an older release.
RELEASE = re.compile(r"then, [^;]*roll out the release that ran before[^;]* with these commands: ")
GOOD, BROKEN = ["order-1"], ["order-1", "order-2"]


class WayBackTest(SimulatorTest):
    def setUp(self):
        super().setUp()
        application = {**APPLICATION, "content": {"version": "2.4.1", "rows": GOOD}, "backups": []}
        self.start({"kubernetes": {
            "clusters": [{"name": "prod", "users": ADMIN}],
            "velero": {"settings": SETTINGS, "applications": [application]}}})
        server = json.loads(pathlib.Path(self.kubeconfig).read_text())["clusters"][0]["cluster"]
        self.address = server["server"]
        self.trust = ssl.create_default_context(cafile=server["certificate-authority"])

    def control(self, endpoint, body=None):
        """Asks a control endpoint of the simulator."""
        request = urllib.request.Request(
            f"{self.address}/_simulator/{endpoint}", data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=self.trust, timeout=30) as answer:
            return json.loads(answer.read())

    def run_in_workspace(self, *command):
        """Runs a program where the pipeline would, with kubectl on its path."""
        environment = {
            "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.folder),
            "KUBECONFIG": self.kubeconfig, "ASTRA_BACKEND": "velero", "PROD_APP_NAME": "magento",
            "PROD_KUBERNETES_CLUSTER": "prod", "BACKUP_NAME": "good", "ASTRA_RUN_ID": "run-1",
        }  # fmt: skip
        return subprocess.run(
            command, env=environment, cwd=self.folder, text=True, capture_output=True, timeout=120)

    def step(self, name, *arguments):
        return self.run_in_workspace(str(PROGRAMS / name), *arguments)

    def shown(self, *arguments):
        result = self.run_in_workspace("kubectl", "--context", "prod", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def production(self):
        return self.control("world")["applications"][0]["content"]

    def claims(self):
        """The volume of each claim, and how each stands."""
        items = json.loads(self.shown("-n", "magento", "get", "pvc", "-o", "json"))["items"]
        return {item["metadata"]["name"]: (item["spec"]["volumeName"], item["status"]["phase"]) for item in items}

    def replicas(self):
        items = json.loads(self.shown("-n", "magento", "get", "deployments,statefulsets", "-o", "json"))["items"]
        return {item["metadata"]["name"]: item["spec"]["replicas"] for item in items}

    def check_that_a_refusal_deletes_nothing(self, lines):
        """Carries out what deletes claims with a kubectl that answers neither or cannot patch."""
        self.assertTrue(lines)
        for refused in ("get", "patch"):
            folder = self.folder / f"no-{refused}"
            folder.mkdir()
            kubectl = folder / "kubectl"
            kubectl.write_text(
                f'#!/bin/sh\necho "$*" >>"{folder}/asked"\ncase " $* " in *" {refused} "*) exit 1 ;; esac\necho pv-1\n')
            kubectl.chmod(0o755)
            for line in lines:
                result = subprocess.run(
                    ["sh", "-c", line], env={"PATH": f"{folder}:{os.environ['PATH']}"}, capture_output=True, timeout=30)
                self.assertNotEqual(result.returncode, 0, line)
            self.assertNotIn(" delete ", (folder / "asked").read_text())

    def test_it_leads_back(self):
        backup = self.step("astra-backup")
        self.assertEqual(backup.returncode, 0, backup.stderr)
        self.control("deploy", {"application": "magento", "version": "2.4.2", "broken": True, "rows": BROKEN})
        before, pods = self.claims(), self.replicas()
        self.control("settings", {"failingData": list(before)})
        failed = self.step("astra-restore", "--replace-volumes", "--discard-present-state")
        self.assertEqual(failed.returncode, 1, failed.stderr)
        self.assertNotEqual(self.production().get("rows"), BROKEN)
        following = next(line for line in failed.stderr.splitlines() if MARK in line).split(MARK)[1]
        self.assertRegex(following, RELEASE)
        lines = RELEASE.sub("", following).split("; ")
        self.assertGreater(len(lines), 5, following)
        self.check_that_a_refusal_deletes_nothing([line for line in lines if "delete pvc" in line])
        for line in lines:
            result = self.run_in_workspace("sh", "-ec", line)
            self.assertEqual(result.returncode, 0, f"{line}: {result.stderr}")
        self.shown("-n", "magento", "wait", "pvc", "--all", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s")
        self.assertEqual(self.claims(), before)
        self.assertEqual(self.replicas(), pods)
        self.shown("-n", "magento", "wait", "deployments", "--all", "--for=condition=Available", "--timeout=60s")
        self.assertEqual(self.production()["rows"], BROKEN)
        # Nothing is left of the attempt that would keep another one from being made.
        self.control("settings", {"failingData": []})
        restored = self.step("astra-restore", "--replace-volumes", "--discard-present-state")
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.assertEqual(self.production()["rows"], GOOD)
