import Foundation

/// A moment in a step's run at which something can happen to it, told by the step's own record.
enum StepMoment: CaseIterable, Sendable {
  case atTheFirstRequest
  /// It is about to ask for the operation: its next request is that one.
  case atTheChange
  /// The operation was accepted.
  case whileWaiting

  /// What the record says from then on; nil: nothing yet.
  private var words: String? {
    switch self {
    case .atTheFirstRequest: nil
    case .atTheChange: #""stage" : "asked""#
    case .whileWaiting: #""stage" : "accepted""#
    }
  }

  /// Tells whether a step at a site has come to this moment.
  func isReached(by step: StepProgram, at site: StepSite) -> @Sendable () -> Bool {
    guard let words else { return { true } }
    return { [workspace = site.workspace] in
      workspace.text("reports/\(step.rawValue).json")?.contains(words) == true
    }
  }
}
