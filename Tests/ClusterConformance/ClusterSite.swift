internal import AppProtection
internal import HTTPTransport
internal import KubernetesAPI
internal import RESTClient
internal import StepCommon
internal import Timing

/// The cluster that is judged, by a context of the kubeconfig, and the ways to it.
struct ClusterSite {
  private let environment: StepEnvironment
  private let access: ClusterAccess

  /// Reads the kubeconfig; nothing is sent.
  init(_ context: String, _ environment: StepEnvironment) throws(BackendError) {
    self.environment = environment
    let variables = environment.variables
    do throws(KubeconfigError) {
      guard let config = try Kubeconfig.find(variables: { variables[$0] }, files: environment.files) else {
        throw KubeconfigError(.parameter, "there is no kubeconfig", hint: "name one with KUBECONFIG")
      }
      access = try config.access(
        context: context, files: environment.files, proxies: Proxies(environment: variables),
        system: .usual(environment: variables))
    } catch {
      throw BackendError(error)
    }
  }

  /// The address of the API server.
  var server: String { access.endpoint.description }

  /// Opens a way to the cluster; nothing is sent but what a credential plug-in sends.
  func client(
    on time: any TimeSource, within allowance: Duration, log: @escaping (TrafficEvent) -> Void = { _ in }
  ) throws(BackendError) -> KubernetesClient {
    let deadline = Deadline(after: allowance, on: time)
    let login = ClusterLogin(
      access, files: environment.files,
      plugin: PluginProcess(environment: environment.variables, time: time), time: time, deadline: deadline)
    do throws(KubeconfigError) {
      try login.obtain()
    } catch {
      throw BackendError(error)
    }
    var connection = ServiceConnection(
      endpoint: access.endpoint, trust: access.trust, proxies: access.proxies)
    connection.clientCertificate = login.clientCertificate
    do throws(TransportError) {
      if access.endpoint.scheme == .https { try access.proxies.check(access.endpoint) }
      let transport = try environment.connect(connection, "astra-steps-conformance", time)
      return KubernetesClient(
        login, transport: transport, time: time, deadline: deadline, random: environment.random, log: log)
    } catch {
      throw BackendError(
        error.kind == .misconfigured ? .misconfigured : .unreachable, error.message, hint: error.hint)
    }
  }
}
