/// How a path that a user named is to be written to.
package enum FileDestination: Hashable, Sendable {
  /// A regular file, there or not yet, at this path: replaced whole. Links are already followed.
  case file(String)
  /// A pipe, a terminal or a device, `/dev/stdout` among them: only ever appended to.
  case stream
}
