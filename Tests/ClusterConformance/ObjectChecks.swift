internal import AppProtection
internal import KubernetesAPI
internal import StructuredValues
internal import Timing
internal import TridentProtect

// What is made, listed, changed, watched and deleted for good: three hooks that are switched off.
extension ConformanceChecks {
  func checkObjects() throws(BackendError) {
    let samples = Samples(namespace: namespace, vault: "")
    let names = (1...3).map { "conformance-\($0)" }
    try check("three ExecHooks are made") { () throws(BackendError) in
      for (place, name) in names.enumerated() {
        _ = try client.create(
          Kinds.hook, samples.hook(name, number: place + 1), in: namespace, to: "make an ExecHook")
      }
      return .holds()
    }
    try checkLists(names)
    try checkChanges(names[0])
    try checkDeletion(names[2])
  }

  private func checkLists(_ names: [String]) throws(BackendError) {
    try check("a list comes in pages (limit, continue)") { () throws(BackendError) in
      let before = traffic.targets.count
      let found = try client.list(Kinds.hook, in: namespace, pageSize: 2, to: "list the ExecHooks")
      guard found.map(\.name) == names else { return .fails("it holds \(found.map(\.name))") }
      let pages = traffic.targets[before...].map { $0.contains("continue=") }
      return .equal(pages, [false, true], "which requests continue another")
    }
    try check("a label selector and a field selector choose") { () throws(BackendError) in
      let labelled = try client.list(
        Kinds.hook, in: namespace, labels: "conformance=2", to: "list by a label")
      let named = try client.list(
        Kinds.hook, in: namespace, fields: "metadata.name=\(names[2])", to: "list by a name")
      return .equal((labelled + named).map(\.name), [names[1], names[2]], "what they choose")
    }
  }

  private func checkChanges(_ name: String) throws(BackendError) {
    var versions: [String] = []
    try check("a change is made of the version that was seen, and of no older one") {
      () throws(BackendError) in
      let seen = try client.get(Kinds.hook, name, in: namespace, to: "read an ExecHook")
      guard let version = seen?.resourceVersion else { return .fails("the object has no version") }
      let changed = try patch(name, version, label: "first")
      guard changed.labels["conformance"] == "first" else { return .fails("the change does not show") }
      versions = [version] + (changed.resourceVersion.map { [$0] } ?? [])
      return try .refused(.busy) { () throws(BackendError) in
        _ = try patch(name, version, label: "second")
      }
    }
    try check("a watch tells of a change") { () throws(BackendError) in
      guard let old = versions.first else { return .fails("nothing was changed") }
      return .equal(try watch(name, since: old, upTo: .seconds(10)), .news, "its end")
    }
    try check("a watch without news ends when it was asked to") { () throws(BackendError) in
      guard let new = versions.last else { return .fails("nothing was changed") }
      let end = try watch(name, since: new, upTo: .seconds(2), until: { $0.labels["conformance"] == "never" })
      guard case .ended(let duration) = end else { return .fails("its end: \(end)") }
      return (.milliseconds(900)...(.seconds(4))).contains(duration)
        ? .holds() : .fails("it ended after \(duration.shortText), and not after 2 s")
    }
  }

  private func checkDeletion(_ name: String) throws(BackendError) {
    guard let object = try? client.get(Kinds.hook, name, in: namespace, to: "read an ExecHook") else {
      return try check("an object is deleted by its uid") { () throws(BackendError) in
        .fails("there is none to delete")
      }
    }
    try check("a deletion of another object of that name is refused") { () throws(BackendError) in
      let finding = try Finding.refused(.other) { () throws(BackendError) in
        try delete(name, uid: "00000000-0000-4000-8000-000000000000")
      }
      guard case .holds = finding else { return finding }
      let left = try client.get(Kinds.hook, name, in: namespace, to: "look for what was not to go")
      return .equal(left?.uid, object.uid, "what is there now")
    }
    try check("an object is deleted by its uid, and a watch tells of it") { () throws(BackendError) in
      try delete(name, uid: object.uid)
      let end = try watch(name, since: object.resourceVersion, upTo: .seconds(30), until: { _ in false })
      guard end == .news else { return .fails("the end of the watch: \(end)") }
      let left = try client.get(Kinds.hook, name, in: namespace, to: "look for what was deleted")
      return left == nil ? .holds() : .fails("it is there still")
    }
  }

  private func patch(
    _ name: String, _ version: String, label: String
  ) throws(BackendError) -> KubernetesObject {
    let metadata = StructuredValue.members([
      "resourceVersion": .string(version), "labels": .members(["conformance": .string(label)]),
    ])
    return try client.mergePatch(
      Kinds.hook, name, in: namespace, .members(["metadata": metadata]), to: "change an ExecHook")
  }

  private func watch(
    _ name: String, since version: String?, upTo limit: Duration,
    until isNews: (KubernetesObject) -> Bool = { _ in true }
  ) throws(BackendError) -> WakeUp {
    do throws(Interruption) {
      return try client.wait(
        for: Kinds.hook, name, in: namespace, since: version, upTo: limit, until: isNews)
    } catch {
      throw BackendError(.interrupted(error), "interrupted while an ExecHook was watched")
    }
  }

  private func delete(_ name: String, uid: String) throws(BackendError) {
    try client.delete(Kinds.hook, name, in: namespace, uid: uid, to: "delete an ExecHook")
  }
}
