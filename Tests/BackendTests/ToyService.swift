import AppProtection
import Timing

/// The least that a service can be, and nothing like Astra Control: ids are words, and every operation is an object.
final class ToyService {
  /// What is under way until a moment, and what it does then.
  struct Work {
    var operation: Operation
    var on: Application.ID
    var ends: Instant
    var finish: (_ fails: Bool) -> Void
  }

  let time = ManualTime()
  let cluster = Cluster(id: Cluster.ID("here"), name: "here", acceptsRestores: true)
  /// What the next request meets, or the next operation.
  var disturbance: Disturbance?
  var applications: [Application] = []
  var points: [RecoveryPoint] = []
  /// What each application holds, and each recovery point.
  var contents: [Application.ID: [String]] = [:]
  var copies: [RecoveryPoint.ID: [String]] = [:]
  var works: [Work] = []
  // What it tells of itself, if a test says so.
  var namespaces: [String: NamespaceStanding] = [:]
  var permissions = Permissions.notTold
  var limits: [ProtectionOperation: String] = [:]
  var restorePlan = RestorePlan.atomic
  /// The changes of such a plan that were made, and why some cannot be.
  var changesMade: [String] = []
  var changesThatFail: [String: String] = [:]

  init() {
    let shop = application("shop", .ready, in: ["shop"])
    let good = Self.point(.backup, "good", of: shop.id, .completed)
    (applications, points) = ([shop], [good])
    (contents[shop.id], copies[good.id]) = (["order-1", "order-2"], ["order-1"])
  }

  /// An application; its marks count the restores of it.
  func application(_ name: String, _ state: Application.State, in namespaces: [String]) -> Application {
    Application(
      id: Application.ID("toy:\(name)"), name: name, state: state, clusterID: cluster.id,
      clusterName: cluster.name, namespaces: namespaces, marks: ApplicationMarks(texts: ["restores": "0"]))
  }

  static func point(
    _ kind: RecoveryPoint.Kind, _ name: String, of owner: Application.ID, _ state: RecoveryPoint.State
  ) -> RecoveryPoint {
    RecoveryPoint(
      id: RecoveryPoint.ID("\(kind):\(name)"), kind: kind, name: name, applicationID: owner, state: state)
  }

  /// Ends what is due.
  func settle() {
    for index in works.indices where works[index].ends <= time.now && works[index].operation.state.isUnderWay
    {
      let fails = works[index].operation.state == .running("badly")
      works[index].operation.state = fails ? .failed("has fallen off the shelf") : .succeeded
      works[index].finish(fails)
    }
  }

  /// Begins something that takes ten seconds; nothing else may be under way with the application.
  func begin(
    _ kind: Operation.Kind, _ id: String, on application: Application.ID,
    from points: [RecoveryPoint.ID] = [], _ finish: @escaping (_ fails: Bool) -> Void
  ) throws(BackendError) -> Operation {
    guard !works.contains(where: { $0.on == application && $0.operation.state.isUnderWay }) else {
      throw BackendError(.refused(.busy), "\(application) is busy")
    }
    let fails = disturbance == .operationFails
    if fails { disturbance = nil }
    let operation = Operation(
      id: Operation.ID(id), kind: kind, state: .running(fails ? "badly" : "well"), points: points)
    works.append(Work(operation: operation, on: application, ends: time.now + .seconds(10), finish: finish))
    return operation
  }

  func alter(_ id: Application.ID, _ change: (inout Application) -> Void) {
    if let index = applications.firstIndex(where: { $0.id == id }) { change(&applications[index]) }
  }

  /// Begins to copy an application.
  func make(
    _ kind: RecoveryPoint.Kind, named name: String, of owner: Application.ID
  ) throws(BackendError) -> RecoveryPoint {
    let made = Self.point(kind, name, of: owner, .running)
    guard !points.contains(where: { $0.id == made.id }) else {
      throw BackendError(.refused(.nameTaken), "\(name) is taken")
    }
    _ = try begin(.clone, "make \(made.id)", on: owner) { [self] fails in
      guard let index = points.firstIndex(where: { $0.id == made.id }) else { return }
      points[index].state = fails ? .failed : .completed
    }
    points.append(made)
    copies[made.id] = contents[owner]
    return made
  }

  /// Begins to make an application of a copy.
  func clone(
    _ source: Application.ID, as name: String, in namespaces: [String], from point: RecoveryPoint.ID
  ) throws(BackendError) -> Operation {
    var clone = application(name, .provisioning, in: namespaces)
    guard !applications.contains(where: { $0.id == clone.id }) else {
      throw BackendError(.refused(.nameTaken), "\(name) is taken")
    }
    clone.sourceID = source
    let id = clone.id
    let operation = try begin(.clone, "clone \(id)", on: source) { [self] fails in
      alter(id) { $0.state = fails ? .failed : .ready }
      if !fails { contents[id] = copies[point] }
    }
    applications.append(clone)
    return operation
  }

  /// Overwrites an application with a copy, whoever asks for it.
  func restore(_ id: Application.ID, from point: RecoveryPoint.ID) throws(BackendError) {
    guard let application = applications.first(where: { $0.id == id }) else {
      throw BackendError(.refused(.notFound), "\(id) is not there")
    }
    let count = application.restores + 1
    let operation = "restore \(count) of \(id)"
    _ = try begin(.inPlaceRestore, operation, on: id, from: [point]) { [self] fails in
      alter(id) { $0.state = fails ? .failed : .ready }
      if !fails { contents[id] = copies[point] }
    }
    alter(id) {
      $0.state = .restoring; $0.marks.texts["restores"] = "\(count)"
    }
  }
}

extension Application {
  /// How often it was restored in place.
  var restores: Int { marks.restores }
}

extension ApplicationMarks {
  var restores: Int { texts["restores"].flatMap { Int($0) } ?? 0 }
}

extension Operation.State {
  var isUnderWay: Bool {
    switch self {
    case .running, .blocked: true
    case .succeeded, .partial, .failed: false
    }
  }
}
