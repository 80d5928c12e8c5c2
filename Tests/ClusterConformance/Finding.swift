internal import AppProtection

/// What a check found.
enum Finding {
  /// It is as the steps rely on; a remark, if there is one.
  case holds(String? = nil)
  /// It is not, and in what way.
  case fails(String)

  /// What comes of comparing two values.
  static func equal<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) -> Self {
    found == expected ? .holds() : .fails("\(what): \(found), and not \(expected)")
  }

  /// What comes of something that has to be refused, for that reason and with these words.
  static func refused(
    _ refusal: BackendError.Refusal, naming words: String? = nil, _ attempt: () throws(BackendError) -> Void
  ) throws(BackendError) -> Self {
    do throws(BackendError) {
      try attempt()
      return .fails("it was accepted")
    } catch {
      guard case .refused(let found) = error.kind else { throw error }
      guard found == refusal else { return .fails("it was refused for another reason: \(error.message)") }
      guard let words, !error.message.contains(words) else { return .holds() }
      return .fails("the refusal does not name \(words): \(error.message)")
    }
  }
}
