internal import SimulatorSupport

extension KubernetesCluster {
  /// GET of a collection's changes as they come.
  mutating func answerWatch(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    let query = call.query
    let selector = try ObjectSelector(call.info.watchQuery, target.kind)
    let form = try AnswerForm(call.request)
    let version = query["resourceVersion"]
    let match = query["resourceVersionMatch"]
    let wantsInitialEvents = query.isSet("sendInitialEvents")
    if query["sendInitialEvents"] != nil {
      guard settings.sendsInitialEvents else {
        throw .invalidOptions(
          "ListOptions",
          .forbidden(
            "sendInitialEvents",
            "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"))
      }
      guard match == "NotOlderThan" else {
        throw .invalidOptions(
          "ListOptions",
          .forbidden(
            "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        )
      }
    } else if match != nil {
      throw .invalidOptions(
        "ListOptions",
        .forbidden(
          "resourceVersionMatch",
          "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
    }
    if let version, Int(version) == nil {
      throw APIProblem(
        code: 500,
        message:
          "resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing \"\(version)\": invalid syntax"
      )
    }
    var watch = WatchStream(
      call: call, kind: target.kind, namespace: target.namespace, selector: selector, shape: form.shape)
    let seconds = query["timeoutSeconds"].flatMap { Int($0) } ?? 1800 + Int(random.next() % 1800)
    watch.end = now + .seconds(seconds)
    watch.told = store.revision
    let from = version.flatMap { Int($0) } ?? 0
    if wantsInitialEvents || from == 0 {
      watch.initial = store.rows(target.kind.resource, in: target.namespace).map(\.object).filter(
        selector.selects)
      watch.marksEnd = wantsInitialEvents
    } else {
      watch.told = from
    }
    if query.isSet("allowWatchBookmarks") { watch.setBookmarks(now, settings.bookmarkInterval) }
    return SimulatedResponse(status: 200, headers: [("Content-Type", form.contentType)], stream: watch)
  }
}

extension RequestInfo {
  /// The parameters of a watch; one on an old path says the name there.
  fileprivate var watchQuery: Query {
    guard isOldWatch, let name else { return query }
    return Query("fieldSelector=metadata.name%3D\(name)")
  }
}

/// A watch: a line of JSON for each change of the objects that it is about.
struct WatchStream: ResponseStream {
  private let call: Call
  private let kind: KindDefinition
  private let namespace: String?
  private let selector: ObjectSelector
  private let shape: AnswerForm.Shape
  /// What is there at the beginning, not yet told.
  var initial: [JSON]?
  /// Whether a bookmark says that this was all.
  var marksEnd = false
  /// Everything up to that revision has been told.
  var told = 0
  /// When it ends.
  var end: Duration = .zero
  private var nextBookmark: Duration?
  private var bookmarkInterval: Duration = .zero
  private var isOver = false
  private var hasToldColumns = false

  init(
    call: Call, kind: KindDefinition, namespace: String?, selector: ObjectSelector, shape: AnswerForm.Shape
  ) {
    (self.call, self.kind, self.namespace) = (call, kind, namespace)
    (self.selector, self.shape) = (selector, shape)
  }

  mutating func setBookmarks(_ now: Duration, _ interval: Duration) {
    bookmarkInterval = interval
    // One comes shortly before the end too, so that a client can go on from there.
    nextBookmark = min(now + interval, max(now, end - .seconds(2)))
  }

  var due: Duration? { nextBookmark.map { min($0, end) } ?? end }

  mutating func next(of source: any StreamSource) -> [UInt8]? {
    guard !isOver, let cluster = source as? KubernetesCluster else { return nil }
    let store = cluster.store
    var lines: [UInt8] = []
    if let initial {
      for object in initial { write("ADDED", object, cluster, &lines) }
      if marksEnd { bookmark(store, isEndOfInitial: true, &lines) }
      self.initial = nil
    } else if told < store.history.forgotten {
      isOver = true
      let problem = APIProblem.expired(
        "too old resource version: \(told) (\(store.history.forgotten + 1))")
      line("ERROR", problem.json, &lines)
      return lines
    }
    // A watch of a version that is yet to come says nothing until then.
    for event in store.history.events(after: told) where isMine(event.key) {
      tell(event, cluster, &lines)
    }
    told = max(told, store.revision)
    if let moment = nextBookmark, cluster.now >= moment, cluster.now < end {
      bookmark(store, isEndOfInitial: false, &lines)
      let last = end - .seconds(2)
      nextBookmark =
        cluster.now + bookmarkInterval < last
        ? cluster.now + bookmarkInterval : (cluster.now < last ? last : nil)
    }
    if cluster.now >= end {
      isOver = true
      return lines.isEmpty ? nil : lines
    }
    return lines
  }

  private func isMine(_ key: ObjectKey) -> Bool {
    key.resource == kind.resource && (namespace == nil || key.namespace == namespace)
  }

  /// A change as this watch sees it: what comes into the selection is added, what leaves it deleted.
  private mutating func tell(_ event: ObjectEvent, _ cluster: KubernetesCluster, _ lines: inout [UInt8]) {
    let was = event.old.map(selector.selects) ?? false
    let `is` = event.change != .deleted && selector.selects(event.object)
    switch (was, `is`) {
    case (false, false): return
    case (false, true): write("ADDED", event.object, cluster, &lines)
    case (true, true): write("MODIFIED", event.object, cluster, &lines)
    case (true, false):
      // As it was when it was selected, with the version of the change.
      let last = event.change == .deleted ? event.object : event.old ?? event.object
      write(
        "DELETED", last.setting("metadata.resourceVersion", .string(String(event.revision))), cluster, &lines)
    }
  }

  private mutating func write(
    _ type: String, _ object: JSON, _ cluster: KubernetesCluster, _ lines: inout [UInt8]
  ) {
    var shown = shape == .whole ? object : cluster.shaped(object, shape, call)
    // The columns are told once.
    if shape == .table {
      if hasToldColumns { shown["columnDefinitions"] = .null }
      hasToldColumns = true
    }
    line(type, shown, &lines)
  }

  private func line(_ type: String, _ object: JSON, _ lines: inout [UInt8]) {
    let event: JSON = ["type": .string(type), "object": object]
    lines += event.bytes
    lines.append(UInt8(ascii: "\n"))
  }

  private func bookmark(_ store: ObjectStore, isEndOfInitial: Bool, _ lines: inout [UInt8]) {
    var metadata: JSON = ["resourceVersion": .string(String(store.revision))]
    if isEndOfInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    line(
      "BOOKMARK",
      ["kind": .string(kind.kind), "apiVersion": .string(kind.apiVersion), "metadata": metadata], &lines)
  }
}
