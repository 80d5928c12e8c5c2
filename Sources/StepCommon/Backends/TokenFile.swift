internal import HTTPTransport
internal import RESTClient
internal import Files

/// The file that the token came from, read again when the server refuses the token: whoever rotates it changes the file.
final class TokenFile {
  private let path: String
  private let files: any FileWriter
  private let log: Log
  /// What was read of it last.
  private var known: Secret

  /// Watches the file that a token was read from.
  init(_ path: String, holding token: Secret, _ files: any FileWriter, _ log: Log) {
    (self.path, self.files, self.log, known) = (path, files, log, token)
  }

  /// What the file holds by now; a new token is kept out of every text before it is used.
  func look() -> TokenLook {
    guard let bytes = try? files.read(path, limit: 1 << 20),
      let text = String(validating: bytes, as: UTF8.self)?.trimmed, !text.isEmpty,
      TokenForm.fault(of: text) == nil
    else { return .unreadable }
    let token = Secret(text)
    guard !token.isSame(as: known) else { return .same }
    known = token
    log.hide(token)
    log.info("the API token was refused, but \(path) now holds another one: going on with that one")
    return .changed(token)
  }
}
