import AppProtection
import AstraControl
import AstraControlSimulation
import Files
import HTTPTransport
import KubernetesAPI
import KubernetesWorkloads
import RESTClient
import ServiceSimulation
import SimulatedBackend
import StepTestSupport
import Testing
import Timing
import TridentProtect
import TridentProtectSimulation
import Velero
import VeleroSimulation

/// A backend at a simulated service, with what a test may do to that service and ask of it.
///
/// At the start there is one application, which is ready, and one complete backup of it, which holds less than it.
protocol ServiceUnderTest: AnyObject {
  var backend: any Backend { get }
  /// The name of the application, and that of its backup.
  var production: String { get }
  var goodBackup: String { get }
  /// The name of the cluster that a clone goes to.
  var debugCluster: String { get }

  /// The moment by the clock that backend and service share.
  var now: Instant { get }
  func pass(_ duration: Duration)
  /// What an application holds, in order; nil if there is none, or it holds nothing yet.
  func content(of id: Application.ID) -> [String]?
  /// A customer writes to an application.
  func write(_ row: String, to id: Application.ID)
  /// Somebody else restores an application in place.
  func restoreByOthers(_ id: Application.ID, from point: RecoveryPoint.ID)
  /// Somebody else removes an application.
  func removeByOthers(_ id: Application.ID)
  /// Something goes wrong from now on, or at the next change or operation.
  func disturb(_ disturbance: Disturbance)
  /// Nothing goes wrong any more.
  func endTroubles()
}

/// What goes wrong.
enum Disturbance {
  /// Nothing accepts connections.
  case unreachable
  /// The credentials are refused.
  case credentialsRefused
  /// The next change is carried out, and its answer is lost.
  case answerLost
  /// The next change is lost on its way.
  case requestLost
  /// The next operation fails at its end.
  case operationFails
}

/// A service that the suite is run at.
struct Subject: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// Whether it restores in place by one request.
  var restoresAtOnce = true
  let make: @Sendable () throws -> any ServiceUnderTest

  /// Those that restore in place by one request.
  static let restoringAtOnce = all.filter(\.restoresAtOnce)

  static let all =
    SimulatedProduct.all.filter { $0.description.hasPrefix("Astra Control") }.map { product in
      Subject(testDescription: product.description) { AstraControlUnderTest(try product.setup()) }
    } + [
      Subject(testDescription: "Trident protect") { ClustersUnderTest.tridentProtect() },
      Subject(testDescription: "Velero", restoresAtOnce: false) { ClustersUnderTest.velero() },
      Subject(testDescription: "a toy") { ToyUnderTest() },
    ]
}

/// Astra Control, by its API at its simulator.
final class AstraControlUnderTest: ServiceUnderTest {
  let backend: any Backend
  let production = "magento-prod"
  let goodBackup = Magento.goodBackup
  let debugCluster = "ocp-debug"
  private let site: Site

  init(_ setup: any ServiceSetup) {
    site = Site(setup)
    let settings = AstraControlBackend.Settings(
      host: "astra.example.com", account: site.service.environment["ASTRA_INSTANCE_ID"] ?? "",
      credentials: Credentials(token: Secret(site.service.credential)), random: SeededRandom(seed: 1),
      log: { _ in })
    backend = AstraControlBackend(
      settings, transport: site.transport(userAgent: "test"), time: site.time,
      deadline: Deadline(after: .seconds(86_400), on: site.time))
  }

  var now: Instant { site.time.now }
  func pass(_ duration: Duration) { site.pass(duration) }
  func content(of id: Application.ID) -> [String]? { site.service.application(id.text)?.content?.rows }
  func write(_ row: String, to id: Application.ID) { site.service.addRows([row], to: id.text) }
  func restoreByOthers(_ id: Application.ID, from point: RecoveryPoint.ID) {
    site.service.restoreByOthers(id.text, from: point.text)
  }
  func removeByOthers(_ id: Application.ID) { site.service.removeByOthers(id.text) }

  func disturb(_ disturbance: Disturbance) {
    switch disturbance {
    case .unreachable: site.faults = [SiteFault(.down(nil), atEvent: site.events.count + 1)]
    case .credentialsRefused: site.service.changeCredential("another")
    case .answerLost: site.faults = [SiteFault(.lostAnswer, atEvent: site.events.count + 1)]
    case .requestLost: site.faults = [SiteFault(.resetBefore, atEvent: site.events.count + 1)]
    case .operationFails:
      for kind in OperationKind.allCases { site.service.disturbNext(kind, .fails) }
    }
  }

  func endTroubles() { site.endTroubles() }
}

/// A service in Kubernetes clusters, by their API at its simulator.
final class ClustersUnderTest: ServiceUnderTest {
  let backend: any Backend
  let production = "magento-prod"
  let goodBackup = Magento.goodBackup
  let debugCluster = "ocp-debug"
  private let site: Site

  static func tridentProtect() -> ClustersUnderTest {
    ClustersUnderTest(TridentProtectSetup()) { site in
      TridentProtectBackend(
        TridentProtectBackend.Settings(usualContext: "ocp-prod", contexts: ["ocp-prod", "ocp-debug"]),
        time: site.time, connect: Self.connecting(site))
    }
  }

  static func velero() -> ClustersUnderTest {
    ClustersUnderTest(VeleroSetup()) { site in
      VeleroBackend(
        VeleroBackend.Settings(usualContext: "ocp-prod", contexts: ["ocp-prod", "ocp-debug"]),
        time: site.time, connect: Self.connecting(site))
    }
  }

  private init(_ setup: any ServiceSetup, _ backend: (Site) -> any Backend) {
    site = Site(setup)
    self.backend = backend(site)
  }

  private static func connecting(_ site: Site) -> ClusterConnections.Connect {
    { context throws(BackendError) in
      let endpoint: Endpoint
      do throws(TransportError) {
        endpoint = try Endpoint("\(context).example.com")
      } catch {
        throw BackendError(.misconfigured, error.message)
      }
      let deadline = Deadline(after: .seconds(86_400), on: site.time)
      let access = ClusterAccess(
        name: context, namespace: nil, endpoint: endpoint, trust: TLSTrust(),
        proxies: Proxies(environment: [:]),
        credentials: .token(Secret("not-a-real-token-of-\(context)")))
      let login = ClusterLogin(
        access, files: MemoryFiles(), plugin: NoPlugin(), time: site.time, deadline: deadline)
      do throws(KubeconfigError) {
        try login.obtain()
      } catch {
        throw BackendError(error)
      }
      let client = KubernetesClient(
        login, transport: site.transport(userAgent: "test", host: endpoint.description), time: site.time,
        deadline: deadline, random: SeededRandom(seed: 1), log: { _ in })
      return ClusterConnection(client: client, server: endpoint.description)
    }
  }

  var now: Instant { site.time.now }
  func pass(_ duration: Duration) { site.pass(duration) }
  func content(of id: Application.ID) -> [String]? { site.service.application(id.text)?.content?.rows }
  func write(_ row: String, to id: Application.ID) { site.service.addRows([row], to: id.text) }
  func restoreByOthers(_ id: Application.ID, from point: RecoveryPoint.ID) {
    site.service.restoreByOthers(id.text, from: point.text)
  }
  func removeByOthers(_ id: Application.ID) { site.service.removeByOthers(id.text) }

  func disturb(_ disturbance: Disturbance) {
    switch disturbance {
    case .unreachable: site.faults = [SiteFault(.down(nil), atEvent: site.events.count + 1)]
    case .credentialsRefused: site.service.changeCredential("another")
    case .answerLost:
      site.faults = [
        SiteFault(.lostAnswer, .create, .backup), SiteFault(.lostAnswer, .restore, .application),
      ]
    case .requestLost:
      site.faults = [
        SiteFault(.resetBefore, .create, .backup), SiteFault(.resetBefore, .restore, .application),
      ]
    case .operationFails:
      for kind in OperationKind.allCases { site.service.disturbNext(kind, .fails) }
    }
  }

  func endTroubles() { site.endTroubles() }

  /// No plug-in is ever called.
  private struct NoPlugin: CredentialPlugin {
    func run(_: PluginCall, timeLimit _: Duration) throws(KubeconfigError) -> [UInt8] {
      throw KubeconfigError(.credentials, "there are no plug-ins here")
    }
  }
}

/// The toy.
final class ToyUnderTest: ServiceUnderTest {
  let toy = ToyService()
  let backend: any Backend
  let production = "shop"
  let goodBackup = "good"
  let debugCluster = "here"

  init() { backend = ToyBackend(toy) }

  var now: Instant { toy.time.now }
  func pass(_ duration: Duration) {
    toy.time.advance(by: duration)
    toy.settle()
  }
  func content(of id: Application.ID) -> [String]? { toy.contents[id] }
  func write(_ row: String, to id: Application.ID) { toy.contents[id]?.append(row) }
  func restoreByOthers(_ id: Application.ID, from point: RecoveryPoint.ID) {
    try? toy.restore(id, from: point)
  }
  func removeByOthers(_ id: Application.ID) { toy.applications.removeAll { $0.id == id } }
  func disturb(_ disturbance: Disturbance) { toy.disturbance = disturbance }
  func endTroubles() { toy.disturbance = nil }
}
