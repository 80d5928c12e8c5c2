internal import AppProtection
internal import Files
internal import HTTPTransport
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import RESTClient
internal import Timing

/// The clusters that a step may reach: the contexts of a kubeconfig, or the one that it runs in.
struct KubernetesClusters {
  private let config: Kubeconfig?
  private let own: ClusterAccess?
  private let proxies: Proxies
  private let system: SystemRoots
  private let files: any FileWriter

  /// Reads the kubeconfig or the service account; nothing is sent, and no plug-in is run.
  init(_ options: KubernetesOptions, _ reader: ParameterReader, _ files: any FileWriter) throws(StepFailure) {
    (proxies, system, self.files) = (reader.proxies, reader.systemRoots, files)
    do throws(KubeconfigError) {
      let named = options.kubeconfig
      config = try Kubeconfig.find(
        variables: { $0 == "KUBECONFIG" ? named ?? reader.variable($0) : reader.variable($0) }, files: files)
      own =
        config == nil
        ? try ServiceAccount.access(
          variables: { reader.variable($0) }, files: files, proxies: reader.proxies,
          system: reader.systemRoots)
        : nil
    } catch {
      throw StepFailure(BackendError(error))
    }
    guard config != nil || own != nil else {
      throw .badParameter(
        "there is no kubeconfig, and this is no pod: name one with \(KubernetesParameters.kubeconfig.title)")
    }
  }

  /// What may be named as a cluster.
  var contexts: [String] { config?.contextNames ?? [own?.name].compactMap { $0 } }

  /// The one that is meant where none is named.
  func usualContext() throws(StepFailure) -> String {
    if let own { return own.name }
    guard let current = config?.currentContext else {
      throw .badParameter(
        "the kubeconfig has no current context: name the cluster by a context (\(contexts.joined(separator: ", ")))"
      )
    }
    return current
  }

  /// The context that a variable names; nil if it names none.
  func context(named variable: String, _ reader: ParameterReader) -> String? {
    reader.variable(variable).flatMap { contexts.contains($0) ? $0 : nil }
  }

  /// Opens the way to each cluster when a backend asks for it.
  func connecting(_ place: BackendPlace) -> ClusterConnections.Connect {
    { context throws(BackendError) in
      let (client, access) = try client(context, place)
      // Clusters behind one proxy, such as Rancher's, differ by their paths alone.
      return ClusterConnection(
        client: client, server: "\(access.endpoint)\(access.endpoint.path)", namespace: access.namespace)
    }
  }

  /// The way to files that a service hands out by addresses of their own; what lets into the clusters is not sent there.
  func files(_ place: BackendPlace) -> FileDownload {
    let environment = place.environment
    return FileDownload(time: environment.time, log: { place.log.tell($0) }) {
      host, authority throws(TransportError) in
      var connection = ServiceConnection(
        endpoint: host, trust: TLSTrust(system: system), proxies: proxies)
      connection.trust.caData = authority
      (connection.limits, connection.isElsewhere) = (FileDownload.limits, true)
      if host.scheme == .https { try proxies.check(host) }
      return try environment.connect(connection, place.identity.userAgent, environment.time)
    }
  }

  /// Where a cluster is and who asks.
  func access(_ context: String) throws(BackendError) -> ClusterAccess {
    if let own { return own }
    do throws(KubeconfigError) {
      guard let config else { throw KubeconfigError(.parameter, "there is no kubeconfig") }
      return try config.access(context: context, files: files, proxies: proxies, system: system)
    } catch {
      throw BackendError(error)
    }
  }

  /// The secrets that the contexts of this step hold, for cleaning every text; those that cannot be read have none.
  func secrets(of contexts: [String]) -> [Secret] { contexts.flatMap { (try? access($0))?.secrets ?? [] } }

  /// Opens the way to a cluster.
  func client(
    _ context: String, _ place: BackendPlace
  ) throws(BackendError) -> (client: KubernetesClient, access: ClusterAccess) {
    let access = try access(context)
    let environment = place.environment
    let log = place.log
    let login = ClusterLogin(
      access, files: files, plugin: environment.credentialPlugin(), time: environment.time,
      deadline: place.deadline, hide: { log.hide($0) })
    do throws(KubeconfigError) {
      try login.obtain()
    } catch {
      throw BackendError(error)
    }
    for caution in access.cautions { log.warning("\(context): \(caution)") }
    let transport: CertifiedTransport
    do throws(TransportError) {
      if access.endpoint.scheme == .https { try access.proxies.check(access.endpoint) }
      transport = try CertifiedTransport(login) { certificate throws(TransportError) in
        var connection = ServiceConnection(
          endpoint: access.endpoint, trust: access.trust, proxies: access.proxies)
        connection.clientCertificate = certificate
        return try environment.connect(connection, place.identity.userAgent, environment.time)
      }
    } catch {
      throw BackendError(
        error.kind == .misconfigured ? .misconfigured : .unreachable, "\(context): \(error.message)",
        hint: error.hint)
    }
    let client = KubernetesClient(
      login, name: "cluster \(context)", transport: transport, time: environment.time,
      deadline: place.deadline, random: place.random,
      log: { log.tell($0) })
    return (client, access)
  }
}
