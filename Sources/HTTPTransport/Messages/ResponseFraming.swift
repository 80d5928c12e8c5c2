internal import Text

extension HTTPResponse {
  /// Why this may be less than the whole response, or not what it looks like; nil if neither.
  ///
  /// libcurl notices a connection that ends before the announced length, or before the last chunk. This is what
  /// remains: announcements that contradict each other, and a document without any. The end of such a one looks
  /// the same as a cut, under TLS too: libcurl 7.88 does not miss the closing alert. With another status than
  /// 2xx it is taken all the same, since the status is the answer, and HAProxy's own 503 page is of that kind.
  var framingFault: String? {
    guard (200...599).contains(status) else { return "has the status \(status)" }
    guard isPlain else {
      let encoding = printable(field("Content-Encoding") ?? "", limit: 40)
      return "has the content encoding \(encoding), which was not asked for"
    }
    if status == 204 || status == 304 { return nil }
    if field("Transfer-Encoding") != nil { return nil }
    let lengths = fields.filter { $0.name.lowercased() == "content-length" }.map(\.value)
    guard !lengths.isEmpty else {
      return status < 300 ? "does not say how long it is, so a cut could not be noticed" : nil
    }
    guard lengths.allSatisfy({ Int($0) == body.count }) else {
      let announced = printable(lengths.joined(separator: " and "), limit: 60)
      return "announces \(announced) bytes and has \(body.count)"
    }
    return nil
  }

  /// Whether the body is in no encoding, such as gzip.
  var isPlain: Bool { ["", "identity"].contains(field("Content-Encoding")?.lowercased() ?? "") }

  /// Why the body of a page, which seems to have come to its end, may be a part only; nil if it is whole.
  var pageGap: String? {
    if status == 206 { return "the server sent a part of it (206)" }
    guard status != 204, status != 304, field("Content-Length") == nil, field("Transfer-Encoding") == nil
    else { return nil }
    return "it does not say how long it is, so a cut would not be noticed"
  }
}
