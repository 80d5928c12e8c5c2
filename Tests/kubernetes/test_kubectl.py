"""kubectl, as it comes from PyPI, against a simulated cluster."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from cluster import ClusterTest, backup

KUBECTL = str(pathlib.Path(sys.executable).parent / "kubectl")


class KubectlTest(ClusterTest):
    def kubectl(self, *arguments, stdin=None, context="prod"):
        environment = {**os.environ, "KUBECONFIG": self.kubeconfig, "HOME": str(self.folder)}
        return subprocess.run(
            [KUBECTL, "--context", context, *arguments], env=environment, input=stdin, text=True,
            capture_output=True, timeout=60)

    def done(self, *arguments, **options):
        result = self.kubectl(*arguments, **options)
        self.assertEqual(result.returncode, 0, f"{arguments}: {result.stderr}")
        return result.stdout

    def refused(self, *arguments, **options):
        result = self.kubectl(*arguments, **options)
        self.assertNotEqual(result.returncode, 0, f"{arguments}: {result.stdout}")
        return result.stderr

    def test_get(self):
        self.assertIn("nightly", self.done("get", "backups.velero.io", "-n", "velero"))
        self.assertRegex(self.done("get", "pods", "-A"), r"shop +mysql-0 +1/1 +Running")
        self.assertIn("Active", self.done("get", "ns"))
        name = self.done("get", "bsl,backups.velero.io", "-A", "-o", "jsonpath={.items[*].metadata.name}")
        self.assertEqual(name, "nightly")
        self.assertIn("NotFound", self.refused("get", "backups.velero.io", "nosuch", "-n", "velero"))
        self.assertIn("doesn't have a resource type", self.refused("get", "things.nosuch.io"))
        self.assertIn("Server Version: v1.36.2", self.done("version"))

    def test_both_products_have_backups(self):
        # With both installed the bare word means the first one that discovery tells.
        self.assertEqual(self.done("get", "backups", "-A", "-o", "name"), "")

    def test_create(self):
        text = json.dumps(backup("first"))
        self.assertIn("created", self.done("create", "-f", "-", stdin=text))
        self.assertIn("AlreadyExists", self.refused("create", "-f", "-", stdin=text))
        typo = json.dumps(backup("typo", includedNamespace=["shop"]))
        self.assertIn('unknown field "spec.includedNamespace"', self.refused("create", "-f", "-", stdin=typo))
        dry = json.dumps(backup("dry"))
        self.done("create", "--dry-run=server", "-f", "-", stdin=dry)
        self.refused("get", "backups.velero.io", "dry", "-n", "velero")

    def test_create_for_trident_protect(self):
        snapshot = {
            "apiVersion": "protect.trident.netapp.io/v1", "kind": "Snapshot",
            "metadata": {"name": "s1", "namespace": "shop"},
            "spec": {"applicationRef": "shop", "appVaultRef": "vault"},
        }
        self.done("create", "-f", "-", stdin=json.dumps(snapshot))
        table = self.done("get", "snapshots.protect.trident.netapp.io", "-n", "shop")
        self.assertRegex(table, r"NAME +APP +RECLAIM POLICY +STATE +ERROR +AGE")
        self.assertRegex(table, r"s1 +shop +Delete")
        del snapshot["spec"]["applicationRef"]
        snapshot["metadata"]["name"] = "s2"
        self.assertIn(
            "spec.applicationRef: Required value", self.refused("create", "-f", "-", stdin=json.dumps(snapshot)))

    def test_apply(self):
        for options in [(), ("--server-side",)]:
            name = f"applied{len(options)}"
            self.done("apply", *options, "-f", "-", stdin=json.dumps(backup(name, ttl="1h0m0s")))
            self.done("apply", *options, "-f", "-", stdin=json.dumps(backup(name, ttl="2h0m0s")))
            path = "jsonpath={.spec.ttl}"
            self.assertEqual(self.done("get", "backups.velero.io", name, "-n", "velero", "-o", path), "2h0m0s")
        other = self.refused(
            "apply", "--server-side", "--field-manager=other", "-f", "-",
            stdin=json.dumps(backup("applied1", ttl="3h0m0s")))
        self.assertIn('conflict with "kubectl": .spec.ttl', other)

    def test_change(self):
        self.done("label", "pod", "mysql-0", "-n", "shop", "tier=gold")
        self.assertIn("mysql-0", self.done("get", "pods", "-n", "shop", "-l", "tier=gold"))
        self.done("annotate", "backups.velero.io", "nightly", "-n", "velero", "run=7")
        self.done("patch", "pod", "mysql-0", "-n", "shop", "-p", '{"metadata":{"labels":{"tier":null}}}')
        self.assertEqual(self.done("get", "pods", "-n", "shop", "-l", "tier", "-o", "name"), "")

    def test_wait(self):
        def finish():
            time.sleep(1)
            self.done(
                "patch", "backups.velero.io", "nightly", "-n", "velero", "--type=merge", "-p",
                '{"status":{"phase":"Completed"}}')

        finisher = threading.Thread(target=finish)
        finisher.start()
        answer = self.done(
            "wait", "backups.velero.io/nightly", "-n", "velero", "--for=jsonpath={.status.phase}=Completed",
            "--timeout=20s")
        finisher.join()
        self.assertIn("condition met", answer)
        late = self.refused(
            "wait", "backups.velero.io/nightly", "-n", "velero", "--for=jsonpath={.status.phase}=Failed",
            "--timeout=1s")
        self.assertIn("timed out", late)

    def test_delete(self):
        self.done("delete", "backups.velero.io", "nightly", "-n", "velero", "--wait")
        self.assertIn("NotFound", self.refused("delete", "backups.velero.io", "nightly", "-n", "velero"))
        self.done("delete", "pod", "mysql-0", "-n", "shop", "--timeout=20s")
        self.done("create", "namespace", "debug")
        self.done("delete", "namespace", "debug", "--timeout=20s")
        self.assertIn("NotFound", self.refused("get", "ns", "debug"))

    def test_rights(self):
        limited = "limited@prod"
        self.assertEqual(
            self.done("auth", "can-i", "list", "backups.velero.io", "-n", "velero", context=limited), "yes\n")
        self.assertEqual(
            self.kubectl("auth", "can-i", "create", "backups.velero.io", "-n", "velero", context=limited).stdout,
            "no\n")
        self.assertIn("nightly", self.done("get", "backups.velero.io", "-n", "velero", context=limited))
        self.assertIn("Forbidden", self.refused("get", "backups.velero.io", "-A", context=limited))
        self.assertIn("backups.velero.io", self.done("auth", "can-i", "--list", "-n", "velero", context=limited))
