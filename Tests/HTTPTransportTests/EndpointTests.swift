import HTTPTransport
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    ("astra.example.com", "https://astra.example.com", "astra.example.com:443"),
    ("ASTRA.Example.com", "https://astra.example.com", "astra.example.com:443"),
    ("astra.example.com.", "https://astra.example.com.", "astra.example.com.:443"),
    ("astra.example.com:8443", "https://astra.example.com:8443", "astra.example.com:8443"),
    ("astra.example.com:443", "https://astra.example.com", "astra.example.com:443"),
    ("astra.example.com/", "https://astra.example.com", "astra.example.com:443"),
    ("https://astra.example.com", "https://astra.example.com", "astra.example.com:443"),
    ("HTTPS://astra.example.com:8443/", "https://astra.example.com:8443", "astra.example.com:8443"),
    ("astra", "https://astra", "astra:443"),
    ("my_host.lan", "https://my_host.lan", "my_host.lan:443"),
    ("xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example:443"),
    ("3com.example", "https://3com.example", "3com.example:443"),
    ("192.0.2.10", "https://192.0.2.10", "192.0.2.10:443"),
    ("[::1]:8443", "https://[::1]:8443", "[::1]:8443"),
    ("[2001:DB8::A]", "https://[2001:db8::a]", "[2001:db8::a]:443"),
    ("[::ffff:192.0.2.1]", "https://[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]:443"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
    ("http://127.8.9.1:80", "http://127.8.9.1", "127.8.9.1:80"),
    ("http://localhost/", "http://localhost", "localhost:80"),
    ("http://LOCALHOST:9000", "http://localhost:9000", "localhost:9000"),
    ("http://[::1]:9000", "http://[::1]:9000", "[::1]:9000"),
    ("http://[0:0:0:0:0:0:0:1]:9000", "http://[0:0:0:0:0:0:0:1]:9000", "[0:0:0:0:0:0:0:1]:9000"),
  ])
  func `what a user may write is read`(text: String, origin: String, description: String) throws {
    let endpoint = try Endpoint(text)
    #expect(endpoint.origin == origin)
    #expect(endpoint.description == description)
  }

  @Test(arguments: [
    (
      "https://rancher.example.com/k8s/clusters/c-m-abc", "https://rancher.example.com",
      "/k8s/clusters/c-m-abc"
    ),
    ("https://rancher.example.com:8443/k8s/", "https://rancher.example.com:8443", "/k8s"),
    ("https://[::1]/a%20b/~c", "https://[::1]", "/a%20b/~c"),
    ("https://kube.example.com", "https://kube.example.com", ""),
    ("https://kube.example.com/", "https://kube.example.com", ""),
  ])
  func `a server may have a path where that is asked for`(text: String, origin: String, path: String) throws {
    let endpoint = try Endpoint(withPath: text)
    #expect(endpoint.origin == origin)
    #expect(endpoint.path == path)
  }

  @Test(arguments: ["/a//b", "//", "/a/../b", "/./a", "/%2e%2e/b", "/a%2", "/a%zz", "/a\"b", "/a\\b", "/{a}"])
  func `a path that could be read in two ways is refused`(path: String) throws {
    let error = try #require(throws: TransportError.self) {
      try Endpoint(withPath: "https://kube.example.com" + path)
    }
    #expect(error.kind == .misconfigured)
    #expect(error.message.contains("has a path with"), "\(error.message)")
  }

  @Test(arguments: [
    ("https://u:p@kube.example.com/a", "user information"), ("https://kube.example.com/a?b", "query"),
    ("https://kube.example.com/a#b", "fragment"), ("http://kube.example.com/a", "plain HTTP"),
  ])
  func `with a path the rest is refused as without`(text: String, reason: String) throws {
    let error = try #require(throws: TransportError.self) { try Endpoint(withPath: text) }
    #expect(error.message.contains(reason), "\(error.message)")
  }

  @Test(arguments: [
    ("", "is empty"),
    (" astra.example.com", "space"),
    ("astra.example.com\n", "control character"),
    ("astra.example.com\u{0}", "control character"),
    ("astra.example.com\r\nX: y", "control character"),
    ("astra\u{7F}", "control character"),
    ("bücher.example", "xn-- form"),
    ("https://", "names no host"),
    ("https:///", "names no host"),
    (":443", "names no host"),
    ("https://user:pass@astra.example.com", "user information"),
    ("user@astra.example.com", "user information"),
    ("astra.example.com/accounts", "has a path"),
    ("https://astra.example.com//", "has a path"),
    ("astra.example.com?x=1", "query"),
    ("astra.example.com#top", "fragment"),
    ("ftp://astra.example.com", "scheme"),
    ("httpss://astra.example.com", "scheme"),
    ("http://astra.example.com", "plain HTTP"),
    ("http://128.0.0.1", "plain HTTP"),
    ("http://127.0.0.1.example.com", "plain HTTP"),
    ("http://localhost.example.com", "plain HTTP"),
    ("http://[::2]", "plain HTTP"),
    ("http://[::ffff:127.0.0.1]", "plain HTTP"),
    ("http://127.1", "not an IPv4 address"),
    ("http://0x7f.0.0.1", "not an IPv4 address"),
    ("http://0177.0.0.1", "not an IPv4 address"),
    ("http://2130706433", "not an IPv4 address"),
    ("http://127.0.0.0x1", "not an IPv4 address"),
    ("256.1.1.1", "not an IPv4 address"),
    ("1.2.3.4.5", "not an IPv4 address"),
    ("astra.example.com:", "no valid port"),
    ("astra.example.com:0", "no valid port"),
    ("astra.example.com:65536", "no valid port"),
    ("astra.example.com:+443", "no valid port"),
    ("astra.example.com:https", "no valid port"),
    ("::1", "more than one colon"),
    ("astra.example.com:443:443", "more than one colon"),
    ("[::1", "no IPv6 address"),
    ("[]", "no IPv6 address"),
    ("[fe80::1%25eth0]", "no IPv6 address"),
    ("[1:2:3:4:5:6:7]", "no IPv6 address"),
    ("[1:2:3:4:5:6:7:8:9]", "no IPv6 address"),
    ("[1::2::3]", "no IPv6 address"),
    ("[::12345]", "no IPv6 address"),
    ("[::1]8443", "goes on after the bracket"),
    ("-astra.example.com", "not a host name"),
    ("astra..example.com", "not a host name"),
    (".", "not a host name"),
    ("a*b.example.com", "not a host name"),
    (String(repeating: "a", count: 64) + ".example.com", "not a host name"),
    (String(repeating: "a.", count: 127) + "example", "not a host name"),
  ])
  func `anything else is refused with a reason`(text: String, reason: String) throws {
    let error = try #require(throws: TransportError.self) { try Endpoint(text) }
    #expect(error.kind == .misconfigured)
    #expect(!error.mayHaveBeenSent)
    #expect(error.message.contains(reason), "\(error.message)")
    #expect(error.message.contains("; "), "it also says what would be right")
  }
}
