"""The Python clients `kubernetes` and `lightkube` against a simulated cluster."""

import threading
import time

import kubernetes
import lightkube
from lightkube.core.exceptions import ApiError
from lightkube.generic_resource import create_namespaced_resource
from lightkube.resources.core_v1 import Namespace, Pod
from lightkube.types import PatchType

from cluster import ClusterTest, backup

PLACE = ("velero.io", "v1", "velero", "backups")


class OfficialClientTest(ClusterTest):
    def setUp(self):
        super().setUp()
        client = kubernetes.config.new_client_from_config(self.kubeconfig, context="prod")
        self.addCleanup(client.close)
        self.custom = kubernetes.client.CustomObjectsApi(client)
        self.core = kubernetes.client.CoreV1Api(client)
        self.client = client

    def test_objects(self):
        made = self.custom.create_namespaced_custom_object(*PLACE, backup("first"), field_validation="Strict")
        self.assertTrue(made["metadata"]["uid"])
        items = self.custom.list_namespaced_custom_object(*PLACE, limit=1)
        self.assertEqual([item["metadata"]["name"] for item in items["items"]], ["first"])
        rest = self.custom.list_namespaced_custom_object(*PLACE, _continue=items["metadata"]["continue"])
        self.assertEqual([item["metadata"]["name"] for item in rest["items"]], ["nightly"])
        changed = self.custom.patch_namespaced_custom_object(*PLACE, "first", {"spec": {"ttl": "1h0m0s"}})
        self.assertEqual(changed["metadata"]["generation"], 2)
        with self.assertRaises(kubernetes.client.ApiException) as caught:
            made["spec"]["ttl"] = "2h0m0s"
            self.custom.replace_namespaced_custom_object(*PLACE, "first", made)
        self.assertEqual(caught.exception.status, 409)
        self.custom.delete_namespaced_custom_object(*PLACE, "first")
        with self.assertRaises(kubernetes.client.ApiException) as caught:
            self.custom.get_namespaced_custom_object(*PLACE, "first")
        self.assertEqual(caught.exception.status, 404)

    def test_core(self):
        pods = self.core.list_pod_for_all_namespaces(label_selector="app=mysql")
        self.assertEqual(pods.items[0].status.phase, "Running")
        self.core.create_namespace({"metadata": {"name": "debug"}, "apiVersion": "v1", "kind": "Namespace"})
        self.assertEqual(self.core.read_namespace("debug").status.phase, "Active")
        self.core.delete_namespace("debug")
        self.assertEqual(self.core.read_namespace("debug").status.phase, "Terminating")

    def test_rights(self):
        client = kubernetes.config.new_client_from_config(self.kubeconfig, context="limited@prod")
        self.addCleanup(client.close)
        wish = {"namespace": "velero", "verb": "list", "group": "velero.io", "resource": "backups"}
        review = {
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": wish},
        }
        answer = kubernetes.client.AuthorizationV1Api(client).create_self_subject_access_review(review)
        self.assertTrue(answer.status.allowed)
        with self.assertRaises(kubernetes.client.ApiException) as caught:
            kubernetes.client.CustomObjectsApi(client).create_namespaced_custom_object(*PLACE, backup("x"))
        self.assertEqual(caught.exception.status, 403)

    def test_watch(self):
        seen = []

        def change():
            time.sleep(0.5)
            for phase in ["InProgress", "Completed"]:
                self.custom.patch_namespaced_custom_object(*PLACE, "nightly", {"status": {"phase": phase}})
            self.custom.delete_namespaced_custom_object(*PLACE, "nightly")

        changer = threading.Thread(target=change)
        changer.start()
        for event in kubernetes.watch.Watch().stream(
            self.custom.list_namespaced_custom_object, *PLACE, timeout_seconds=20
        ):
            seen.append((event["type"], event["object"].get("status", {}).get("phase")))
            if event["type"] == "DELETED":
                break
        changer.join()
        self.assertEqual(
            seen,
            [("ADDED", None), ("MODIFIED", "InProgress"), ("MODIFIED", "Completed"), ("DELETED", "Completed")])


class LightkubeTest(ClusterTest):
    def setUp(self):
        super().setUp()
        config = lightkube.KubeConfig.from_file(self.kubeconfig)
        self.client = lightkube.Client(config=config, namespace="velero", field_manager="tests")
        self.backups = create_namespaced_resource("velero.io", "v1", "Backup", "backups")

    def test_objects(self):
        self.client.create(self.backups(metadata={"name": "first"}, spec={"includedNamespaces": ["shop"]}))
        self.assertEqual(
            [item.metadata.name for item in self.client.list(self.backups, chunk_size=1)], ["first", "nightly"])
        self.client.patch(self.backups, "first", {"spec": {"ttl": "1h0m0s"}}, patch_type=PatchType.MERGE)
        self.assertEqual(self.client.get(self.backups, "first").spec["ttl"], "1h0m0s")
        applied = self.client.apply(
            self.backups.from_dict(backup("applied")), force=True)
        self.assertEqual(applied.metadata.name, "applied")
        self.client.delete(self.backups, "first")
        with self.assertRaises(ApiError) as caught:
            self.client.get(self.backups, "first")
        self.assertEqual(caught.exception.status.code, 404)

    def test_core(self):
        self.assertEqual(self.client.get(Pod, "mysql-0", namespace="shop").status.phase, "Running")
        self.client.create(Namespace(metadata={"name": "debug"}))
        self.client.delete(Namespace, "debug")

    def test_watch(self):
        def change():
            time.sleep(0.5)
            self.client.patch(
                self.backups, "nightly", {"status": {"phase": "Completed"}}, patch_type=PatchType.MERGE)

        changer = threading.Thread(target=change)
        changer.start()
        kinds = []
        for kind, item in self.client.watch(self.backups, server_timeout=20):
            kinds.append(kind)
            if (item.to_dict().get("status") or {}).get("phase") == "Completed":
                break
        changer.join()
        self.assertEqual(kinds, ["ADDED", "MODIFIED"])
