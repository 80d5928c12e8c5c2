import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Resources of applications and of their recovery points")
struct AssetTests {
  private func names(_ client: inout Client, _ path: String) -> [String] {
    (client.get("k8s/v1/apps/\(path)/appAssets")["items"]?.array ?? []).compactMap { $0["assetName"]?.string }
  }

  @Test("a recovery point holds what there was, and pods have new names each time")
  func lists() {
    var client = Client()
    let (app, point) = (client.id("shop"), client.id("good"))
    let now = names(&client, app)
    let then = names(&client, "\(app)/appBackups/\(point)")
    #expect(now.count == 2 && then.count == 2 && now[0] == "shop" && then[0] == "shop")
    #expect(now[1].hasPrefix("shop-") && then[1].hasPrefix("shop-") && now[1] != then[1])
    client.world.changeAssets(of: "shop", losing: ["shop"], gaining: ["flags"])
    #expect(names(&client, app).contains("flags") && !names(&client, app).contains("shop"))
    #expect(names(&client, "\(app)/appBackups/\(point)") == then)
    let isDone = client.world.changeAssets(of: "nobody")
    #expect(!isDone)
  }

  @Test("what the lists tell", arguments: SimulatorSettings.Assets.allCases)
  func setting(_ assets: SimulatorSettings.Assets) {
    var client = Client { $0.settings.assets = assets }
    let app = client.id("shop")
    for path in [app, "\(app)/appBackups/\(client.id("good"))"] {
      let response = client.send("GET", "k8s/v1/apps/\(path)/appAssets")
      let statuses: [SimulatorSettings.Assets: Int] = [.shown: 200, .empty: 200, .absent: 404, .refused: 400]
      #expect(response.status == statuses[assets])
      if assets == .empty { #expect(response.json?["items"]?.array?.isEmpty == true) }
    }
  }
}
