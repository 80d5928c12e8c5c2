internal import SimulatorSupport

// How a collection becomes the body of a list: filter, order, page, and the shape of `include`.

extension World {
  /// Answers a GET of a collection.
  ///
  /// A long collection is not shown to be thrown away: where neither a filter nor an order asks for all of it, only
  /// the page is.
  ///
  /// - Parameters:
  ///   - things: Everything in the collection, in the order of the server.
  ///   - kind: The plural resource name (`apps`).
  ///   - query: The parameters of the request.
  ///   - allowed: The parameters that this collection documents.
  ///   - named: What of it has a name, in the same order.
  ///   - show: The full resource of each.
  /// - Returns: The answer.
  /// - Throws: Problems 5 and 6 for the parameters.
  func list<Thing>(
    _ things: @autoclosure () -> [Thing], _ kind: String, _ query: Query, _ allowed: Query.Parameters,
    named: ((String) -> [Thing])? = nil, show: (Thing) -> JSON
  ) throws(Problem) -> SimulatedResponse {
    var allowed = allowed
    var skipped: Set<String> = []
    var isFiltered = allowed.contains(.filter)
    switch isFiltered ? settings.filter : settings.filterOnPoints {
    case .accepted: (isFiltered, _) = (true, allowed.insert(.filter))
    case .refused: (isFiltered, _) = (false, allowed.remove(.filter))
    case .ignored: (isFiltered, _) = (false, skipped.insert("filter"))
    }
    switch settings.unknownParameters {
    case .refused: try query.check(allowed, ignoring: skipped)
    case .ignored: break
    case .accepted:
      try query.check(allowed.union(.order), ignoring: skipped)
      allowed.formUnion(.order)
    }

    let page: [JSON]
    let cut: Cut
    let filter = isFiltered ? try query["filter"].map { text throws(Problem) in try Filter(text) } : nil
    if filter != nil || (allowed.contains(.order) && query["orderBy"] != nil) {
      var items = (filter?.name.flatMap { named?($0) } ?? things()).map(show)
      if let filter { items = items.filter(filter.accepts) }
      if allowed.contains(.order) { try order(&items, query) }
      cut = try self.cut(items.count, query, allowed)
      page = Array(items[cut.range])
    } else {
      let things = things()
      cut = try self.cut(things.count, query, allowed)
      page = things[cut.range].map(show)
    }
    var shown = page
    if let fields = try query.fields() {
      shown = page.map { item in .array(fields.map { item[$0] ?? .null }) }
    }
    let total = allowed.contains(.order) ? cut.total : nil
    return listBody(shown, kind, token: cut.token, total: total, query)
  }

  private func order(_ items: inout [JSON], _ query: Query) throws(Problem) {
    guard let text = query["orderBy"] else { return }
    let words = text.split(separator: " ")
    guard words.count == 1 || (words.count == 2 && ["asc", "desc"].contains(words[1])) else {
      throw .parameter(5, "orderBy", "Not a field, or a field and 'desc'")
    }
    let field = String(words[0])
    // Equal keys keep their order, so that pages do not shuffle.
    let sorted = items.enumerated().sorted { left, right in
      let (one, other) = (left.element[field], right.element[field])
      if let one = one?.number, let other = other?.number, one != other { return one < other }
      if let one = one?.string, let other = other?.string, one != other { return one < other }
      return left.offset < right.offset
    }
    items = sorted.map(\.element)
    if words.count == 2, words[1] == "desc" { items.reverse() }
  }

  /// Which part of a list is its page.
  private struct Cut {
    /// The page's range of the list.
    var range: Range<Int>
    /// What names the next page; nil at the last one.
    var token: String?
    /// How many there are behind those that are skipped.
    var total: Int
  }

  /// Cuts a page out of a list of that many items: `skip`, `count`, `continue` and `limit`.
  private func cut(_ items: Int, _ query: Query, _ allowed: Query.Parameters) throws(Problem) -> Cut {
    var skipped = 0
    if allowed.contains(.order) {
      skipped = min(try query.positive("skip") ?? 0, items)
      if let count = query["count"], count != "true" { throw .parameter(5, "count", "Not 'true'") }
    }
    let total = items - skipped
    var start = 0
    if let token = query["continue"], allowed.contains(.limit) {
      guard let offset = Self.offset(token), offset <= total else {
        throw .parameter(5, "continue", "Not a token of this collection")
      }
      start = offset
    }
    let limit = allowed.contains(.limit) ? try query.positive("limit") : nil
    let sizes = [limit, settings.pageSize > 0 ? settings.pageSize : nil].compactMap { $0 }
    guard let size = sizes.min(), total - start > size else {
      return Cut(range: skipped + start..<items, total: total)
    }
    let end = start + size
    return Cut(
      range: skipped + start..<skipped + end, token: settings.pagesContinue ? Self.token(end) : nil,
      total: total)
  }

  /// A page token: opaque to clients, and here the place of the next item behind a fixed mark.
  private static func token(_ offset: Int) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = Array("page:\(offset)".utf8)
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let chunk = bytes[start..<min(start + 3, bytes.count)]
      let bits = chunk.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - chunk.count))
      for place in 0..<4 {
        text.append(place <= chunk.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
      }
    }
    return text
  }

  private static func offset(_ token: String) -> Int? {
    guard let digits = decodedDigits(token), digits >= 0 else { return nil }
    return Self.token(digits) == token ? digits : nil
  }

  private static func decodedDigits(_ token: String) -> Int? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bits = 0
    var count = 0
    var bytes: [UInt8] = []
    for byte in token.utf8 where byte != UInt8(ascii: "=") {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      bits = (bits << 6 | value) & 0xFFFF
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.hasPrefix("page:") ? Int(text.dropFirst(5)) : nil
  }

  private func listBody(
    _ items: [JSON], _ kind: String, token: String?, total: Int?, _ query: Query
  ) -> SimulatedResponse {
    var metadata: JSON = [:]
    if let total, settings.countShown, query["count"] == "true" {
      metadata.append("count", .integer(total))
    }
    if let token { metadata.append("continue", .string(token)) }
    var members: [JSON.Member] = [.init("items", .array(items))]
    if settings.bareLists {
      members.append(.init("metadata", metadata))
    } else {
      members.insert(.init("type", .string("application/astra-\(kind)")), at: 0)
      members.insert(.init("version", "1.0"), at: 1)
      var full = self.metadata(created: now, modified: now)
      for member in metadata.members ?? [] { full.append(member.name, member.value) }
      members.append(.init("metadata", full))
    }
    return SimulatedResponse(
      status: 200, headers: [("Content-Type", "application/json")], body: JSON.object(members).bytes)
  }
}
