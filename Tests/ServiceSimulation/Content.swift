/// What an application or a copy of it holds: the release that runs and the rows of its database.
package struct Content: Equatable, Sendable {
  package var version: String
  /// Whether the release is faulty: its pages answer with an error.
  package var broken: Bool
  package var rows: [String]

  /// Makes a content.
  package init(version: String = "1.0.0", broken: Bool = false, rows: [String] = []) {
    (self.version, self.broken, self.rows) = (version, broken, rows)
  }
}

/// What an application's front page answers.
package struct FrontPage: Equatable, Sendable {
  package var status: Int
  package var html: String

  /// Makes a page.
  package init(status: Int, html: String) { (self.status, self.html) = (status, html) }
}
