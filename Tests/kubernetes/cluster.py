"""A simulated cluster to try clients against, as a process of its own."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

SIMULATOR = os.environ.get("ASTRA_SIMULATOR", ".build/debug/astra-simulator")

READER = {"apiGroups": ["velero.io"], "resources": ["backups"], "verbs": ["get", "list", "watch"]}
ROLE = "rbac.authorization.k8s.io"


def backup(name, **spec):
    return {
        "apiVersion": "velero.io/v1", "kind": "Backup", "metadata": {"name": name, "namespace": "velero"},
        "spec": {"includedNamespaces": ["shop"], **spec},
    }


OBJECTS = [
    backup("nightly"),
    {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "mysql-0", "namespace": "shop", "labels": {"app": "mysql"}},
        "spec": {"nodeName": "n1", "containers": [{"name": "mysql", "image": "mysql:8"}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [
                {"name": "mysql", "image": "mysql:8", "imageID": "x", "ready": True, "restartCount": 0}
            ],
        },
    },
    {
        "apiVersion": f"{ROLE}/v1", "kind": "Role",
        "metadata": {"name": "reader", "namespace": "velero"}, "rules": [READER],
    },
    {
        "apiVersion": f"{ROLE}/v1", "kind": "RoleBinding",
        "metadata": {"name": "reader", "namespace": "velero"},
        "roleRef": {"apiGroup": ROLE, "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "User", "name": "limited"}],
    },
]
USERS = [
    {"token": "FAKE-admin", "name": "admin", "groups": ["system:masters"]},
    {"token": "FAKE-limited", "name": "limited"},
]


class SimulatorTest(unittest.TestCase):
    """Starts simulators; each ends with its test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, scenario):
        """Serves the clusters of a scenario, by the kubeconfig `self.kubeconfig`."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "scenario.json").write_text(json.dumps(scenario))
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                [
                    SIMULATOR, "--scenario", str(folder / "scenario.json"), "--port", "0",
                    "--dir", str(folder / "run"), "--without-pages", "--verbose",
                ],
                stderr=log)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.terminate)
        self.kubeconfig = str(folder / "run" / "kubeconfig")
        end = time.monotonic() + 120
        while not (folder / "run" / "env").exists():
            self.assertIsNone(self.server.poll(), self.log.read_text())
            self.assertLess(time.monotonic(), end, "the simulator does not start")
            time.sleep(0.02)


class ClusterTest(SimulatorTest):
    """Has a cluster of its own, `prod`, with the users `admin` and `limited`."""

    def setUp(self):
        super().setUp()
        self.start({"kubernetes": {"clusters": [{"name": "prod", "objects": OBJECTS, "users": USERS}]}})
