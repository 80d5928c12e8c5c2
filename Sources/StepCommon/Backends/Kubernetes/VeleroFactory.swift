internal import AppProtection
internal import Files
internal import HTTPTransport
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import Timing
internal import Velero

/// Velero, as itself or as OADP, through the Kubernetes API of the clusters that it runs in.
struct VeleroFactory: BackendFactory {
  static let word = "velero"
  static let namesClustersByContext = true
  static let secretVariables: [String] = []
  static let credentialsHelp = "So they are with --backend velero."

  private let clusters: KubernetesClusters
  private var settings: VeleroBackend.Settings

  init(
    _ options: CommonOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure) {
    let options = options.kubernetes
    typealias Names = KubernetesParameters
    clusters = try KubernetesClusters(options, reader, files)
    settings = VeleroBackend.Settings(
      usualContext: try clusters.usualContext(), contexts: clusters.contexts,
      // Where a pipeline's application and clone are, for those who may not look everywhere.
      applicationNamespaces: Self.labels(of: ["PROD_APP_NAME"], reader),
      cloneNamespaces: Self.labels(of: ["DEBUG_NAMESPACE", "DEBUG_APP_NAME"], reader)
        + CloneNamespaceVariables.mapped(reader),
      systemNamespace: try reader.text(Names.productNamespace, flag: options.productNamespace),
      store: try reader.text(Names.store, flag: options.store),
      cloneStore: try reader.text(Names.cloneStore, flag: options.cloneStore))
    if let text = try reader.text(Names.applicationSelector, flag: options.appSelector) {
      guard let selector = LabelSelector(text) else {
        throw .badParameter(
          "\(Names.applicationSelector.title) is \"\(text)\", which is no label selector: give one like app=shop,tier in (web,db)"
        )
      }
      settings.selector = selector
    }
    if let text = try reader.text(Names.volumeCopy, flag: options.volumeCopy) {
      guard ["snapshots", "files"].contains(text) else {
        throw .badParameter("\(Names.volumeCopy.title) is \"\(text)\": give snapshots or files")
      }
      settings.readsFiles = text == "files"
    }
    if let text = try reader.text(Names.timeToLive, flag: options.copyTtl) {
      do throws(DurationTextError) {
        settings.timeToLive = try Duration(age: text)
      } catch {
        throw .badParameter("\(Names.timeToLive.title) is \"\(text)\", which \(error.reason)")
      }
    }
    settings.saysWhereClonesAre = CloneNamespaceVariables.areSaid(reader)
    settings.signature.build = BuildOrigin.page(reader)
    settings.sourceContext = clusters.context(named: "PROD_KUBERNETES_CLUSTER", reader)
    settings.cloneContext = clusters.context(named: "DEBUG_KUBERNETES_CLUSTER", reader)
  }

  private static func labels(of variables: [String], _ reader: ParameterReader) -> [String] {
    variables.compactMap { reader.variable($0).flatMap { ResourceName.label(for: $0) } }
  }

  var secrets: [Secret] { clusters.secrets(of: clusters.contexts) }
  var cautions: [BackendCaution] { [] }

  func connect(_ place: BackendPlace) throws(StepFailure) -> any Backend {
    var settings = settings
    settings.signature.run = place.run
    settings.ignoredKinds = place.ignoredKinds
    return VeleroBackend(
      settings, time: place.environment.time,
      files: place.changesNothing ? nil : clusters.files(place), connect: clusters.connecting(place))
  }
}
