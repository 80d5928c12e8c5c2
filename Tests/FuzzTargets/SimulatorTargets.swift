internal import AstraSimulator
internal import SimulatorSupport

extension FuzzTarget {
  /// A scenario file: refused in a sentence, or a world that answers and that time can pass in.
  static let scenario = FuzzTarget("scenario", longest: 2048) { bytes throws(BrokenProperty) in
    let scenario: Scenario
    do throws(ScenarioError) {
      scenario = try Scenario(file: bytes)
    } catch {
      return try hold(!error.description.isEmpty, "gives no reason")
    }
    // A large fleet is a question of memory, and of nothing else.
    guard scenario.fleets.allSatisfy({ $0.size <= 200 }), scenario.fleets.count <= 4 else { return }
    var world = World(scenario: scenario)
    for target in ["k8s/v2/apps", "topology/v1/clusters", "topology/v1/appBackups"] {
      let path = "/accounts/\(scenario.account)/\(target)"
      try ask(&world, SimulatedRequest("GET", path, headers: [("Authorization", "Bearer \(scenario.token)")]))
    }
    world.advance(by: .seconds(60))
    try ask(&world, SimulatedRequest("GET", "/_simulator/world"))
    for address in world.addresses {
      try hold([200, 500, 503].contains(world.frontPage(at: address)?.status ?? 0), "no page at \(address)")
    }
  }

  /// Requests to a world, the control endpoints among them; separated by lines `%%`.
  static let simulator = FuzzTarget("simulator", longest: 1024) { bytes throws(BrokenProperty) in
    var world = World(scenario: smallScenario)
    for part in parts(bytes).prefix(8) {
      let head = part.prefix { $0 != 0x0A }
      var body = part.dropFirst(head.count + 1)
      var headers: [SimulatedRequest.Field] = [("Authorization", "Bearer \(fuzzToken)")]
      // Header lines up to an empty one, if there is any; else all that follows is the body.
      while let colon = body.prefix(while: { $0 != 0x0A }).firstIndex(of: 0x3A), body.first != 0x7B {
        let line = body.prefix { $0 != 0x0A }
        headers.insert((text(line[..<colon]), text(line[(colon + 1)...].drop { $0 == 0x20 })), at: 0)
        body = body.dropFirst(line.count + 1)
      }
      let words = head.split(separator: 0x20, maxSplits: 1).map { text($0) }
      try ask(
        &world,
        SimulatedRequest(
          words.first ?? "", words.count > 1 ? words[1] : "", headers: headers, body: Array(body)))
    }
    try ask(&world, SimulatedRequest("GET", "/_simulator/world"))
  }

  private static func ask(_ world: inout World, _ request: SimulatedRequest) throws(BrokenProperty) {
    let response = world.handle(request)
    // Only a fault that has that very status may ask for one that HTTP does not know.
    let isKnown = (100...599).contains(response.status) || world.hasResponseFault(of: response.status)
    try hold(isKnown, "\(request.target) answers \(response.status)")
    if response.header("Content-Type")?.hasSuffix("json") == true {
      try hold(response.json != nil, "\(request.target) answers no JSON: \(text(response.body))")
    }
  }

  private static var smallScenario: Scenario {
    var scenario = Scenario(account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10", token: fuzzToken)
    scenario.buckets = [BucketSeed("astra-backups")]
    scenario.clouds = [CloudSeed("private", defaultBucket: "astra-backups")]
    scenario.clusters = [
      ClusterSeed("ocp-prod", cloud: "private"), ClusterSeed("ocp-debug", cloud: "private"),
    ]
    scenario.clusters[0].id = "1c2d3e4f-5061-4728-8394-a5b6c7d8e9f0"
    scenario.clusters[1].id = "2d3e4f50-6172-4839-84a5-b6c7d8e9f001"
    var application = ApplicationSeed("magento-prod", cluster: "ocp-prod")
    application.id = "40516273-8495-4a6b-b7c8-d9eaf0011223"
    application.backups = [RecoveryPointSeed("good")]
    application.backups[0].id = "62738495-a6b7-4c8d-99ea-fb0c12233445"
    application.snapshots = [RecoveryPointSeed("nightly")]
    application.snapshots[0].id = "738495a6-b7c8-4d9e-aafb-0c1d23344556"
    scenario.applications = [application]
    return scenario
  }
}
