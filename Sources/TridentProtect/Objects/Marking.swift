internal import AppProtection
internal import KubernetesAPI
internal import StructuredValues

/// The names under which the steps write on what they make: annotations, which take any text, and a few labels.
enum Marking {
  static let prefix = "astra-steps/"
  static let managedBy = "app.kubernetes.io/managed-by"
  static let tool = "astra-steps"
  static let run = "astra-steps/run"
  static let build = "astra-steps/build"
  /// What it was made for: `backup`, `clone`, `restore`.
  static let purpose = "astra-steps/purpose"
  /// The purpose of what makes a clone.
  static let clone = "clone"
  /// The application that an in-place restore is of, and the recovery point that it is from.
  static let application = "astra-steps/application"
  static let point = "astra-steps/point"
  /// What an application had when a copy of it was asked for.
  static let inventory = "astra-steps/inventory"

  /// The annotation of a namespace that was made for a clone.
  ///
  /// It holds the namespace's own uid: a restore copies a namespace's annotations onto another, and with the uid of
  /// another namespace it says nothing there.
  static func made(_ uid: String) -> String { "astra-steps/made-\(uid)" }

  /// The metadata of something new.
  static func metadata(
    name: String, namespace: String?, purpose: String, annotations: [String: String], _ signature: Signature
  ) -> StructuredValue {
    var all = annotations
    all[Self.run] = signature.run
    all[build] = signature.build
    var labels = [managedBy: tool, Self.purpose: purpose]
    labels[Self.run] = signature.run.flatMap { ResourceName.label(for: $0) }
    return .members([
      "name": .string(name), "namespace": namespace.map { .string($0) }, "labels": .texts(labels),
      "annotations": .texts(all),
    ])
  }

  /// What clients have written on an object for its own sake, as the steps read it.
  static func labels(of object: KubernetesObject) -> [Label] {
    object.annotations.filter { $0.key.hasPrefix(prefix) && ![run, build, inventory].contains($0.key) }
      .sorted { $0.key < $1.key }.map { Label($0.key, $0.value) }
  }
}

extension StructuredValue {
  /// An object of texts, sorted by their names.
  static func texts(_ texts: [String: String]) -> StructuredValue {
    .object(texts.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
  }
}
