internal import AppProtection
internal import KubernetesAPI
internal import StructuredValues
internal import TridentProtect

// What is sent with `dryRun=All`: the schema and the product's validators judge it, and nothing is stored.
extension ConformanceChecks {
  func checkTrials() throws(BackendError) {
    let samples = Samples(namespace: namespace, vault: try vault())
    try check("a trial creation stores nothing") { () throws(BackendError) in
      let name = "conformance-trial"
      let tried = try client.create(
        Kinds.application, samples.application(name), in: namespace, dryRun: true,
        to: "try out an Application")
      guard tried.name == name else { return .fails("the answer is another object") }
      let found = try client.get(Kinds.application, name, in: namespace, to: "look for what was tried out")
      return found == nil ? .holds() : .fails("the object is there")
    }
    try check("an Application is made, and read back") { () throws(BackendError) in
      let made = try client.create(
        Kinds.application, samples.application(), in: namespace, to: "make an Application")
      let read = try client.get(Kinds.application, made.name, in: namespace, to: "read the Application")
      return .equal(read?.uid, made.uid, "its uid")
    }
    try check("a name that is taken is refused") { () throws(BackendError) in
      try .refused(.nameTaken) { () throws(BackendError) in
        _ = try client.create(
          Kinds.application, samples.application(), in: namespace, to: "make another Application")
      }
    }
    for (kind, spec) in samples.written {
      try check("a \(kind.kind) with a field that does not exist is refused") { () throws(BackendError) in
        try .refused(.malformed, naming: Samples.unknownField) { () throws(BackendError) in
          try tryOut(kind, spec.with(Samples.unknownField, .bool(true)), samples)
        }
      }
      try check("a \(kind.kind) as a step writes it passes the schema") { () throws(BackendError) in
        do throws(BackendError) {
          try tryOut(kind, spec, samples)
          return .holds("accepted")
        } catch {
          // The product's validators come after the schema: there need be no vault here, and no copy.
          guard error.kind == .refused(.other) else { throw error }
          return .holds("the product refuses it: \(error.message)")
        }
      }
    }
    try check("a Snapshot without its application is refused") { () throws(BackendError) in
      try .refused(.malformed, naming: "applicationRef") { () throws(BackendError) in
        try tryOut(Kinds.snapshot, .members(["appVaultRef": .string(samples.vault)]), samples)
      }
    }
  }

  private func tryOut(
    _ kind: ResourceKind, _ spec: StructuredValue, _ samples: Samples
  ) throws(BackendError) {
    _ = try client.create(
      kind, samples.object("conformance-trial", spec), in: namespace, dryRun: true,
      to: "try out a \(kind.kind)")
  }

  /// A vault that there is; where none may be seen, a name that none has.
  private func vault() throws(BackendError) -> String {
    let sight = try client.lookAtList(of: Kinds.vault, in: productNamespace, to: "look for a vault")
    guard case .told(let vaults) = sight, let first = vaults.first else { return "conformance-none" }
    return first.name
  }
}
