package import AppProtection
package import HTTPTransport

/// What a look at the place that a token came from has shown.
package enum TokenLook {
  case changed(Secret)
  case same
  /// Nothing that could be a token: perhaps it is just being written.
  case unreadable
  /// There will be no other, however often one looks; and perhaps this is why.
  case final(BackendError?)
}

/// Who asks.
package struct Credentials {
  /// What lets each request in; nil where a client certificate does, or nobody has to say who he is.
  package var authorization: Authorization?
  /// What else each request says of who asks, such as whom he acts for.
  package var fields: [HTTPField]
  /// Looks whether the token has been replaced where it came from; nil if it cannot be.
  package var rotation: (() -> TokenLook)?
  /// Asked before each request: what lets requests in from now on, if what did so will not do any more.
  package var renewal: (() throws(BackendError) -> Authorization?)?

  /// Gathers them: a bearer token.
  package init(token: Secret, rotation: (() -> TokenLook)? = nil) {
    self.init(authorization: .bearer(token), rotation: rotation)
  }

  /// Gathers them.
  package init(
    authorization: Authorization?, fields: [HTTPField] = [], rotation: (() -> TokenLook)? = nil,
    renewal: (() throws(BackendError) -> Authorization?)? = nil
  ) {
    self.authorization = authorization
    self.fields = fields
    self.rotation = rotation
    self.renewal = renewal
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
