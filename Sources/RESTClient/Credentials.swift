package import HTTPTransport

/// What a look at the place that a token came from has shown.
package enum TokenLook {
  case changed(Secret)
  case same
  /// Nothing that could be a token: perhaps it is just being written.
  case unreadable
}

/// Who asks.
package struct Credentials {
  package var token: Secret
  /// Looks whether the token has been replaced where it came from; nil if it cannot be.
  package var rotation: (() -> TokenLook)?

  /// Gathers them.
  package init(token: Secret, rotation: (() -> TokenLook)? = nil) {
    self.token = token
    self.rotation = rotation
  }
}

/// Something on the wire that a log may want to show.
package enum TrafficEvent: Sendable {
  /// Method, path, status, and how long it took.
  case exchange(String, String, Int, Duration)
  /// Method, path, why nothing came, and how long it took.
  case noAnswer(String, String, String, Duration)
  /// Why a read is repeated, and after which pause.
  case retry(String, Duration)
}
