internal import AppProtection
internal import StructuredValues
internal import Timing

/// The member `status` of the JSON document: `docs/schemas/astra-status.schema.json` says what is in it.
///
/// Every member is always there, null where something is not told.
struct StatusDocument {
  let value: StructuredValue

  init(_ status: Status, backend: String) {
    value = .object([
      .init("schema", .digits("1")),
      .init("observedAt", .string(status.observedAt.text)),
      .init("backend", .string(backend)),
      .init("scope", .string(status.isOfAll ? "all" : "application")),
      .init("applications", .array(status.applications.map { Self.application($0, in: status) })),
      .init("notTold", .texts(status.notTold)),
    ])
  }

  private static func application(_ one: ApplicationStatus, in status: Status) -> StructuredValue {
    .object(
      entry(one.application, run: one.run, in: status) + [
        .init("cloneOf", StructuredValue(one.application.sourceID?.text)),
        .init("clones", .array(one.clones.map { clone($0, of: one.application, in: status) })),
        .init("recoveryPoints", .list(one.points) { point($0, in: status) }),
        .init("operations", .array(one.operations.map(operation))),
        .init("evidence", .list(one.evidence) { evidence($0, in: status) }),
      ])
  }

  private static func clone(
    _ clone: CloneStatus, of source: Application, in status: Status
  ) -> StructuredValue {
    let mark = CloneMark(of: source.id, named: clone.application.name)
    let origin: String? =
      switch mark.origin(of: clone.application) {
      case .live: "live"
      case .point(let id): id.text
      case nil: nil
      }
    return .object(
      entry(clone.application, run: clone.run, in: status) + [
        .init("from", StructuredValue(origin)),
        .init("addresses", .list(clone.addresses) { .string($0) }),
      ])
  }

  /// What every application has.
  private static func entry(
    _ application: Application, run: String?, in status: Status
  ) -> [StructuredValue.Member] {
    [
      .init("id", .string(application.id.text)),
      .init("name", .string(application.name)),
      .init("state", .string(application.state.rawValue)),
      .init("problems", .texts(application.problems)),
      .init("cluster", StructuredValue(application.clusterName)),
      .init("clusterID", StructuredValue(application.clusterID?.text)),
      .init("namespaces", .texts(application.namespaces)),
      .init("createdAt", StructuredValue(application.createdAt?.text)),
      .init("ageSeconds", .whole(status.age(application.createdAt)?.components.seconds)),
      .init("run", StructuredValue(run)),
    ]
  }

  private static func point(_ one: PointStatus, in status: Status) -> StructuredValue {
    let point = one.point
    var failures: [String] = []
    if case .failed(let details) = point.hooks { failures = details }
    var lacking: [String] = []
    if case .partial(let volumes) = point.coverage { lacking = volumes }
    return .object([
      .init("id", .string(point.id.text)),
      .init("kind", .string(point.kind.rawValue)),
      .init("name", .string(point.name)),
      .init("state", .string(point.state.rawValue)),
      .init("problems", .texts(point.problems)),
      .init("createdAt", StructuredValue(point.createdAt?.text)),
      .init("ageSeconds", .whole(status.age(point.createdAt)?.components.seconds)),
      .init("expiresAt", StructuredValue(point.expiresAt?.text)),
      .init("sizeBytes", .whole(point.sizeBytes)),
      .init("hooks", .string(point.hooks.word)),
      .init("hookFailures", .texts(failures)),
      .init("coverage", .string(point.coverage.word)),
      .init("lackingVolumes", .texts(lacking)),
      .init("isScheduled", .bool(point.isScheduled)),
      .init("run", StructuredValue(one.run)),
      .init("wouldBeRestored", .bool(one.refusal == nil)),
      .init("refusal", StructuredValue(one.refusal)),
      .init("isLatest", .bool(one.isLatest)),
      .init("passedOver", StructuredValue(one.passedOver)),
    ])
  }

  private static func operation(_ one: OperationStatus) -> StructuredValue {
    .object([
      .init("id", .string(one.id)),
      .init("kind", .string(one.kind)),
      .init("name", .string(one.name)),
      .init("state", .string(one.state)),
      .init("beganAt", StructuredValue(one.beganAt?.text)),
      .init("progress", one.progress.map(progress) ?? .null),
    ])
  }

  private static func progress(_ progress: Progress) -> StructuredValue {
    .object([
      .init("percent", progress.percent.map { .number($0) } ?? .null),
      .init("bytesDone", .whole(progress.bytesDone)),
      .init("bytesTotal", .whole(progress.bytesTotal)),
      .init("itemsDone", .whole(progress.itemsDone)),
      .init("itemsTotal", .whole(progress.itemsTotal)),
    ])
  }

  private static func evidence(_ one: EvidenceStatus, in status: Status) -> StructuredValue {
    .object([
      .init("id", .string(one.id)),
      .init("kind", .string(one.kind)),
      .init("name", .string(one.name)),
      .init("createdAt", StructuredValue(one.createdAt?.text)),
      .init("ageSeconds", .whole(status.age(one.createdAt)?.components.seconds)),
      .init("couldBeRemoved", one.verdict.truth.map { .bool($0) } ?? .null),
      .init("reason", StructuredValue(one.verdict.reason)),
    ])
  }
}

extension RecoveryPoint.Hooks {
  /// In one word, as scripts read it.
  var word: String {
    switch self {
    case .notReported: "notReported"
    case .succeeded: "succeeded"
    case .failed: "failed"
    }
  }
}

extension Coverage {
  /// In one word, as scripts read it.
  var word: String {
    switch self {
    case .notTold: "notTold"
    case .whole: "whole"
    case .partial: "partial"
    }
  }
}

extension EvidenceStatus.Verdict {
  /// Whether it could be removed; nil where that is not known.
  var truth: Bool? {
    switch self {
    case .couldBeRemoved: true
    case .stays: false
    case .notTold: nil
    }
  }

  /// Why not, or why that is not known.
  var reason: String? {
    switch self {
    case .couldBeRemoved: nil
    case .stays(let reason), .notTold(let reason): reason
    }
  }
}

extension StructuredValue {
  fileprivate static func texts(_ texts: [String]) -> Self { .array(texts.map { .string($0) }) }
  fileprivate static func list<Element>(_ elements: [Element]?, _ write: (Element) -> Self) -> Self {
    elements.map { .array($0.map(write)) } ?? .null
  }
  /// A whole number, or null.
  fileprivate static func whole(_ number: (some BinaryInteger)?) -> Self {
    number.map { .digits(String($0)) } ?? .null
  }
}
