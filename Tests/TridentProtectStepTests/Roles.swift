import Foundation
import KubernetesSimulator
import SimulatedBackend
import SimulatorSupport
import StructuredValues
import Testing

/// The manifests of `deploy/trident-protect`, as they are given to a cluster.
struct Roles {
  /// One right that a manifest gives: a verb on a kind, by a role.
  struct Right: Hashable, Comparable, CustomStringConvertible {
    var user: String
    var role: String
    var verb: String
    /// With its group: `backups.protect.trident.netapp.io`.
    var resource: String

    var description: String { "\(role): \(verb) \(resource)" }
    static func < (one: Self, other: Self) -> Bool { one.description < other.description }
  }

  /// The documents of a file, such as `backup`.
  static func documents(_ file: String) throws -> [JSON] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "deploy/trident-protect")
    let text = try String(contentsOf: folder.appending(path: "\(file).yaml"), encoding: .utf8)
    return try text.components(separatedBy: "\n---\n").dropFirst().map { part in
      let value = try StructuredValue(yaml: Array(part.utf8))
      return try #require(JSON(Array(value.oneLine.utf8)), "\(file): \(part)")
    }
  }

  static func user(of step: String) -> String { "system:serviceaccount:ci:astra-\(step)" }
  static func token(of step: String) -> String { "not-a-real-token-of-astra-\(step)" }

  /// All rights that the roles of some files give to whoever they are bound to.
  static func rights(_ files: [String]) throws -> Set<Right> {
    let documents = try files.flatMap { try Self.documents($0) }
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
}

extension StepHarness {
  /// Gives each step a user of its own, who has what these files give, in the cluster that each document is for.
  ///
  /// - Parameters:
  ///   - files: manifests without `.yaml`.
  ///   - destination: the context of the clones.
  /// - Throws: where a manifest cannot be read.
  func applyRoles(_ files: [String], destination: String) throws {
    for context in ["ocp-prod", "ocp-debug"] {
      self[cluster: context].users = [
        "backup", "cleanup", "clone", "preflight", "restore", "snapshot", "status", "verify",
      ].map {
        User(token: Roles.token(of: $0), name: Roles.user(of: $0), groups: ["system:serviceaccounts"])
      }
      for document in try files.flatMap({ try Roles.documents($0) }) {
        let side = document.value(at: "metadata.labels")?["astra-steps/cluster"]?.string
        let isHere = side == "both" || context == (side == "source" ? "ocp-prod" : destination)
        guard isHere, context == "ocp-prod" || context == destination else { continue }
        let kind = try #require(document["kind"]?.string)
        var document = document
        let subject = document["subjects"]?[0]?["name"]?.string ?? ""
        if ["backup", "snapshot", "clone", "restore"].contains(where: { subject == "astra-\($0)" }) {
          // As the README has it: preflight is bound to the files of the steps that it looks ahead for, too.
          let other: JSON = ["kind": "ServiceAccount", "name": "astra-preflight", "namespace": "ci"]
          document["subjects"] = .array((document["subjects"]?.array ?? []) + [other])
        }
        self[cluster: context].store.create("\(kind.lowercased())s.rbac.authorization.k8s.io", document)
      }
    }
  }
}
