internal import AppProtection
package import Timing

/// What the records at hand say of something that this run cannot claim as its own, for a refusal.
package struct Provenance {
  /// Follows `… is there already`: `, from an earlier run (2h old, of run jenkins-41): it does not hold today's data`.
  package let clause: String
  /// What to do if it is this run's after all; nil where the records say that it is not.
  private let ifOurs: String?

  init(_ clause: String, ifOurs: String? = nil) {
    (self.clause, self.ifOurs) = (clause, ifOurs)
  }

  /// The hint: what to do if this run made it, and what to do otherwise.
  package func hint(else otherwise: String) -> String {
    ifOurs.map { "if this run made it, \($0); otherwise \(otherwise)" } ?? otherwise
  }
}

extension RunHistory {
  /// Says whose something is that `isOfThisRun` does not know, as far as the records at hand tell.
  ///
  /// - Parameters:
  ///   - id: its id.
  ///   - createdAt: when it was made.
  ///   - asked: what this run has asked for under its name, and was not refused.
  ///   - lack: what another run's would not hold: `today's data`.
  /// - Returns: the words for it.
  package func provenance(
    of id: String, createdAt: Timestamp?, asked: [RunRecord.Operation], lacking lack: String
  ) -> Provenance {
    let age = age(createdAt)
    if let record = foreignRecord(naming: id) {
      let whose = record.run.map { "of run \($0)" } ?? "of a run without a name"
      let spent = record.run == settings.run ? ", whose record is too old to count" : ""
      return Provenance(", from an earlier run (\(age), \(whose)\(spent)): it does not hold \(lack)")
    }
    if let other = asked.last(where: { $0.id != nil })?.id {
      return Provenance(
        ", from an earlier run or made by others (\(age)): the record of this run names another one (id \(other))"
      )
    }
    if let doubt {
      return Provenance(
        " (\(age)), and it may be from this run or from an earlier run: \(doubt)",
        ifOurs: "put that file back as the job that wrote it left it")
    }
    guard isKnown else {
      let record = settings.run.map { "record of run \($0)" } ?? "fresh record of a run without a name"
      return Provenance(
        " (\(age)), and it may be from this run or from an earlier run: there is no \(record) in \(folder)/",
        ifOurs: "copy \(folder)/*.json here from the job that made it")
    }
    return Provenance(
      ", from an earlier run or made by others (\(age)): the records of this run in \(folder)/ do not name it",
      ifOurs: "copy \(folder)/*.json here from the job that made it too")
  }
}
