internal import KubernetesSimulator
internal import SimulatorSupport
internal import Testing

/// Watches, and lists of a moment that has passed.
struct WatchTests {
  private var cluster = makeCluster()
  private let path = "/apis/velero.io/v1/namespaces/velero/backups"
  private let key = ObjectKey("backups.velero.io", "velero", "b1")

  init() {
    for name in ["b1", "b2", "b3"] {
      cluster.store.create(
        "backups.velero.io", ["metadata": ["name": .string(name), "namespace": "velero"], "spec": [:]])
    }
  }

  private func told(_ stream: inout any ResponseStream) -> [String]? {
    stream.next(of: cluster).map { bytes in
      lines(bytes).map {
        "\($0["type"]?.string ?? "") \($0["object"]?.name ?? $0.value(at: "object.metadata")?.text ?? "")"
      }
    }
  }

  @Test("what is there comes first, then a mark, then what changes")
  mutating func initialEvents() throws {
    let query =
      "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
      + "&fieldSelector=metadata.name%3Db1&timeoutSeconds=30"
    var stream = try #require(cluster.send("GET", path + query).stream)
    let first = try #require(stream.next(of: cluster).map(lines))
    #expect(first.map { $0["type"] } == ["ADDED", "BOOKMARK"])
    #expect(first[1].value(at: "object")?.annotation("k8s.io/initial-events-end") == "true")
    #expect(told(&stream) == [])
    cluster.store.update(key) { $0.set("status.phase", "Completed") }
    cluster.store.delete(ObjectKey("backups.velero.io", "velero", "b2"))
    cluster.store.delete(key)
    #expect(told(&stream) == ["MODIFIED b1", "DELETED b1"])
    #expect(stream.due == .seconds(28))
    cluster.advance(to: .seconds(28))
    #expect(told(&stream)?.first?.hasPrefix("BOOKMARK") == true)
    cluster.advance(to: .seconds(30))
    #expect(told(&stream) == nil)
  }

  @Test("a watch goes on from a version, and says that one is too old")
  mutating func versions() throws {
    let version = cluster.store.revision
    cluster.store.update(key) { $0.set("spec.ttl", "1h") }
    var stream = try #require(cluster.send("GET", path + "?watch=1&resourceVersion=\(version)").stream)
    #expect(told(&stream) == ["MODIFIED b1"])
    var future = try #require(cluster.send("GET", path + "?watch=1&resourceVersion=\(version + 1000)").stream)
    #expect(told(&future) == [])
    cluster.store.compact(upTo: version + 1)
    let old = cluster.send("GET", path + "?watch=1&resourceVersion=\(version)")
    #expect(old.status == 200)
    var late = try #require(old.stream)
    let error = try #require(late.next(of: cluster).map(lines)?.first)
    #expect(error["type"] == "ERROR")
    #expect(error.value(at: "object.code") == 410)
    #expect(told(&late) == nil)
  }

  @Test("a server without initial events refuses them")
  mutating func noInitialEvents() {
    cluster.settings.sendsInitialEvents = false
    let answer = cluster.send(
      "GET", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
    #expect(answer.status == 422)
  }

  @Test("the pages of a list are of one moment, until that is too old")
  mutating func pages() throws {
    cluster.settings.continueLifetime = .seconds(300)
    let first = try #require(cluster.send("GET", path + "?limit=1").json)
    let token = try #require(first.value(at: "metadata.continue")?.string)
    cluster.store.delete(ObjectKey("backups.velero.io", "velero", "b2"))
    let second = cluster.send("GET", path + "?limit=1&continue=\(token)").json
    #expect(second?["items"]?.array?.compactMap(\.name) == ["b2"])
    cluster.advance(to: .seconds(301))
    let late = cluster.send("GET", path + "?limit=1&continue=\(token)")
    #expect(late.status == 410)
    let rest = try #require(late.json?.value(at: "metadata.continue")?.string)
    #expect(
      cluster.send("GET", path + "?continue=\(rest)").json?["items"]?.array?.compactMap(\.name) == ["b3"])
    cluster.settings.pageLimit = 1
    #expect(cluster.send("GET", path + "?limit=500").json?["items"]?.array?.count == 1)
  }

  @Test("the pages of all namespaces go on behind namespace and name")
  mutating func allNamespaces() throws {
    cluster.store.create("backups.velero.io", ["metadata": ["name": "a", "namespace": "shop"], "spec": [:]])
    var names: [String] = []
    var token = ""
    repeat {
      let page = try #require(
        cluster.send("GET", "/apis/velero.io/v1/backups?limit=1&continue=\(token)").json)
      names += page["items"]?.array?.compactMap(\.name) ?? []
      token = page.value(at: "metadata.continue")?.string ?? ""
    } while !token.isEmpty
    #expect(names == ["a", "b1", "b2", "b3"])
  }
}
