internal import SimulatorSupport

extension KubernetesCluster {
  /// An object or a list as a table, or without all but its metadata.
  func shaped(_ object: JSON, _ shape: AnswerForm.Shape, _ call: Call) -> JSON {
    guard
      let kind = store.kinds.kind(
        group: call.info.group, version: call.info.version, plural: call.info.plural),
      object["kind"]?.string != "Status"
    else { return object }
    let items = object["items"]?.array
    let version = object.resourceVersion ?? ""
    var metadata: JSON = ["resourceVersion": .string(version)]
    for name in ["continue", "remainingItemCount"] {
      if let value = object["metadata"]?[name], value != "" { metadata[name] = value }
    }
    switch shape {
    case .whole: return object
    case .metadata:
      guard let items else { return Self.partial(object) }
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "items": .array(items.map(Self.partial)),
      ]
    case .table:
      return [
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": .array(columns(kind)),
        "rows": .array((items ?? [object]).map { row($0, kind) }),
      ]
    }
  }

  private static func partial(_ object: JSON) -> JSON {
    [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"] ?? [:],
    ]
  }

  private func columns(_ kind: KindDefinition) -> [JSON] {
    func column(_ name: String, _ type: String, _ format: String, _ priority: Int) -> JSON {
      [
        "name": .string(name), "type": .string(type), "format": .string(format),
        "description": .string(name), "priority": .integer(priority),
      ]
    }
    var columns = [column("Name", "string", "name", 0)]
    if kind.resource == "pods" {
      columns += ["Ready", "Status", "Restarts"].map { column($0, "string", "", 0) }
      columns.append(column("Age", "string", "", 0))
      return columns
        + ["IP", "Node", "Nominated Node", "Readiness Gates"].map { column($0, "string", "", 1) }
    }
    columns += kind.columns.map { column($0.name, $0.type == "date" ? "string" : $0.type, "", $0.priority) }
    return columns + [column("Age", kind.isCustom ? "date" : "string", "", 0)]
  }

  private func row(_ object: JSON, _ kind: KindDefinition) -> JSON {
    var cells: [JSON] = [.string(object.name ?? "")]
    if kind.resource == "pods" {
      cells += podCells(object)
    } else {
      for column in kind.columns {
        let value = object.value(along: column.path)
        if column.type == "date", let moment = value?.string {
          cells.append(.string(age(moment)))
        } else {
          cells.append(value ?? .null)
        }
      }
      cells.append(.string(age(object.value(at: "metadata.creationTimestamp")?.string ?? "")))
    }
    return ["cells": .array(cells), "object": Self.partial(object)]
  }

  private func podCells(_ pod: JSON) -> [JSON] {
    let containers = pod.value(at: "spec.containers")?.array?.count ?? 0
    let statuses = pod.value(at: "status.containerStatuses")?.array ?? []
    let ready = statuses.count { $0["ready"] == true }
    let restarts = statuses.reduce(0) { $0 + ($1["restartCount"]?.integer ?? 0) }
    let phase = pod.isDeleted ? "Terminating" : pod.value(at: "status.phase")?.string ?? "Unknown"
    return [
      "\(ready)/\(containers)", .string(phase), .string(String(restarts)),
      .string(age(pod.value(at: "metadata.creationTimestamp")?.string ?? "")),
      pod.value(at: "status.podIP") ?? "<none>", pod.value(at: "spec.nodeName") ?? "<none>", "<none>",
      "<none>",
    ]
  }

  /// How long ago a moment is, in the short form of `kubectl get`.
  private func age(_ text: String) -> String {
    guard let moment = WallTime(text) else { return "<unknown>" }
    let seconds = max(0, (store.startTime.sinceEpoch + now - moment.sinceEpoch).components.seconds)
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<600: return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds / 60)m\(seconds % 60)s"
    case ..<10_800: return "\(seconds / 60)m"
    case ..<172_800: return "\(seconds / 3600)h"
    default: return "\(seconds / 86_400)d"
    }
  }
}

extension JSON {
  /// The value at a path in which numbers stand for places in arrays.
  fileprivate func value(along path: String) -> JSON? {
    var value: JSON? = self
    for name in path.split(separator: ".") {
      value = value?.array == nil ? value?[String(name)] : Int(name).flatMap { value?[$0] }
    }
    return value
  }
}
