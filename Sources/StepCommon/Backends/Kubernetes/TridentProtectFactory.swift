internal import AppProtection
internal import Files
internal import HTTPTransport
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import TridentProtect

/// NetApp Trident protect, through the Kubernetes API of the clusters that it runs in.
struct TridentProtectFactory: BackendFactory {
  static let word = "trident-protect"
  static let namesClustersByContext = true
  static let secretVariables: [String] = []
  static let credentialsHelp =
    "With --backend trident-protect, clusters and credentials are those of the kubeconfig (KUBECONFIG), or of the pod."

  private let clusters: KubernetesClusters
  private var settings: TridentProtectBackend.Settings

  init(
    _ options: CommonOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure) {
    let options = options.kubernetes
    typealias Names = KubernetesParameters
    clusters = try KubernetesClusters(options, reader, files)
    settings = TridentProtectBackend.Settings(
      usualContext: try clusters.usualContext(), contexts: clusters.contexts,
      applicationNamespace: try reader.text(Names.applicationNamespace, flag: options.appNamespace),
      // Where a pipeline's clone is, for those who may not look everywhere.
      cloneNamespaces: ["DEBUG_NAMESPACE", "DEBUG_APP_NAME"].compactMap { name in
        reader.variable(name).flatMap { ResourceName.label(for: $0) }
      } + CloneNamespaceVariables.mapped(reader),
      systemNamespace: try reader.text(Names.productNamespace, flag: options.productNamespace)
        ?? "trident-protect",
      store: try reader.text(Names.store, flag: options.store),
      cloneStore: try reader.text(Names.cloneStore, flag: options.cloneStore))
    settings.saysWhereClonesAre = CloneNamespaceVariables.areSaid(reader)
    settings.signature.build = BuildOrigin.page(reader)
    settings.sourceContext = clusters.context(named: "PROD_KUBERNETES_CLUSTER", reader)
    settings.cloneContext = clusters.context(named: "DEBUG_KUBERNETES_CLUSTER", reader)
  }

  var secrets: [Secret] { clusters.secrets(of: clusters.contexts) }
  var cautions: [BackendCaution] { [] }

  func connect(_ place: BackendPlace) throws(StepFailure) -> any Backend {
    var settings = settings
    settings.signature.run = place.run
    settings.ignoredKinds = place.ignoredKinds
    return TridentProtectBackend(
      settings, time: place.environment.time, connect: clusters.connecting(place))
  }
}
