internal import CCurl
internal import Text
internal import Timing

/// What has happened so far in one exchange; libcurl's callbacks write it.
///
/// A class, because the callbacks reach it through a pointer that must stay the same while the transfer runs.
final class Exchange {
  /// Whether the request's first byte may have left: false while the connection is being made.
  private(set) var hasStarted = false
  /// When something was last heard, or the request began.
  private(set) var lastSign: Instant
  /// When the exchange began.
  let start: Instant

  /// The status of the response that the fields are of; zero before there is one.
  private(set) var status = 0
  private(set) var fields: [HTTPField] = []
  private(set) var body: [UInt8] = []
  /// Which of our own bounds the response broke, if it did.
  private(set) var brokenBound: String?
  /// Why only a part of a page's body was taken, if so.
  private(set) var gap: String?

  private let errorBuffer = ErrorBuffer()
  private var headerBytes = 0
  private var isHeaderComplete = false
  /// Whether the body is being taken line by line.
  private(set) var isStreaming = false
  private let mayRepeat: Bool
  private let reading: BodyReading
  /// The complete lines that nobody has taken yet, each with its line feed, and behind them the beginning of another.
  private var lines: [UInt8] = []
  /// How many bytes came in lines, and how many of them belong to the last one.
  private var streamedBytes = 0
  private var lineBytes = 0
  private let limits: TransportLimits
  private let time: any TimeSource

  /// What is taken of a body.
  enum BodyReading {
    /// All of it.
    case whole
    /// All of it, or its beginning if it is too large.
    case beginning
    /// Line by line, if the status is 2xx; else all of it.
    case lines(longest: Int)
  }

  /// `mayRepeat` says whether libcurl may send the request again by itself.
  init(mayRepeat: Bool, reading: BodyReading, limits: TransportLimits, time: any TimeSource) {
    self.mayRepeat = mayRepeat
    self.reading = reading
    self.limits = limits
    self.time = time
    start = time.now
    lastSign = start
  }

  /// libcurl's own words for a failure; empty if it has none.
  var errorText: String { errorBuffer.text }

  /// Lets libcurl call back into this object, which must outlive the transfer.
  func attach(to easy: borrowing EasyHandle) throws(TransportError) {
    let pointer = unsafe Unmanaged.passUnretained(self).toOpaque()
    try unsafe easy.set(CURLOPT_ERRORBUFFER, pointer: errorBuffer.raw)
    try unsafe easy.set(CURLOPT_PREREQDATA, pointer: pointer)
    try unsafe easy.set(prerequest: { pointer, _, _, _, _ in
      guard let exchange = unsafe Exchange.behind(pointer) else { return CURL_PREREQFUNC_ABORT }
      return exchange.begin() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    })
    try unsafe easy.set(CURLOPT_HEADERDATA, pointer: pointer)
    try unsafe easy.set(
      CURLOPT_HEADERFUNCTION,
      receiver: { bytes, _, count, pointer in
        guard let exchange = unsafe Exchange.behind(pointer), let bytes = unsafe bytes else { return 0 }
        let line = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe exchange.receive(headerLine: line) ? count : 0
      })
    try unsafe easy.set(CURLOPT_WRITEDATA, pointer: pointer)
    try unsafe easy.set(
      CURLOPT_WRITEFUNCTION,
      receiver: { bytes, _, count, pointer in
        guard let exchange = unsafe Exchange.behind(pointer), let bytes = unsafe bytes else { return 0 }
        let part = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe exchange.receive(bodyPart: part) ? count : 0
      })
  }

  /// Takes what has come of a page whose body did not come whole, or cannot be decoded: its status is known.
  func takeBeginning(after code: CURLcode) {
    guard case .beginning = reading, isHeaderComplete, gap == nil else { return }
    switch code {
    case CURLE_BAD_CONTENT_ENCODING:
      let named = fields.last { $0.name.lowercased() == "content-encoding" }?.value ?? ""
      gap = "its content encoding \(printable(named, limit: 40)) cannot be decoded"
      body = []
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR: gap = "it broke off after \(body.count) bytes"
    default: break
    }
  }

  private static func behind(_ pointer: UnsafeMutableRawPointer?) -> Exchange? {
    unsafe pointer.map { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The connection stands, and the request is about to leave; false stops it.
  ///
  /// libcurl sends a request again by itself if a kept connection turns out to be dead (`Curl_retry_request`),
  /// whatever its method. For a read that is welcome; the second sending of anything else stops here.
  private func begin() -> Bool {
    guard mayRepeat || !hasStarted else { return false }
    hasStarted = true
    lastSign = time.now
    return true
  }

  private func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
    lastSign = time.now
    headerBytes += line.count
    guard headerBytes <= limits.headerBytes else {
      brokenBound = "a header larger than \(limits.headerBytes >> 10) KB"
      return false
    }
    // Each interim response starts the header anew; a trailer, after the body, is not part of it.
    let text = unsafe String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      fields = []
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) } ?? 0
      (isHeaderComplete, isStreaming) = (false, false)
    } else if text == "\r\n" || text == "\n" {
      isHeaderComplete = true
      isStreaming = takesLines
    } else if !isHeaderComplete {
      append(fieldLine: text)
    }
    return true
  }

  private func append(fieldLine line: String) {
    let value: (Substring) -> String = { text in
      let blanks: Set<Character> = [" ", "\t", "\r", "\n", "\r\n"]
      var text = text
      while let first = text.first, blanks.contains(first) { text.removeFirst() }
      while let last = text.last, blanks.contains(last) { text.removeLast() }
      return String(text)
    }
    if line.first == " " || line.first == "\t", let last = fields.indices.last {
      fields[last].value += " " + value(line[...])
    } else if let colon = line.firstIndex(of: ":") {
      fields.append(HTTPField(String(line[..<colon]), value(line[line.index(after: colon)...])))
    }
  }

  private func receive(bodyPart part: UnsafeRawBufferPointer) -> Bool {
    lastSign = time.now
    if isStreaming { return unsafe receive(linesPart: part) }
    guard part.count <= limits.bodyBytes - body.count else {
      if case .beginning = reading {
        unsafe body.append(contentsOf: part.prefix(limits.bodyBytes - body.count))
        gap = "only its first \(body.count) bytes are read"
        return false
      }
      brokenBound = "a body larger than \(limits.bodyBytes) bytes"
      return false
    }
    unsafe body.append(contentsOf: part)
    return true
  }
}

// A body that is taken line by line.
extension Exchange {
  /// Whether the response is one that is taken line by line: one of success, in no encoding that nobody asked for.
  private var takesLines: Bool {
    guard case .lines = reading else { return false }
    return (200...299).contains(status) && HTTPResponse(status: status, fields: fields).isPlain
  }

  /// Whether a line has begun and not ended.
  var isInsideLine: Bool { !lines.isEmpty }

  /// Takes the complete lines that have come, without their line ends.
  func takeLines() -> [ArraySlice<UInt8>] {
    guard let end = lines.lastIndex(of: 0x0A) else { return [] }
    let complete = lines[..<end].split(separator: 0x0A, omittingEmptySubsequences: false)
    lines = Array(lines[(end + 1)...])
    return complete.map { $0.last == 0x0D ? $0.dropLast() : $0 }
  }

  private func receive(linesPart part: UnsafeRawBufferPointer) -> Bool {
    guard case .lines(let longest) = reading else { return false }
    streamedBytes += part.count
    guard streamedBytes <= limits.bodyBytes else {
      brokenBound = "a body larger than \(limits.bodyBytes) bytes"
      return false
    }
    let bytes = unsafe Array(part)
    for byte in bytes {
      lineBytes = byte == 0x0A ? 0 : lineBytes + 1
      guard lineBytes <= longest else {
        brokenBound = "a line longer than \(longest) bytes"
        return false
      }
    }
    lines += bytes
    return true
  }
}
