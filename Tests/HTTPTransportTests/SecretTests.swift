import HTTPTransport
import Testing

@Suite struct SecretTests {
  private let request = HTTPRequest(
    .post, "/x", fields: [HTTPField("Accept", "application/json")], token: Secret(fakeToken), body: [1],
    timeLimit: .seconds(1))

  @Test func `a secret has no printable form`() {
    let secret = Secret(fakeToken)
    var dumped = ""
    dump(secret, to: &dumped)
    var dumpedRequest = ""
    dump(request, to: &dumpedRequest)
    for text in [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\([secret])",
      "\(Optional(secret) as Any)", String(reflecting: request), "\(request)", dumpedRequest,
      "\(Array(Mirror(reflecting: secret).children))",
    ] {
      #expect(!text.contains(fakeToken))
    }
    #expect("\(secret)" == "<secret>")
  }

  @Test func `the token is on the wire exactly once`() {
    let fields = request.wireFields(userAgent: "astra-steps/0 (x)")
    let holders = fields.filter { $0.value.contains(fakeToken) }
    #expect(holders == [HTTPField("Authorization", "Bearer \(fakeToken)")])
    #expect(fields.last == HTTPField("User-Agent", "astra-steps/0 (x)"))
  }

  @Test func `a request without a token has no authorization`() {
    let fields = HTTPRequest(.get, "/x", timeLimit: .seconds(1)).wireFields(userAgent: "a")
    #expect(fields == [HTTPField("User-Agent", "a")])
  }

  @Test(arguments: [
    // RFC 7617, 2 and 2.1.
    ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), ("test", "123\u{A3}", "dGVzdDoxMjPCow=="),
    ("", "", "Og=="),
  ])
  func `a user and a password are on the wire as the Basic scheme has them`(
    user: String, password: String, encoded: String
  ) {
    let request = HTTPRequest(
      .patch, "/x", authorization: .basic(user: user, password: Secret(password)), timeLimit: .seconds(1))
    #expect(
      request.wireFields(userAgent: "a").first == HTTPField("Authorization", "Basic \(encoded)"))
    var dumped = ""
    dump(request, to: &dumped)
    #expect(!dumped.contains(encoded) && (password.isEmpty || !dumped.contains(password)))
    for text in [encoded, password] where text.utf8.count >= 4 {
      let scrubbed = request.authorization?.secrets.reduce("a \(text) b") { $1.scrubbed(from: $0) }
      #expect(scrubbed == "a <secret> b")
    }
  }

  @Test(arguments: [
    ("nothing here", "nothing here"),
    ("a \(fakeToken) b \(fakeToken)", "a <secret> b <secret>"),
    (fakeToken, "<secret>"),
    ("e\u{301} \(fakeToken)\(fakeToken)e\u{301}", "e\u{301} <secret><secret>e\u{301}"),
    // One character with what stands beside it, and the secret all the same.
    ("\(fakeToken)\u{301} \u{600}\(fakeToken)", "<secret>\u{301} \u{600}<secret>"),
  ])
  func `an echoed secret is scrubbed`(text: String, scrubbed: String) {
    #expect(Array(Secret(fakeToken).scrubbed(from: text).utf8) == Array(scrubbed.utf8))
  }
}
