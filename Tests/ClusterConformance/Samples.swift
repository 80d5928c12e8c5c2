internal import KubernetesAPI
internal import StructuredValues
internal import TridentProtect

/// Objects as the steps write them.
struct Samples {
  let namespace: String
  /// A vault that there is, or a name that none has.
  let vault: String

  static let applicationName = "conformance"

  /// A member that no kind has.
  static let unknownField = "noFieldOfAnyRelease"

  func application(_ name: String = Samples.applicationName) -> StructuredValue {
    object(
      name,
      .members(["includedNamespaces": .array([.members(["namespace": .string(namespace)])])]))
  }

  /// A hook that is switched off: it never runs.
  func hook(_ name: String, number: Int) -> StructuredValue {
    .members([
      "metadata": .members([
        "name": .string(name), "labels": .members(["conformance": .string("\(number)")]),
      ]),
      "spec": .members([
        "applicationRef": .string(Self.applicationName), "action": .string("Backup"), "stage": .string("Pre"),
        "hookSource": .string("ZXhpdCAwCg=="), "enabled": .bool(false),
      ]),
    ])
  }

  /// Each kind that a step writes, with what it writes; never to be stored.
  var written: [(kind: ResourceKind, spec: StructuredValue)] {
    let copy = StructuredValue.members([
      "applicationRef": .string(Self.applicationName), "appVaultRef": .string(vault),
      "reclaimPolicy": .string("Retain"),
    ])
    let path = StructuredValue.string("\(Self.applicationName)_0/backups/conformance_0")
    let clone = StructuredValue.members([
      "appVaultRef": .string(vault), "appArchivePath": path,
      "namespaceMapping": .array([
        .members(["source": .string(namespace), "destination": .string(namespace)])
      ]),
      "destinationApplicationName": .string("\(Self.applicationName)-2"),
      "runArchivedExecHooks": .bool(false),
    ])
    let restore = StructuredValue.members(["appVaultRef": .string(vault), "appArchivePath": path])
    return [(Kinds.snapshot, copy), (Kinds.backup, copy)] + Kinds.restores.map { ($0, clone) }
      + Kinds.inPlaceRestores.map { ($0, restore) }
  }

  func object(_ name: String, _ spec: StructuredValue) -> StructuredValue {
    .members(["metadata": .members(["name": .string(name)]), "spec": spec])
  }
}

extension StructuredValue {
  /// The object with a member more, or with another value of it.
  func with(_ name: String, _ value: StructuredValue) -> StructuredValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { $0.name != name } + [.init(name, value)])
  }
}
