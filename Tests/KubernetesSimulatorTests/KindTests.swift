internal import Foundation
internal import KubernetesSimulator
internal import SimulatorSupport
internal import Testing

/// What the custom kinds take, as tried on a real server.
struct KindTests {
  static let facts =
    (try? Data(contentsOf: packageFolder.appending(path: "Fixtures/kubernetes/kinds.json")))
    .flatMap { JSON([UInt8]($0)) } ?? .null

  private var cluster = makeCluster()

  private static func collection(_ resource: String) -> String {
    let parts = resource.split(separator: ".", maxSplits: 1)
    return "/apis/\(parts[1])/v1/namespaces/velero/\(parts[0])"
  }

  @Test("there are 35 kinds of Trident protect, and 13 of Velero")
  func counts() {
    #expect(KindDefinition.tridentProtect.count == 35)
    #expect(KindDefinition.velero.count == 13)
    #expect(Set([KindDefinition].everything.map(\.resource)).count == [KindDefinition].everything.count)
    #expect(Self.facts.members?.count == 19)
  }

  @Test("the least object is taken, and completed", arguments: facts.members?.map(\.name) ?? [])
  mutating func least(_ resource: String) throws {
    let facts = try #require(Self.facts[resource])
    let path = Self.collection(resource)
    let made = cluster.send("POST", path + "?fieldValidation=Strict", facts["minimal"])
    #expect(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
    for member in facts["filledInByTheServer"]?.members ?? [] {
      #expect(made.json?["spec"]?[member.name] == member.value, "\(member.name)")
    }
    let bare = facts["minimal"]?.setting("spec", nil).setting("metadata.name", "bare")
    let isTaken = facts["minimalWithoutSpecAccepted"] == true
    #expect(cluster.send("POST", path, bare).status == (isTaken ? 201 : 422))
    let typo = facts["minimal"]?.setting("spec.noSuchField", 1).setting("metadata.name", "typo")
    #expect(cluster.send("POST", path + "?fieldValidation=Strict", typo).status == 400)
  }

  @Test("what is needed is missed", arguments: facts.members?.map(\.name) ?? [])
  mutating func needed(_ resource: String) throws {
    let facts = try #require(Self.facts[resource])
    for field in facts["neededFields"]?.array?.compactMap(\.string) ?? [] where !field.contains("[") {
      let less = facts["minimal"]?.setting("spec.\(field)", nil)
      #expect(cluster.send("POST", Self.collection(resource), less).status == 422, "\(field)")
    }
    guard facts["statusRequiredOnceStatusIsWritten"]?.array?.isEmpty == false else { return }
    _ = cluster.send("POST", Self.collection(resource), facts["minimal"])
    let name = facts["minimal"]?.name ?? ""
    let patched = cluster.send(
      "PATCH", "\(Self.collection(resource))/\(name)/status", ["status": [:]],
      contentType: "application/merge-patch+json")
    #expect(patched.status == 422)
    let fields = patched.json?.value(at: "details.causes")?.array?.compactMap { $0["field"]?.string } ?? []
    let wanted = facts["statusRequiredOnceStatusIsWritten"]?.array?.compactMap(\.string) ?? []
    #expect(fields.filter { $0 != "<nil>" } == wanted)
  }

  @Test("what cannot be changed later")
  mutating func fixed() {
    let group = "/apis/protect.trident.netapp.io/v1/namespaces/shop"
    func application(_ spec: JSON) -> JSON {
      [
        "apiVersion": "protect.trident.netapp.io/v1", "kind": "Application", "metadata": ["name": "a"],
        "spec": spec,
      ]
    }
    #expect(
      cluster.send("POST", group + "/applications", application(["includedNamespaces": [["namespace": "x"]]]))
        .status == 422)
    #expect(
      cluster.send(
        "POST", group + "/applications", application(["includedNamespaces": [["namespace": "shop"]]])
      ).status == 201)
    func change(_ spec: JSON, _ status: Int, _ name: String = "applications/a") {
      let answer = cluster.send(
        "PATCH", "\(group)/\(name)", ["spec": spec], contentType: "application/merge-patch+json")
      #expect(answer.status == status, "\(spec.text): \(String(decoding: answer.body, as: UTF8.self))")
    }
    change(["includedNamespaces": [["namespace": "other"]]], 422)
    change(["includedClusterScopedResources": [["groupVersionKind": ["kind": "X"]]]], 422)
    change(["resourceFilter": ["resourceSelectionCriteria": "Include"]], 200)
    change(
      ["includedNamespaces": .null, "includedVirtualMachines": [["namespace": "shop", "names": ["v"]]]], 200)
    let backup: JSON = [
      "apiVersion": "protect.trident.netapp.io/v1", "kind": "Backup", "metadata": ["name": "b"],
      "spec": ["applicationRef": "a"],
    ]
    #expect(cluster.send("POST", group + "/backups", backup).status == 201)
    change(["dataMover": "Kopia"], 200, "backups/b")
    change(["dataMover": "Restic"], 422, "backups/b")
    change(["dataMover": .null], 200, "backups/b")
  }
}
