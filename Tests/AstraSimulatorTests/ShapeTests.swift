import AstraSimulator
import SimulatorSupport
import Testing

@Suite("The shape of bodies and headers")
struct ShapeTests {
  private func client(_ bend: @escaping (inout SimulatorSettings) -> Void) -> Client {
    Client { bend(&$0.settings) }
  }

  @Test("lists as real servers send them, or as the schema has them")
  func lists() {
    var bare = Client()
    #expect(bare.get("k8s/v2/apps").members?.map(\.name) == ["items", "metadata"])
    #expect(bare.get("k8s/v2/apps")["metadata"] == [:])
    var full = client { $0.bareLists = false }
    #expect(full.get("k8s/v2/apps")["type"] == "application/astra-apps")
    #expect(full.get("k8s/v2/apps")["metadata"]?["createdBy"] != nil)
  }

  @Test("labels are empty or null; createdBy is a user or the system")
  func metadata() {
    var usual = Client()
    let path = usual.appPath("shop")
    #expect(usual.get(path)["metadata"]?["labels"] == [])
    #expect(usual.get(path)["metadata"]?["createdBy"]?.string?.count == 36)
    var odd = client {
      $0.labelsNull = true
      $0.createdBySystem = true
    }
    #expect(odd.get(odd.appPath("shop"))["metadata"]?["labels"] == .some(.null))
    #expect(odd.get(odd.appPath("shop"))["metadata"]?["createdBy"] == "system")
  }

  @Test("state transitions from nowhere have no from, or are left out")
  func transitions() {
    var usual = Client()
    let all = usual.get(usual.appPath("shop"))["stateTransitions"]?.array ?? []
    #expect(all.count == 8)
    #expect(all[0]["from"] == nil)
    var strict = client { $0.transitionsWithoutFrom = false }
    let some = strict.get(strict.appPath("shop"))["stateTransitions"]?.array ?? []
    #expect(some.count == 6)
    #expect(some.allSatisfy { $0["from"] != nil })
  }

  @Test("links, if there are any, say what is allowed now")
  func links() {
    var usual = Client()
    #expect(usual.get(usual.appPath("shop"))["links"] == [])
    var linked = client { $0.links = true }
    let ready = linked.get(linked.appPath("shop"))["links"]?.array ?? []
    #expect(ready.last?["title"] == "inPlaceRestore")
    #expect(ready.last?["hints"]?["allow"] == ["PUT"])
    linked.world.setState("restoring", of: "shop")
    #expect(linked.get(linked.appPath("shop"))["links"]?.array?.last?["hints"]?["allow"] == [])
  }

  @Test("problem status as a string or a number")
  func status() {
    var numeric = client { $0.numericProblemStatus = true }
    #expect(numeric.send("GET", "k8s/v1/pods").json?["status"] == 404)
  }

  @Test("truth values as strings or as truth values")
  func booleans() {
    var usual = Client()
    #expect(usual.get("topology/v1/clusters")["items"]?[0]?["restoreTargetSupported"] == "true")
    var strict = client { $0.booleansAsStrings = false }
    #expect(strict.get("topology/v1/clusters")["items"]?[0]?["restoreTargetSupported"] == true)
  }

  @Test("timestamps with a fraction")
  func fraction() {
    var fine = client { $0.fractionalTimestamps = true }
    fine.world.advance(by: .milliseconds(1250))
    let created = fine.back("shop", as: "b").json?["metadata"]?["creationTimestamp"]?.string
    #expect(created == "2026-03-02T09:00:01.250000Z")
  }

  @Test(
    "the server's clock may be wrong, in timestamps and in the Date header alike", arguments: [-3600, 120])
  func skew(_ seconds: Int) {
    var client = client { $0.clockSkew = .seconds(seconds) }
    let made = client.back("shop", as: "b")
    let hour = seconds < 0 ? "08:00:00" : "09:02:00"
    #expect(made.json?["metadata"]?["creationTimestamp"]?.string == "2026-03-02T\(hour)Z")
    #expect(made.header("Date") == "Mon, 02 Mar 2026 \(hour) GMT")
  }

  @Test("there may be no Date header")
  func date() {
    var silent = client { $0.dateHeader = false }
    #expect(silent.send("GET", "k8s/v2/apps").header("Date") == nil)
  }

  @Test("reasons of a failure are given or not", arguments: [true, false])
  func reasons(_ given: Bool) {
    var client = client { $0.failureTexts = given }
    client.world.disturbNext(.clone, .fails)
    client.world.disturbNext(.backup, .fails)
    _ = client.clone("shop", as: "c")
    _ = client.back("blog", as: "b")
    client.world.advance(by: .seconds(60))
    #expect((client.get(client.appPath("c"))["stateDetails"] != []) == given)
    let backup = client.get("k8s/v1/apps/\(client.id("blog"))/appBackups/\(client.id("b"))")
    #expect(backup["state"] == "failed")
    #expect((backup["stateUnready"] != []) == given)
    #expect((backup["stateDetails"] != []) == given)
  }

  @Test("an application that is not ready may name no cluster")
  func cluster() {
    var client = client { $0.clusterOnlyWhenReady = true }
    #expect(client.get(client.appPath("shop"))["clusterName"] == "prod")
    _ = client.restore("shop", from: "good")
    #expect(client.get(client.appPath("shop"))["clusterName"] == nil)
  }

  @Test("labels of a request are kept or not", arguments: [true, false])
  func labels(_ kept: Bool) {
    var client = client { $0.labelsWritable = kept }
    let label: JSON = ["name": "run", "value": "42"]
    let more: JSON = ["metadata": ["labels": [label]]]
    for made in [client.clone("shop", as: "c", more: more), client.back("blog", as: "b", more: more)] {
      #expect(made.status == 201)
      #expect(made.json?["metadata"]?["labels"]?.array?.contains(label) == kept)
    }
  }

  @Test("a server may refuse labels; without them the same request is taken")
  func refusedLabels() {
    var client = client { $0.labelsRefused = true }
    let more: JSON = ["metadata": ["labels": [["name": "run", "value": "42"]]]]
    #expect(problem(client.clone("shop", as: "c", more: more)) == 8)
    #expect(client.clone("shop", as: "c").status == 201)
  }

  @Test("a clone of a clone may have its labels, unless it has its own", arguments: [true, false])
  func inheritedLabels(_ inherits: Bool) {
    var client = client { $0.clonesInheritLabels = inherits }
    let labels: [JSON] = [["name": "a", "value": "1"], ["name": "b", "value": "2"]]
    _ = client.clone("shop", as: "c", more: ["metadata": ["labels": .array(labels)]])
    client.world.advance(by: .seconds(60))
    let own: JSON = ["name": "a", "value": "3"]
    let made = client.clone("c", as: "d", more: ["metadata": ["labels": [own]]])
    let shown = made.json?["metadata"]?["labels"]?.array ?? []
    #expect(shown.contains(own) && !shown.contains(labels[0]) && shown.contains(labels[1]) == inherits)
  }

  @Test("what a schedule has made names it")
  func scheduled() {
    var client = Client()
    var seed = RecoveryPointSeed("nightly")
    seed.schedule = "7a7b8394-a5b6-4c7d-98e9-f00112233445"
    let id = client.world.addBackup(seed, of: "shop") ?? ""
    let path = "k8s/v1/apps/\(client.id("shop"))/appBackups/"
    #expect(client.get(path + id)["scheduleID"] == "7a7b8394-a5b6-4c7d-98e9-f00112233445")
    #expect(client.get(path + (client.world.point("good")?.id ?? ""))["scheduleID"] == nil)
  }

  @Test("media types: the resource's own is echoed, anything else is JSON")
  func accept() {
    var client = Client()
    let path = client.appPath("shop")
    func type(_ accept: String) -> String? {
      client.send("GET", path, headers: [("Accept", accept)]).header("Content-Type")
    }
    #expect(type("application/astra-app+json") == "application/astra-app+json")
    #expect(type("*/*") == "application/json")
    #expect(type("text/html") == "application/json")
    #expect(client.send("GET", path).header("Content-Type") == "application/json")
  }

  @Test("media types, enforced")
  func strictMedia() {
    var strict = client { $0.mediaTypes = .problem12 }
    #expect(problem(strict.send("GET", "k8s/v2/apps", headers: [("Accept", "text/html")])) == 32)
    #expect(strict.send("GET", "k8s/v2/apps", headers: [("Accept", "text/html, */*;q=0.1")]).status == 200)
    let body = strict.cloneBody("shop", as: "c")
    let wrong: [SimulatedRequest.Field] = [("Content-Type", "application/json")]
    #expect(problem(strict.send("POST", "k8s/v2/apps", body, headers: wrong)) == 12)
    let right: [SimulatedRequest.Field] = [("Content-Type", "application/astra-app+json; charset=utf-8")]
    #expect(strict.send("POST", "k8s/v2/apps", body, headers: right).status == 201)
    var odd = client { $0.mediaTypes = .unsupported415 }
    #expect(odd.send("POST", "k8s/v2/apps", odd.cloneBody("shop", as: "c"), headers: wrong).status == 415)
  }

  @Test(
    "a wrong account",
    arguments: [(SimulatorSettings.WrongAccount.gatewayText, 403), (.problem18, 404), (.problem33, 400)])
  func account(_ setting: SimulatorSettings.WrongAccount, _ status: Int) {
    var client = client { $0.wrongAccount = setting }
    let response = client.world.handle(
      SimulatedRequest(
        "GET", "/accounts/00000000-0000-4000-8000-000000000000/k8s/v2/apps",
        headers: [("Authorization", "Bearer \(Client.token)")]))
    #expect(response.status == status)
    let text = String(decoding: response.body, as: UTF8.self)
    #expect(text.contains("x-pcloud-accountid") == (setting == .gatewayText))
  }

  @Test("a tag goes with every GET and changes with the resource")
  func tag() {
    var client = Client()
    let path = client.appPath("shop")
    let first = client.send("GET", path).header("Etag")
    #expect(first?.count == 32)
    #expect(client.send("GET", path).header("Etag") == first)
    client.world.setState("failed", of: "shop")
    #expect(client.send("GET", path).header("Etag") != first)
  }

  @Test("renaming")
  func rename() {
    var client = Client()
    let body: JSON = ["type": "application/astra-app", "version": "2.2", "name": "store"]
    #expect(client.send("PUT", client.appPath("shop"), body).status == 204)
    #expect(client.app("store")?.content?.version == "2")
    #expect(client.world.journal.last?.event == .renamed)
  }
}
