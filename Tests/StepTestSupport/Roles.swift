internal import Foundation
package import KubernetesSimulator
internal import SimulatedBackend
package import SimulatorSupport
internal import StructuredValues
internal import Testing

/// The manifests of a folder of `deploy`, as they are given to clusters.
package struct Roles: Sendable {
  /// One right that a manifest gives: a verb on a kind, by a role.
  package struct Right: Hashable, Comparable, CustomStringConvertible {
    package var user: String
    package var role: String
    package var verb: String
    /// With its group: `backups.velero.io`.
    package var resource: String

    package var description: String { "\(role): \(verb) \(resource)" }
    package static func < (one: Self, other: Self) -> Bool { one.description < other.description }
  }

  private let folder: String

  /// Those of `deploy/<folder>`.
  package init(_ folder: String) { self.folder = folder }

  /// The documents of a file, such as `backup`.
  package func documents(_ file: String) throws -> [JSON] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "deploy/\(folder)")
    let text = try String(contentsOf: root.appending(path: "\(file).yaml"), encoding: .utf8)
    return try text.components(separatedBy: "\n---\n").dropFirst().map { part in
      let value = try StructuredValue(yaml: Array(part.utf8))
      return try #require(JSON(Array(value.oneLine.utf8)), "\(file): \(part)")
    }
  }

  package static func user(of step: String) -> String { "system:serviceaccount:ci:astra-\(step)" }
  package static func token(of step: String) -> String { "not-a-real-token-of-astra-\(step)" }

  /// All rights that the roles of some files give to whoever they are bound to.
  package func rights(_ files: [String]) throws -> Set<Right> {
    let documents = try files.flatMap { try self.documents($0) }
    var rights: Set<Right> = []
    for binding in documents where binding["kind"]?.string?.hasSuffix("Binding") == true {
      let role = try #require(binding.value(at: "roleRef.name")?.string)
      let user = try #require(binding["subjects"]?[0]?["name"]?.string)
      let definition = documents.first { $0.name == role && $0["kind"]?.string == "ClusterRole" }
      for rule in definition?["rules"]?.array ?? [] {
        let group = rule["apiGroups"]?[0]?.string ?? ""
        for resource in rule["resources"]?.array ?? [] {
          for verb in rule["verbs"]?.array ?? [] {
            rights.insert(
              Right(
                user: "system:serviceaccount:ci:\(user)", role: role, verb: verb.string ?? "",
                resource: (resource.string ?? "") + (group.isEmpty ? "" : ".\(group)")))
          }
        }
      }
    }
    return rights
  }

  /// The rights that were used, as far as some files give them.
  package func used(_ files: [String], in clusters: [KubernetesCluster]) throws -> Set<Right> {
    let rights = Dictionary(grouping: try rights(files)) { [$0.user, $0.verb, $0.resource] }
    // Where each role is bound; an empty text is everywhere.
    var places: [String: Set<String>] = [:]
    for document in try files.flatMap({ try documents($0) }) {
      guard let role = document.value(at: "roleRef.name")?.string else { continue }
      places[role, default: []].insert(document.namespace ?? "")
    }
    var used: Set<Right> = []
    for request in Set(clusters.flatMap(\.requests)) {
      for right in rights[[request.user, request.verb, request.resource]] ?? []
      where !(places[right.role] ?? []).isDisjoint(with: ["", request.namespace ?? ""]) {
        used.insert(right)
      }
    }
    return used
  }

  /// Gives each step a user of its own, who has what these files give, in the cluster that each document is for.
  ///
  /// A binding in a namespace that is not there is refused, as an API server refuses it.
  ///
  /// - Parameters:
  ///   - files: manifests without `.yaml`.
  ///   - clusters: the clusters, by the names `ocp-prod` and `ocp-debug`.
  ///   - destination: the context of the clones.
  /// - Throws: where a manifest cannot be read.
  package func apply(
    _ files: [String], to clusters: inout [KubernetesCluster], destination: String
  ) throws {
    for index in clusters.indices {
      let context = clusters[index].name
      clusters[index].users = [
        "backup", "cleanup", "clone", "preflight", "restore", "snapshot", "status", "verify",
      ].map {
        User(token: Self.token(of: $0), name: Self.user(of: $0), groups: ["system:serviceaccounts"])
      }
      for document in try files.flatMap({ try documents($0) }) {
        let side = document.value(at: "metadata.labels")?["astra-steps/cluster"]?.string
        let isHere = side == "both" || context == (side == "source" ? "ocp-prod" : destination)
        guard isHere, context == "ocp-prod" || context == destination else { continue }
        let kind = try #require(document["kind"]?.string)
        if let namespace = document.namespace,
          clusters[index].store.object(ObjectKey("namespaces", nil, namespace)) == nil
        {
          continue
        }
        var document = document
        let subject = document["subjects"]?[0]?["name"]?.string ?? ""
        if ["backup", "snapshot", "clone", "restore"].contains(where: { subject == "astra-\($0)" }) {
          // As the README has it: preflight is bound to the files of the steps that it looks ahead for, too.
          let other: JSON = ["kind": "ServiceAccount", "name": "astra-preflight", "namespace": "ci"]
          document["subjects"] = .array((document["subjects"]?.array ?? []) + [other])
        }
        clusters[index].store.create("\(kind.lowercased())s.rbac.authorization.k8s.io", document)
      }
    }
  }
}
