internal import AppProtection
internal import StepCommon
internal import Timing

/// What was seen, for people.
struct StatusTable {
  private let status: Status
  private let backend: String
  /// Makes a text of a server fit to be shown in one line.
  private let cleaned: (String) -> String

  init(_ status: Status, backend: String, cleaned: @escaping (String) -> String) {
    (self.status, self.backend, self.cleaned) = (status, backend, cleaned)
  }

  var text: String {
    var text = TextTable.wrapped("\(cleaned(backend)), as seen at \(status.observedAt.text)", indent: 0)
    if status.isOfAll {
      text += "\n" + (status.applications.isEmpty ? "No applications.\n" : overview)
    } else {
      for one in status.applications { text += "\n" + whole(one) }
    }
    if !status.notTold.isEmpty {
      text += "\nNOT TOLD\n"
      for what in status.notTold { text += TextTable.wrapped("- \(cleaned(what))", indent: 2) }
    }
    return text
  }

  // MARK: - All applications

  private var overview: String {
    var table = TextTable([
      .init("APPLICATION", least: 16), .init("STATE", least: 8), .init("CLUSTER", least: 10),
      .init("AGE", isRight: true), .init("CLONES", isRight: true), .init("COPIES", isRight: true),
      .init("LATEST", isRight: true), .init("UNDER WAY", least: 9),
    ])
    for one in status.applications {
      let latest = one.points?.filter(\.isLatest).compactMap(\.point.createdAt).max()
      table.rows.append(
        .init(cells: [
          cleaned(one.application.name), cleaned(one.application.state.rawValue),
          cluster(of: one.application),
          age(one.application.createdAt), String(one.clones.count),
          one.points.map { String($0.count) } ?? "?",
          one.points == nil ? "?" : age(latest),
          one.operations.isEmpty ? "-" : one.operations.map(\.kind).joined(separator: ", "),
        ]))
    }
    return table.text
  }

  // MARK: - One application

  private func whole(_ one: ApplicationStatus) -> String {
    let application = one.application
    var text = "APPLICATION \(cleaned(application.name)): \(cleaned(application.stateClause))\n"
    func fact(_ words: String) { text += TextTable.wrapped(words, indent: 2) }
    if let holder = one.holder { fact("but it \(cleaned(holder.clause))") }
    fact("id \(cleaned(application.id.text))")
    fact("on \(cluster(of: application)), in \(list(application.namespaces, else: "no known namespace"))")
    fact("\(age(application.createdAt)) old" + (one.run.map { ", made by run \(cleaned($0))" } ?? ""))
    if let source = application.sourceID { fact("a clone of \(cleaned(source.text))") }
    return text + section("CLONES", clones(one)) + section("BACKUPS", points(.backup, one))
      + section("SNAPSHOTS", points(.snapshot, one))
      + section("UNDER WAY", operations(one))
      + section("EVIDENCE, AND WHETHER ASTRA-CLEANUP COULD REMOVE IT", evidence(one))
  }

  /// A part with its title; one that has no rows says so.
  private func section(_ title: String, _ table: TextTable?) -> String {
    guard let table else { return "\n\(title): not told\n" }
    return table.rows.isEmpty ? "\n\(title): none\n" : "\n\(title)\n\(table.text)"
  }

  private func clones(_ one: ApplicationStatus) -> TextTable {
    var table = TextTable([
      .init("NAME", least: 12), .init("STATE", least: 8), .init("CLUSTER", least: 9),
      .init("AGE", isRight: true),
      .init("RUN", least: 10), .init("ADDRESS", least: 12),
    ])
    for clone in one.clones {
      let application = clone.application
      table.rows.append(
        .init(
          cells: [
            cleaned(application.name), cleaned(application.state.rawValue), cluster(of: application),
            age(application.createdAt), clone.run.map(cleaned) ?? "not told",
            clone.addresses.map { list($0, else: "none") } ?? "not told",
          ], remarks: application.problems.map(cleaned)))
    }
    return table
  }

  private func points(_ kind: RecoveryPoint.Kind, _ one: ApplicationStatus) -> TextTable? {
    guard let points = one.points?.filter({ $0.point.kind == kind }) else { return nil }
    var table = TextTable([
      .init("NAME", least: 14), .init("STATE", least: 8), .init("AGE", isRight: true),
      .init("SIZE", isRight: true), .init("HOOKS"), .init("VOLUMES"), .init("RESTORE"),
    ])
    for status in points {
      let point = status.point
      var remarks: [String] = []
      if let refusal = status.refusal {
        remarks.append("not restored: \(cleaned(refusal))")
      } else if let reason = status.passedOver {
        remarks.append("only by its name: \(cleaned(reason))")
      }
      if case .partial(let volumes) = point.coverage {
        remarks.append("lacks \(list(volumes, else: "a volume"))")
      }
      table.rows.append(
        .init(
          cells: [
            cleaned(point.name), cleaned(point.state.rawValue), age(point.createdAt),
            point.sizeBytes.map(Progress.amount) ?? "-", hooks(point.hooks), coverage(point.coverage),
            status.refusal != nil
              ? "no" : status.isLatest ? "latest" : status.passedOver == nil ? "yes" : "by name",
          ], remarks: remarks))
    }
    return table
  }

  private func operations(_ one: ApplicationStatus) -> TextTable {
    var table = TextTable([
      .init("KIND"), .init("NAME", least: 16), .init("STATE", least: 12), .init("FOR", isRight: true),
      .init("PROGRESS"),
    ])
    for operation in one.operations {
      table.rows.append(
        .init(cells: [
          operation.kind, cleaned(operation.name), cleaned(operation.state), age(operation.beganAt),
          told(operation.progress),
        ]))
    }
    return table
  }

  private func evidence(_ one: ApplicationStatus) -> TextTable? {
    guard let evidence = one.evidence else { return nil }
    var table = TextTable([
      .init("KIND"), .init("NAME", least: 16), .init("AGE", isRight: true), .init("REMOVABLE"),
    ])
    for item in evidence {
      table.rows.append(
        .init(
          cells: [
            item.kind, cleaned(item.name), age(item.createdAt),
            item.verdict.truth.map { $0 ? "yes" : "no" } ?? "not told",
          ], remarks: [item.verdict.reason.map(cleaned)].compactMap { $0 }))
    }
    return table
  }

  // MARK: - Words

  private func cluster(of application: Application) -> String {
    (application.clusterName ?? application.clusterID?.text).map(cleaned) ?? "not told"
  }

  private func told(_ progress: Progress?) -> String {
    progress.flatMap { $0.text.isEmpty ? nil : $0.text } ?? "not told"
  }

  private func list(_ words: [String], else nothing: String) -> String {
    words.isEmpty ? nothing : words.map(cleaned).joined(separator: ", ")
  }

  private func hooks(_ hooks: RecoveryPoint.Hooks) -> String {
    switch hooks {
    case .notReported: "-"
    case .succeeded: "ok"
    case .failed: "failed"
    }
  }

  private func coverage(_ coverage: Coverage) -> String {
    switch coverage {
    case .notTold: "-"
    case .whole: "all"
    case .partial: "some"
    }
  }

  /// How old something is, in its two largest units.
  private func age(_ made: Timestamp?) -> String {
    guard let seconds = status.age(made)?.components.seconds else { return "?" }
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "0s" }
    let (size, unit) = units[first]
    let (count, rest) = (seconds / Int64(size), seconds % Int64(size))
    guard first + 1 < units.count, count < 10, rest / Int64(units[first + 1].0) > 0 else {
      return "\(count)\(unit)"
    }
    return "\(count)\(unit)\(rest / Int64(units[first + 1].0))\(units[first + 1].1)"
  }
}
