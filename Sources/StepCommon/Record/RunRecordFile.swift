internal import AppProtection
internal import StructuredValues

// The record as a file. A file in which something is missing, of another type or unknown is not a record; additional
// members are ignored.

extension RunRecord {
  /// Reads a record's bytes; nil if they are not one.
  package init?(parsing bytes: [UInt8]) {
    guard let json = StructuredValue(parsing: bytes), let step = json["step"]?.string,
      let run = json.ifAny("run", \.string),
      let operations = json["operations"]?.list(of: Operation.init(json:)),
      let subjects = json.ifAny("subjects", { $0.list(of: Subject.init(json:)) }),
      let lastUpdate = json.ifAny("lastWord", \.string), let isIncomplete = json.ifAny("incomplete", \.bool),
      let former = json.ifAny("formerRestores", { $0.list(of: Operation.init(json:)) })
    else { return nil }
    self.init(step: step, run: run)
    self.operations = operations
    (self.subjects, self.lastUpdate) = (subjects, lastUpdate)
    (self.isIncomplete, formerRestores) = (isIncomplete, former)
  }

  /// The record as JSON.
  package var bytes: [UInt8] {
    let json = StructuredValue.members([
      "step": .string(step), "run": run.map { .string($0) },
      "operations": .array(operations.map(\.json)), "subjects": subjects.map { .array($0.map(\.json)) },
      "lastWord": lastUpdate.map { .string($0) }, "incomplete": isIncomplete.map { .bool($0) },
      "formerRestores": formerRestores.map { .array($0.map(\.json)) },
    ])
    return Array((json.indented + "\n").utf8)
  }
}

extension RunRecord.Subject {
  fileprivate init?(json: StructuredValue) {
    guard let name = json["name"]?.string, let cluster = json["cluster"]?.string,
      let id = json["id"]?.string
    else { return nil }
    (self.name, self.cluster, self.id) = (name, cluster, id)
  }

  fileprivate var json: StructuredValue {
    .members(["name": .string(name), "cluster": .string(cluster), "id": .string(id)])
  }
}

extension RunRecord.Operation {
  fileprivate init?(json: StructuredValue) {
    guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let application = json["application"]?.string, let name = json["name"]?.string,
      let point = json.ifAny("point", \.string), let askedAt = json["askedAt"]?.string,
      let stage = json["stage"]?.string.flatMap(Stage.init(rawValue:)), let id = json.ifAny("id", \.string),
      let before = json.ifAny("before", ApplicationMarks.init(json:)),
      let place = json.ifAny("place", RunRecord.Place.init(json:)),
      let wasSeen = json.ifAny("wasSeen", \.bool),
      let namesakes = json.ifAny("namesakes", { $0.list(of: \.string) }),
      let endedAt = json.ifAny("endedAt", \.string), let attempt = json.ifAny("attempt", \.string),
      let evidence = json.ifAny("evidence", RunRecord.Copy.init(json:)),
      let after = json.ifAny("after", ApplicationMarks.init(json:)),
      let changes = json.ifAny("changes", RunRecord.Changes.init(json:))
    else { return nil }
    (self.kind, self.application, self.name, self.point) = (kind, application, name, point)
    (self.askedAt, self.stage, self.id) = (askedAt, stage, id)
    (self.before, self.place, self.wasSeen) = (before, place, wasSeen)
    (self.namesakes, self.endedAt, self.attempt) = (namesakes, endedAt, attempt)
    (self.evidence, self.after, self.changes) = (evidence, after, changes)
  }

  fileprivate var json: StructuredValue {
    .members([
      "kind": .string(kind.rawValue), "application": .string(application), "name": .string(name),
      "point": point.map { .string($0) }, "askedAt": .string(askedAt), "stage": .string(stage.rawValue),
      "id": id.map { .string($0) }, "before": before?.json, "place": place?.json,
      "wasSeen": wasSeen.map { .bool($0) }, "namesakes": namesakes.map { .array($0.map { .string($0) }) },
      "endedAt": endedAt.map { .string($0) }, "attempt": attempt.map { .string($0) },
      "evidence": evidence?.json, "after": after?.json, "changes": changes?.json,
    ])
  }
}

extension RunRecord.Copy {
  fileprivate init?(json: StructuredValue) {
    guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)), let id = json["id"]?.string,
      let name = json["name"]?.string, let cluster = json.ifAny("cluster", \.string)
    else { return nil }
    self.init(kind, id: id, name: name, cluster: cluster)
  }

  fileprivate var json: StructuredValue {
    .members([
      "kind": .string(kind.rawValue), "id": .string(id), "name": .string(name),
      "cluster": cluster.map { .string($0) },
    ])
  }
}

extension RunRecord.Changes {
  fileprivate init?(json: StructuredValue) {
    guard let all = json["all"]?.list(of: RestoreChange.init(json:)), let begun = json["begun"]?.integer,
      (0...all.count).contains(begun), let run = json.ifAny("run", \.string)
    else { return nil }
    self.init(all, begun: begun, run: run)
  }

  fileprivate var json: StructuredValue {
    .members([
      "all": .array(all.map(\.json)), "begun": .number(Double(begun)), "run": run.map { .string($0) },
    ])
  }
}

extension RestoreChange {
  fileprivate init?(json: StructuredValue) {
    guard let id = json["id"]?.string, let clause = json["clause"]?.string,
      let isAfterwards = json["afterwards"]?.bool, case .object(let members)? = json["details"]
    else { return nil }
    var details: [String: String] = [:]
    for member in members {
      guard let text = member.value.string else { return nil }
      details[member.name] = text
    }
    // Records of before had no such word.
    let isPreparation = json["preparation"]?.bool ?? false
    self.init(
      id: id, clause: clause, isAfterwards: isAfterwards, isPreparation: isPreparation, details: details)
  }

  fileprivate var json: StructuredValue {
    .members([
      "id": .string(id), "clause": .string(clause), "afterwards": .bool(isAfterwards),
      "preparation": .bool(isPreparation),
      "details": .object(
        details.ordered { $0.key < $1.key }.map { StructuredValue.Member($0.key, .string($0.value)) }),
    ])
  }
}

extension RunRecord.Place {
  fileprivate init?(json: StructuredValue) {
    guard let cluster = json["cluster"]?.string, let clusterName = json["clusterName"]?.string,
      let namespaces = json["namespaces"]?.list(of: \.string)
    else { return nil }
    self.init(cluster: cluster, clusterName: clusterName, namespaces: namespaces)
  }

  fileprivate var json: StructuredValue {
    .members([
      "cluster": .string(cluster), "clusterName": .string(clusterName),
      "namespaces": .array(namespaces.map { .string($0) }),
    ])
  }
}

extension ApplicationMarks {
  fileprivate init?(json: StructuredValue) {
    guard case .object(let members) = json else { return nil }
    self.init()
    for member in members {
      if let text = member.value.string {
        texts[member.name] = text
      } else if let list = member.value.list(of: \.string) {
        lists[member.name] = list
      } else {
        return nil
      }
    }
  }

  fileprivate var json: StructuredValue {
    let members =
      texts.map { StructuredValue.Member($0.key, .string($0.value)) }
      + lists.map { StructuredValue.Member($0.key, .array($0.value.map { .string($0) })) }
    return .object(members.ordered { $0.name < $1.name })
  }
}
