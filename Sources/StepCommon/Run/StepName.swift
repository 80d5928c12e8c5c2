/// The steps that there are, each by the last word of its program: `clone` is `astra-clone`.
package enum StepName: String, CaseIterable, Sendable {
  case preflight
  case backup
  case snapshot
  case clone
  case verify
  case restore
  case cleanup
  case status

  /// The program: `astra-clone`.
  package var program: String { "astra-\(rawValue)" }

  /// Whether it asks a backend for changes, and so writes them down.
  package var asksForChanges: Bool { ![.preflight, .verify, .status].contains(self) }
}
