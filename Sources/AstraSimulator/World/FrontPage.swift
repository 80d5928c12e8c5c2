/// What an application's front page answers.
package struct FrontPage: Equatable, Sendable {
  package var status: Int
  package var html: String
}

extension World {
  /// The addresses at which a front page is served, in the order in which they were given.
  package var addresses: [String] {
    applications.map(\.address) + workloads.map(\.address)
  }

  /// The front page at an address; nil if no application has it.
  ///
  /// 200 with the release's version and the number of rows; 500 if the release is broken; 503 while the application is
  /// restored or made.
  package func frontPage(at address: String) -> FrontPage? {
    if let app = applications.first(where: { $0.address == address }) { return frontPage(of: app) }
    return workloads.first { $0.address == address }.map { Self.page($0.name, $0.content) }
  }

  /// The front page of an application.
  func frontPage(of app: Application) -> FrontPage {
    let isRestoring = operations.contains { operation in
      operation.kind == .restore && operation.subject == app.id
        && operation.stages[operation.stage].role == .copy
    }
    return Self.page(app.name, isRestoring ? nil : app.content)
  }

  private static func page(_ name: String, _ content: Content?) -> FrontPage {
    guard let content else {
      return FrontPage(status: 503, html: html(name, "503 Service Unavailable", "The volumes are not ready."))
    }
    guard !content.broken else {
      let text = "500 Internal Server Error"
      return FrontPage(status: 500, html: html(name, text, "Release \(content.version) cannot take orders."))
    }
    let rows = content.rows.count
    return FrontPage(
      status: 200, html: html(name, "Release \(content.version)", "\(rows) row\(rows == 1 ? "" : "s")"))
  }

  private static func html(_ name: String, _ heading: String, _ text: String) -> String {
    func escaped(_ text: String) -> String {
      var result = ""
      for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        default: result.append(character)
        }
      }
      return result
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>\(escaped(name))</title></head>
      <body><h1>\(escaped(name))</h1><h2>\(escaped(heading))</h2><p>\(escaped(text))</p></body>
      </html>

      """
  }
}
