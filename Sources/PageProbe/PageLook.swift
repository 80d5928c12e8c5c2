package import Timing

/// What one look at a page showed.
package struct PageLook: Sendable {
  package enum Outcome: Sendable {
    case answered(PageAnswer)
    /// No whole answer came, and why.
    case unreachable(String, hint: String?)
    /// The certificate is not trusted, or is for another host.
    case untrusted(String, hint: String?)
    /// What stands between failed, so that nothing of the page was seen, and why.
    case unseen(String, hint: String?)
  }

  package var page: Page
  package var outcome: Outcome
  /// When it was taken, by this machine's calendar clock.
  package var at: Timestamp
  package var duration: Duration

  /// Makes a look.
  package init(page: Page, outcome: Outcome, at: Timestamp, duration: Duration) {
    self.page = page
    self.outcome = outcome
    self.at = at
    self.duration = duration
  }

  /// The answer, if one came.
  package var answer: PageAnswer? { if case .answered(let answer) = outcome { answer } else { nil } }
}
