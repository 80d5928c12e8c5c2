import AppProtection
import Testing
import Velero

/// The names of objects that lie in one namespace and one bucket, of all applications.
struct NameTests {
  @Test func aNameIsTheSameForEachAttempt() {
    let name = Names.copy(.backup, "before-2-4-2", of: "shop", uid: "u-1")
    #expect(name == Names.copy(.backup, "before-2-4-2", of: "shop", uid: "u-1"))
    #expect(name.hasPrefix("shop-before-2-4-2-"))
  }

  @Test func noTwoThingsShareAName() {
    // The namespace "a" with "b-c" and "a-b" with "c" read the same; a namespace that is made anew, and the one of another
    // cluster, have other uids.
    let names = [
      Names.copy(.backup, "b-c", of: "a", uid: "u-1"), Names.copy(.backup, "c", of: "a-b", uid: "u-2"),
      Names.copy(.snapshot, "b-c", of: "a", uid: "u-1"), Names.copy(.backup, "b-c", of: "a", uid: "u-3"),
      Names.copy(.backup, "b.c", of: "a", uid: "u-1"),
    ]
    #expect(Set(names).count == names.count)
  }

  @Test func aLongNameIsALabelStill() {
    let long = String(repeating: "x", count: 63)
    let names = ["y", "z"].map { Names.copy(.backup, long + $0, of: long, uid: "u-1") }
    #expect(names[0] != names[1])
    for name in names {
      #expect(name.count <= ResourceName.maximumLength && ResourceName.label(for: name) == name)
    }
  }
}
