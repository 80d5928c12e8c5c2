package import AppProtection
package import StructuredValues

/// What became of reading a collection.
package enum Listing<Value, Problem> {
  case items([Value])
  case absent(Problem)
  case rejected(Problem)
}

extension RESTClient {
  /// Reads one resource; nil if it is not there.
  package func resource<Value>(
    _ path: String, to attempt: String, _ decode: (StructuredValue) -> Value?
  ) throws(BackendError) -> Value? {
    switch try read(path, to: attempt, isWhole: { decode($0) != nil }) {
    case .value(let value): decode(value)
    case .absent: nil
    case .rejected(let problem): throw .brokenContract(problem, path, attempt)
    }
  }

  /// Reads a collection page by page (`items`, `metadata.continue`).
  ///
  /// An item that cannot be read is an error: it could be the one that was asked for.
  ///
  /// - Parameters:
  ///   - path: the collection.
  ///   - query: what every page is asked for with.
  ///   - acceptsGatewayAbsence: whether a gateway's 404 ends the reading too.
  ///   - attempt: what it is for, for messages: `list the applications`.
  ///   - isPage: whether a document is a page at all.
  ///   - decode: reads an item; nil if it is none.
  ///   - keep: sees each item once and says whether it is wanted.
  /// - Returns: the items, or why there are none.
  /// - Throws: trouble that lasts, and a list that has no end.
  package func collect<Value>(
    _ path: String, query: String? = nil, acceptsGatewayAbsence: Bool = false, to attempt: String,
    isPage: (StructuredValue) -> Bool = { _ in true }, _ decode: (StructuredValue) -> Value?,
    keep: (Value) -> Bool = { _ in true }
  ) throws(BackendError) -> Listing<Value, Problem> {
    var kept: [Value] = []
    var token: String?
    var seen: Set<String> = []
    repeat {
      let page = [query, token.map { "continue=\(PercentEncoding.encode($0))" }].compactMap { $0 }
        .joined(separator: "&")
      let target = page.isEmpty ? path : "\(path)?\(page)"
      let reading = try read(target, to: attempt, acceptsGatewayAbsence: acceptsGatewayAbsence) { body in
        guard isPage(body),
          case .array(let items)? = body["items"] ?? (body["metadata"] != nil ? .array([]) : nil)
        else {
          return false
        }
        return items.allSatisfy { decode($0) != nil }
      }
      switch reading {
      case .absent(let problem): return .absent(problem)
      case .rejected(let problem): return .rejected(problem)
      case .value(let body):
        if case .array(let items)? = body["items"] { kept += items.compactMap(decode).filter(keep) }
        token = body["metadata"]?["continue"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      }
      if let token, !seen.insert(token).inserted {
        throw BackendError(
          .brokenContract,
          "cannot \(attempt): GET \(path) gave the same page token twice, so its list has no end")
      }
    } while token != nil
    return .items(kept)
  }
}
