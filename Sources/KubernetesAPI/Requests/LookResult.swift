/// What a look showed, where a missing right or kind is an answer and no error.
package enum LookResult<Value> {
  case told(Value)
  /// The rules of access do not let it be seen; the server's words as a clause: `answered 403 (…)`.
  case forbidden(String)
  /// The API does not have the kind, or not in this version.
  case notInstalled
}

extension LookResult: Equatable where Value: Equatable {}
extension LookResult: Sendable where Value: Sendable {}
