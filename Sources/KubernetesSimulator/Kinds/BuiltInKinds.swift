extension KindDefinition {
  /// The kinds of Kubernetes itself, and those of OpenShift, Argo CD and Flux that an application may be made of.
  package static let builtIn: [KindDefinition] = core + workloads + access + deployers

  private static let core: [KindDefinition] = [
    open("v1", "Namespace", "ns") {
      $0.isNamespaced = false
      $0.hasGeneration = false
      $0.namesAreLabels = true
      $0.selectableFields = ["status.phase"]
      $0.columns = [Column("Status", "status.phase")]
      $0.schema = namespaceSchema
    },
    open("v1", "Pod", "po") {
      $0.selectableFields = [
        "spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase",
      ]
    },
    open("v1", "Service", "svc") {
      $0.hasGeneration = false
      $0.namesAreLabels = true
      $0.columns = [
        Column("Type", "spec.type"), Column("Cluster-IP", "spec.clusterIP"),
        Column("External-IP", "status.loadBalancer.ingress.0.ip"),
      ]
    },
    open("v1", "PersistentVolumeClaim", "pvc") {
      $0.hasGeneration = false
      $0.columns = [
        Column("Status", "status.phase"), Column("Volume", "spec.volumeName"),
        Column("Capacity", "status.capacity.storage"), Column("Access Modes", "status.accessModes.0"),
        Column("StorageClass", "spec.storageClassName"),
      ]
    },
    open("v1", "PersistentVolume", "pv") {
      $0.isNamespaced = false
      $0.hasGeneration = false
      $0.columns = [
        Column("Capacity", "spec.capacity.storage"), Column("Access Modes", "spec.accessModes.0"),
        Column("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"), Column("Status", "status.phase"),
        Column("Claim", "spec.claimRef.name"), Column("StorageClass", "spec.storageClassName"),
      ]
    },
    open("v1", "Secret") {
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
      $0.selectableFields = ["type"]
      $0.columns = [Column("Type", "type")]
    },
    open("v1", "ConfigMap", "cm") {
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
    },
    open("v1", "ServiceAccount", "sa") {
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
    },
    open("v1", "Event", "ev") {
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
      $0.selectableFields = [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type",
      ]
      $0.columns = [
        Column("Type", "type"), Column("Reason", "reason"), Column("Object", "involvedObject.name"),
        Column("Message", "message"),
      ]
    },
    open("v1", "ResourceQuota", "quota") { $0.hasGeneration = false },
    open("v1", "LimitRange", "limits") {
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
    },
    open("v1", "Node", "no") {
      $0.isNamespaced = false
      $0.hasGeneration = false
    },
  ]

  private static let workloads: [KindDefinition] = [
    open("apps/v1", "Deployment", "deploy") {
      $0.columns = [
        Column("Up-to-date", "status.updatedReplicas", "integer"),
        Column("Available", "status.availableReplicas", "integer"),
      ]
    },
    open("apps/v1", "StatefulSet", "sts") {
      $0.columns = [Column("Ready", "status.readyReplicas", "integer")]
    },
    open("apps/v1", "ReplicaSet", "rs") {
      $0.columns = [
        Column("Desired", "spec.replicas", "integer"), Column("Current", "status.replicas", "integer"),
        Column("Ready", "status.readyReplicas", "integer"),
      ]
    },
    open("apps/v1", "DaemonSet", "ds") {
      $0.columns = [Column("Ready", "status.numberReady", "integer")]
    },
    open("batch/v1", "Job") {
      $0.selectableFields = ["status.successful"]
      $0.columns = [Column("Completions", "status.succeeded", "integer")]
    },
    open("batch/v1", "CronJob", "cj") { $0.columns = [Column("Schedule", "spec.schedule")] },
    open("autoscaling/v2", "HorizontalPodAutoscaler", "hpa") {
      $0.columns = [
        Column("MinPods", "spec.minReplicas", "integer"), Column("MaxPods", "spec.maxReplicas", "integer"),
        Column("Replicas", "status.currentReplicas", "integer"),
      ]
    },
    open("networking.k8s.io/v1", "Ingress", "ing", plural: "ingresses") {
      $0.columns = [
        Column("Class", "spec.ingressClassName"), Column("Hosts", "spec.rules.0.host"),
        Column("Address", "status.loadBalancer.ingress.0.ip"),
      ]
    },
    open("storage.k8s.io/v1", "StorageClass", "sc", plural: "storageclasses") {
      $0.isNamespaced = false
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
      $0.columns = [Column("Provisioner", "provisioner"), Column("ReclaimPolicy", "reclaimPolicy")]
    },
    open("coordination.k8s.io/v1", "Lease") {
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
      $0.columns = [Column("Holder", "spec.holderIdentity")]
    },
  ]

  private static let access: [KindDefinition] = [
    rules("Role"), rules("RoleBinding"),
    rules("ClusterRole", isNamespaced: false), rules("ClusterRoleBinding", isNamespaced: false),
  ]

  private static let deployers: [KindDefinition] = [
    custom("route.openshift.io/v1", "Route") { $0.columns = [Column("Host/Port", "spec.host")] },
    custom("quota.openshift.io/v1", "AppliedClusterResourceQuota") { _ in },
    custom("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "vs") {
      $0.columns = [Column("ReadyToUse", "status.readyToUse", "boolean")]
    },
    custom("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", "vsclass", plural: "volumesnapshotclasses") {
      $0.isNamespaced = false
      $0.hasStatusSubresource = false
    },
    custom("snapshot.storage.k8s.io/v1", "VolumeSnapshotContent", "vsc") { $0.isNamespaced = false },
    custom("apiextensions.k8s.io/v1", "CustomResourceDefinition", "crd") { $0.isNamespaced = false },
    custom("argoproj.io/v1alpha1", "Application", "app") {
      $0.hasStatusSubresource = false
      $0.columns = [
        Column("Sync Status", "status.sync.status"), Column("Health Status", "status.health.status"),
      ]
    },
    custom("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "ks") { _ in },
    custom("helm.toolkit.fluxcd.io/v2", "HelmRelease", "hr") { _ in },
    custom("keda.sh/v1alpha1", "ScaledObject", "so") { _ in },
  ]

  private static func open(
    _ apiVersion: String, _ kind: String, _ shortName: String? = nil, plural: String? = nil,
    _ change: (inout KindDefinition) -> Void
  ) -> KindDefinition {
    var definition = KindDefinition(
      apiVersion, kind, plural: plural, shortNames: shortName.map { [$0] } ?? [])
    definition.isCustom = false
    change(&definition)
    return definition
  }

  private static func custom(
    _ apiVersion: String, _ kind: String, _ shortName: String? = nil, plural: String? = nil,
    _ change: (inout KindDefinition) -> Void
  ) -> KindDefinition {
    var definition = open(apiVersion, kind, shortName, plural: plural, change)
    definition.isCustom = true
    return definition
  }

  private static func rules(_ kind: String, isNamespaced: Bool = true) -> KindDefinition {
    open("rbac.authorization.k8s.io/v1", kind) {
      $0.isNamespaced = isNamespaced
      $0.hasStatusSubresource = false
      $0.hasGeneration = false
    }
  }

  private static let namespaceSchema = Schema.object(
    Schema.ObjectSchema([
      Schema.Field("spec", SchemaText.schema(["finalizers string[]"])),
      Schema.Field("status", SchemaText.schema(["phase string", "conditions any[]"])),
    ]))
}
