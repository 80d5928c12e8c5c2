/// What an application's front page answers.
package struct ServicePage: Equatable, Sendable {
  package var status: Int
  package var html: String
}

extension KubernetesWorld {
  /// The front page at an address; nil if no service has it.
  ///
  /// 200 with the release's version and the number of rows; 500 if the release is broken; 503 while the application is
  /// restored or made.
  package func frontPage(at address: String) -> ServicePage? {
    guard let page = page(at: address) else { return nil }
    let (heading, text) =
      switch page.content {
      case nil: ("503 Service Unavailable", "The volumes are not ready.")
      case let content? where content.broken:
        ("500 Internal Server Error", "Release \(content.version) cannot take orders.")
      case let content?:
        ("Release \(content.version)", "\(content.rows.count) row\(content.rows.count == 1 ? "" : "s")")
      }
    let html = """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>\(escaped(page.name))</title></head>
      <body><h1>\(escaped(page.name))</h1><h2>\(escaped(heading))</h2><p>\(escaped(text))</p></body>
      </html>

      """
    return ServicePage(status: page.status, html: html)
  }
}

private func escaped(_ text: String) -> String {
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
