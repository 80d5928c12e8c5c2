/// How waiting for a change of an object ended; none of it proves anything, an ordinary read does.
package enum WakeUp: Hashable, Sendable {
  /// Something came that is news, or the object was deleted: look now.
  case news
  /// The watch ended after so long without news: because its time was up, or earlier because the server ended it.
  ///
  /// Where it is much less than what was asked for, the caller has to sleep before it watches again.
  case ended(after: Duration)
  /// There is no watch to be had, or it broke; why, as a clause. The caller has to sleep instead.
  case unavailable(String)
}
