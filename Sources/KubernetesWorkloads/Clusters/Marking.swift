package import AppProtection
package import KubernetesAPI
package import StructuredValues

/// The names under which the steps write on what they make: annotations, which take any text, and a few labels.
package enum Marking {
  package static let prefix = "astra-steps/"
  package static let managedBy = "app.kubernetes.io/managed-by"
  package static let tool = "astra-steps"
  package static let run = "astra-steps/run"
  package static let build = "astra-steps/build"
  /// What it was made for: `backup`, `clone`, `restore`.
  package static let purpose = "astra-steps/purpose"
  /// The purpose of what makes a clone.
  package static let clone = "clone"
  /// The purpose of what restores in place.
  package static let restore = "restore"
  /// The application that an in-place restore is of, and the recovery point that it is from.
  package static let application = "astra-steps/application"
  package static let point = "astra-steps/point"
  /// What an application had when a copy of it was asked for.
  package static let inventory = "astra-steps/inventory"

  /// The annotation of a namespace that was made for a clone.
  ///
  /// It holds the namespace's own uid: a restore copies a namespace's annotations onto another, and with the uid of
  /// another namespace it says nothing there.
  package static func made(_ uid: String) -> String { "astra-steps/made-\(uid)" }

  /// The metadata of something new.
  package static func metadata(
    name: String, namespace: String?, purpose: String, annotations: [String: String],
    labels own: [String: String] = [:], _ signature: Signature
  ) -> StructuredValue {
    var all = annotations
    all[Self.run] = signature.run
    all[build] = signature.build
    var labels = own.merging([managedBy: tool, Self.purpose: purpose]) { $1 }
    labels[Self.run] = signature.run.flatMap { ResourceName.label(for: $0) }
    return .members([
      "name": .string(name), "namespace": namespace.map { .string($0) }, "labels": .texts(labels),
      "annotations": .texts(all),
    ])
  }

  /// What clients have written on an object for its own sake, as the steps read it.
  package static func labels(of object: KubernetesObject) -> [Label] {
    object.annotations.filter { $0.key.hasPrefix(prefix) && ![run, build, inventory].contains($0.key) }
      .ordered { $0.key < $1.key }.map { Label($0.key, $0.value) }
  }
}

/// What is written on everything that the steps make: whose it is, and of which run.
package struct Signature: Sendable {
  /// The pipeline run, as a label's value; nil: it has no name.
  package var run: String?
  /// The page of the build; nil: there is none.
  package var build: String?

  /// Names a run.
  package init(run: String? = nil, build: String? = nil) { (self.run, self.build) = (run, build) }
}

extension StructuredValue {
  /// The texts of an array; whatever else is in it is left out.
  package var texts: [String] {
    guard case .array(let values) = self else { return [] }
    return values.compactMap(\.string)
  }

  /// An object of texts, sorted by their names.
  package static func texts(_ texts: [String: String]) -> StructuredValue {
    .object(texts.ordered { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
  }
}
