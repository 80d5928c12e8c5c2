/// What an application looked like at one moment, for telling later whether it was overwritten since.
///
/// Only the backend that took the marks reads them. To everybody else they are opaque: equal marks were taken of an
/// application that looked the same, and records carry them from one attempt to the next.
package struct ApplicationMarks: Hashable, Sendable {
  /// Marks of one text each, by their names.
  package var texts: [String: String]
  /// Marks of several texts each, by their names.
  package var lists: [String: [String]]

  /// Gathers marks.
  package init(texts: [String: String] = [:], lists: [String: [String]] = [:]) {
    self.texts = texts
    self.lists = lists
  }
}

/// What the marks of an application say of the time since others were taken.
package enum OverwriteSigns: Hashable, Sendable {
  /// Nothing has changed it: its marks would show that.
  case unchanged
  /// Something may have changed it, and nothing shows that it was overwritten.
  case notExcluded
  /// Its content comes from elsewhere now.
  case overwritten
}
