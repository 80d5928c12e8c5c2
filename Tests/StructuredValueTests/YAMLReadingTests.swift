import StructuredValues
import Testing

@Suite struct YAMLReadingTests {
  private func value(_ text: String) throws(YAMLError) -> StructuredValue {
    try StructuredValue(yaml: Array(text.utf8))
  }

  private func reason(_ text: String) throws -> String {
    try #require(throws: YAMLError.self) { try value(text) }.reason
  }

  @Test func `a kubeconfig is read`() throws {
    let config = try value(
      """
      apiVersion: v1
      kind: Config
      current-context: "prod"
      # what kubectl writes, and what people make of it
      clusters:
      - name: prod
        cluster: {server: "https://kube.example.com:6443/k8s", insecure-skip-tls-verify: false}
      users:
      - user:
          token: >-
            fake-
            token
          exec:
            args: [get-token, --region, 'eu-1']
            env: ~
        name: admin
      """)
    #expect(config["current-context"]?.string == "prod")
    let cluster = config["clusters"]?.list { $0["cluster"] }?.first
    #expect(cluster?["server"]?.string == "https://kube.example.com:6443/k8s")
    #expect(cluster?["insecure-skip-tls-verify"]?.bool == false)
    let user = config["users"]?.list { $0["user"] }?.first
    #expect(user?["token"]?.string == "fake- token")
    #expect(user?["exec"]?["args"]?.list(of: \.string) == ["get-token", "--region", "eu-1"])
    #expect(user?["exec"]?.member("env") == .null)
  }

  @Test(arguments: [
    ("true", StructuredValue.bool(true)), ("False", .bool(false)), ("yes", .string("yes")),
    ("'true'", .string("true")), ("\"12\"", .string("12")), ("12", .number(12)), ("-0.5e1", .number(-5)),
    ("+3", .number(3)), (".5", .number(0.5)), ("0x1F", .number(31)), ("0o17", .number(15)),
    ("0x1p3", .string("0x1p3")), ("1.2.3", .string("1.2.3")), ("1_000", .string("1_000")),
    (".inf", .string(".inf")), ("nan", .string("nan")), ("-", .array([.null])), ("e", .string("e")),
    ("1e999", .string("1e999")), ("~", .null), ("", .null), ("!!str 12", .string("12")),
    ("!!int '12'", .number(12)), ("! 12", .string("12")), ("# nothing", .null),
    ("|\n a\n b\n", .string("a\nb\n")),
  ])
  func `a scalar is what the core schema has it for`(text: String, wanted: StructuredValue) throws {
    #expect(try value(text) == wanted)
  }

  @Test(arguments: [
    #"{"a":[1,2.5,-3e2,true,false,null,"x\u00e9\n"],"b":{"c":{}},"d":[],"":""}"#, "[]", #""x""#, "0", "null",
  ])
  func `a JSON document comes out alike from both readers`(text: String) throws {
    #expect(try value(text) == StructuredValue(parsing: Array(text.utf8)))
  }

  @Test func `an alias is what its anchor stands for`() throws {
    let read = try value("a: &x {b: [1, &y two]}\nc: *x\nd: *y")
    #expect(read["c"] == read["a"] && read["d"]?.string == "two")
    #expect(try reason("a: *x") == "the alias *x has no anchor before it")
    #expect(try reason("a: &x [*x]") == "the alias *x has no anchor before it")
  }

  @Test func `aliases that multiply end at the limit`() throws {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...9 {
      text +=
        "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
        + "]\n"
    }
    #expect(try reason(text) == "it has more than 100000 values")
  }

  @Test func `what nests too deep or has too much is refused`() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try value(nested(64))
    #expect(try reason(nested(65)) == "line 1: it nests deeper than 64 levels")
    // An alias lies as deep as what it stands for.
    let chain = (1...64).map { "- &a\($0) [*a\($0 - 1)]\n" }.joined()
    #expect(try reason("- &a0 x\n" + chain) == "it nests deeper than 64 levels")
    #expect(try reason("[" + String(repeating: "x,", count: 100_000) + "x]").contains("more than 100000"))
  }

  @Test(arguments: [
    ("a: 1\na: 2", "the key a is there twice"), ("? [a]\n: 1", "a key is no plain text"),
    ("--- 1\n--- 2", "it holds more than one document"),
    ("a: [1", "line 2: did not find expected ',' or ']'"),
    ("a: b: c", "line 1: mapping values are not allowed in this context"),
    (
      "!!python/object/apply:os.system ['id']",
      "the tag tag:yaml.org,2002:python/object/apply:os.system is not known"
    ),
    ("a: !own {b: 1}", "the tag !own is not known"),
    ("!!binary aGk=", "the tag tag:yaml.org,2002:binary is not known"),
    ("!!int x", "the tag tag:yaml.org,2002:int is not known, or does not fit its text"),
    ("\u{0}", "control characters"),
  ])
  func `anything else is refused with a reason`(text: String, words: String) throws {
    let reason = try reason(text)
    #expect(reason.contains(words), "\(reason)")
  }

  @Test func `other bytes than UTF-8 are refused`() throws {
    for bytes: [UInt8] in [[0x61, 0xFF], [0xFF, 0xFE, 0x61, 0x00]] {
      #expect(throws: YAMLError.self) { try StructuredValue(yaml: bytes) }
    }
  }

  @Test(
    arguments: [
      ("a: 1\nb: {c: 'True', d: {e: ~}}", ["a": "1", "b.c": "True", "b.d.e": "~"]),
      ("a: &y [x, y]\nd: *y\ne: !own 5", ["d": "", "e": "5"]),
      ("a: 1\na: 2", ["a": "2"]), ("just text", nil), ("a: [", nil), ("", nil),
    ] as [(String, [String: String]?)])
  func `the flat reading keeps scalars as they are written`(text: String, wanted: [String: String]?) {
    #expect(FlatYAML.entries(of: text) == wanted)
  }
}
