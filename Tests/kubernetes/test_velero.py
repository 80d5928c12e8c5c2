"""kubectl against clusters with Velero: what people type, and what comes of it."""

import gzip
import json
import os
import pathlib
import ssl
import subprocess
import sys
import urllib.request

from cluster import SimulatorTest

KUBECTL = str(pathlib.Path(sys.executable).parent / "kubectl")
ADMIN = [{"token": "FAKE-admin", "name": "admin", "groups": ["system:masters"]}]
APPLICATION = {
    "name": "magento", "cluster": "prod", "namespaces": ["magento"],
    "content": {"version": "2.4.2", "broken": True, "rows": ["order-1", "order-2"]},
    "backups": [{"name": "before", "content": {"version": "2.4.1", "rows": ["order-1"]}}],
}
SETTINGS = {
    "backupSeconds": 0.6, "dataMovementSeconds": 0.4, "finalizingSeconds": 0.2, "restoreSeconds": 0.6,
    "readyToStartSeconds": 0.1, "queueingSeconds": 0.1, "deletionSeconds": 0.3, "podStartSeconds": 0.2,
    "bindingSeconds": 0.1, "syncSeconds": 2,
}


def velero(kind, name, spec):
    return json.dumps({
        "apiVersion": "velero.io/v1", "kind": kind, "metadata": {"name": name, "namespace": "velero"}, "spec": spec})


class VeleroTest(SimulatorTest):
    def setUp(self):
        super().setUp()
        clusters = [{"name": name, "users": ADMIN} for name in ("prod", "debug")]
        self.start({"kubernetes": {
            "clusters": clusters, "velero": {"settings": SETTINGS, "applications": [APPLICATION]}}})

    def kubectl(self, *arguments, stdin=None, context="prod"):
        environment = {**os.environ, "KUBECONFIG": self.kubeconfig, "HOME": str(self.folder)}
        return subprocess.run(
            [KUBECTL, "--context", context, *arguments], env=environment, input=stdin, text=True,
            capture_output=True, timeout=60)

    def done(self, *arguments, **options):
        result = self.kubectl(*arguments, **options)
        self.assertEqual(result.returncode, 0, f"{arguments}: {result.stderr}")
        return result.stdout

    def create(self, kind, name, spec, **options):
        self.done("create", "--validate=strict", "-f", "-", stdin=velero(kind, name, spec), **options)

    def wait(self, what, phase, **options):
        self.done(
            "wait", what, "-n", "velero", f"--for=jsonpath={{.status.phase}}={phase}", "--timeout=30s", **options)

    def value(self, what, path, namespace="velero", **options):
        return self.done("get", what, "-n", namespace, "-o", f"jsonpath={{{path}}}", **options)

    def test_environment(self):
        environment = pathlib.Path(self.kubeconfig).with_name("env").read_text()
        self.assertIn("ASTRA_BACKEND=velero", environment)

    def test_backup_and_restore_elsewhere(self):
        self.create("Backup", "b1", {"includedNamespaces": ["magento"], "snapshotMoveData": True})
        self.wait("backups.velero.io/b1", "Completed")
        self.assertEqual(self.value("datauploads.velero.io", ".items[*].status.phase"), "Completed")
        # The other cluster sees it by the bucket.
        self.done("wait", "backups.velero.io/b1", "-n", "velero", "--for=create", "--timeout=30s", context="debug")
        self.create(
            "Restore", "r1", {"backupName": "b1", "namespaceMapping": {"magento": "magento-debug"}}, context="debug")
        self.wait("restores.velero.io/r1", "Completed", context="debug")
        self.done(
            "wait", "deployment/magento", "-n", "magento-debug", "--for=jsonpath={.status.availableReplicas}=1",
            "--timeout=30s", context="debug")
        phase = self.value("pvc/magento-db", ".status.phase", "magento-debug", context="debug")
        self.assertEqual(phase, "Bound")
        label = ".metadata.labels['velero\\.io/restore-name']"
        self.assertEqual(self.value("pvc/magento-db", label, "magento-debug", context="debug"), "r1")

    def test_restore_in_place(self):
        volume = self.value("pvc/magento-db", ".spec.volumeName", "magento")
        self.done("patch", "pv", volume, "-p", '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}')
        self.done("scale", "deployment/magento", "-n", "magento", "--replicas=0", "--timeout=30s")
        self.done("wait", "pods", "--all", "-n", "magento", "--for=delete", "--timeout=30s")
        self.done("delete", "pvc", "magento-db", "-n", "magento", "--timeout=30s")
        self.assertEqual(self.done("get", "pv", volume, "-o", "jsonpath={.status.phase}"), "Released")
        self.create("Restore", "r1", {"backupName": "before", "existingResourcePolicy": "update"})
        self.wait("restores.velero.io/r1", "Completed")
        self.done("rollout", "status", "deployment/magento", "-n", "magento", "--timeout=30s")
        self.assertNotEqual(self.value("pvc/magento-db", ".spec.volumeName", "magento"), volume)
        image = self.value("deployment/magento", ".spec.template.spec.containers[0].image", "magento")
        self.assertEqual(image, "magento:2.4.1")

    def test_deletion(self):
        self.done("delete", "backups.velero.io", "before", "-n", "velero")
        self.done("wait", "backups.velero.io/before", "-n", "velero", "--for=create", "--timeout=30s")
        self.create("DeleteBackupRequest", "d1", {"backupName": "before"})
        self.done("wait", "backups.velero.io/before", "-n", "velero", "--for=delete", "--timeout=30s")
        self.assertEqual(self.done("get", "deletebackuprequests.velero.io", "-n", "velero", "-o", "name"), "")

    def test_download(self):
        self.create("DownloadRequest", "dr", {"target": {"kind": "BackupVolumeInfos", "name": "before"}})
        self.wait("downloadrequests.velero.io/dr", "Processed")
        address = self.value("downloadrequests.velero.io/dr", ".status.downloadURL")
        authority = str(pathlib.Path(self.kubeconfig).with_name("ca.pem"))
        context = ssl.create_default_context(cafile=authority)
        with urllib.request.urlopen(address, context=context, timeout=30) as answer:
            volumes = json.loads(gzip.decompress(answer.read()))
        self.assertEqual([volume["pvcName"] for volume in volumes], ["magento-db"])

    def test_mistakes(self):
        typo = self.kubectl(
            "create", "--validate=strict", "-f", "-",
            stdin=velero("Backup", "typo", {"includedNamespace": ["magento"]}))
        self.assertIn('unknown field "spec.includedNamespace"', typo.stderr)
        self.create("Backup", "b1", {"storageLocation": "nosuch"})
        self.wait("backups.velero.io/b1", "FailedValidation")
        self.assertIn("nosuch", self.value("backups.velero.io/b1", ".status.validationErrors[0]"))
        table = self.done("get", "bsl", "-n", "velero")
        self.assertRegex(table, r"default +Available")
