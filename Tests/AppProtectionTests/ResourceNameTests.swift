import AppProtection
import Testing

/// Names as labels, and the nearest of many.
struct ResourceNameTests {
  @Test(arguments: [
    ("before-2.4.2-debian-10-r14", "before-2-4-2-debian-10-r14"),
    ("magento-debug", "magento-debug"), ("Magento_Prod", "magento-prod"), ("a..b", "a--b"),
    (".leading-and-trailing.", "leading-and-trailing"), ("2.4.1", "2-4-1"),
    ("jenkins-Job/x #7", "jenkins-job-x--7"),
    ("Größe", "gr--e"), ("a", "a"),
  ])
  func oneRuleMakesALabel(text: String, label: String) {
    #expect(ResourceName.label(for: text) == label)
    #expect(ResourceName.label(for: label) == label, "a label stays as it is")
  }

  @Test(arguments: ["", ".", "---", "ö", "…", " "])
  func whatLeavesNothingIsNoName(text: String) {
    #expect(ResourceName.label(for: text) == nil)
  }

  @Test func longNamesStayApart() throws {
    let long = String(repeating: "release.", count: 12)
    let one = try #require(ResourceName.label(for: long + "one"))
    let two = try #require(ResourceName.label(for: long + "two"))
    #expect(one != two)
    for label in [one, two] {
      #expect(label.count <= 63 && label.hasPrefix("release-release-"))
      #expect(label.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?/) != nil)
    }
    // The same text gives the same label in every step, today and tomorrow.
    #expect(
      ResourceName.label(for: String(repeating: "x", count: 64)) == String(repeating: "x", count: 54)
        + "-d19b1ac5")
    let exact = String(repeating: "x", count: 63)
    #expect(ResourceName.label(for: exact) == exact)
  }

  @Test func theNearestComeFirst() {
    let names = ["wordpress", "magento-prod", "magento-debug", "erp", "magento-prod"]
    #expect(nearest(to: "magento-prd", among: names, limit: 2) == ["magento-prod", "magento-debug"])
    #expect(nearest(to: "x", among: [], limit: 5).isEmpty)
    #expect(nearest(to: "erp", among: names, limit: 1) == ["erp"])
  }
}
