package import AppProtection
package import StepCommon

/// What proves that astra-clone made a clone of an application.
package struct CloneProof {
  /// What the records at hand say that astra-clone made.
  let records: [RunRecord.Operation]

  /// Takes what records say.
  package init(records: [RunRecord.Operation]) {
    self.records = records
  }

  package enum Finding {
    /// It did; what proves it, with the verb: `its labels prove`.
    case proven(by: String)
    /// Nothing proves it, or something speaks against it.
    case notProven(because: String)
  }

  /// Weighs what speaks for a clone of `source`.
  ///
  /// The server has to say itself that it comes from there. Beside that, the clone's labels have to say so, or, where
  /// it has none of ours, a record that names its very id. Labels that say something else count against it, whatever a
  /// record says: somebody has taken the clone over.
  package func finding(on clone: Application, of source: Application) -> Finding {
    if clone.id == source.id { return .notProven(because: "is the application itself") }
    guard let sourceID = clone.sourceID else {
      return .notProven(because: "is not a clone, according to the server")
    }
    guard sourceID == source.id else {
      return .notProven(because: "is a clone of another application (\(sourceID))")
    }
    switch CloneMark(of: source.id, named: clone.name).reading(on: clone) {
    case .there: return .proven(by: "its labels prove")
    case .another(let labels): return .notProven(because: "has labels of another clone (\(labels))")
    case .absent: break
    }
    let isRecorded = records.contains { operation in
      operation.kind == .clone && operation.id == clone.id.text && operation.name == clone.name
        && operation.application == source.id.text && operation.stage != .refused
    }
    guard isRecorded else {
      return .notProven(because: "has no labels of astra-clone, and no record names it")
    }
    return .proven(by: "the record of astra-clone proves")
  }
}
