package import ArgumentParser

/// What a shell offers for the value of a flag; the completion files are made from it.
extension CompletionKind {
  /// The words of an enumeration, in its order.
  package static func words<Choice: RawRepresentable & CaseIterable>(of choices: Choice.Type) -> Self
  where Choice.RawValue == String {
    .list(choices.allCases.map(\.rawValue))
  }

  /// A yes or no given as text.
  package static var truth: Self { .list(["true", "false"]) }
}
