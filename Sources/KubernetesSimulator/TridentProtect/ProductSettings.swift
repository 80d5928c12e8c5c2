/// What Trident protect does one way or another: everything that its documentation leaves open, and how long things take.
package struct ProductSettings: Equatable, Sendable {
  // How long the main part of a run takes.

  package var backup: Duration = .seconds(5)
  package var snapshot: Duration = .seconds(2)
  package var clone: Duration = .seconds(5)
  /// How long what was restored takes until its claims are bound and its pods are available.
  package var settling: Duration = .seconds(2)
  package var restore: Duration = .seconds(5)
  /// How long a new object has no state.
  package var firstLook: Duration = .zero
  /// How long an in-place restore, more than others, has no state.
  package var restoreLag: Duration = .zero
  /// How long the finalizer of a deleted copy or application takes.
  package var deletion: Duration = .seconds(1)

  // What is shown.

  /// Whether a run is `Completed` before its claims are bound and its pods are available.
  package var completesEarly = true
  /// Whether states are written with a small first letter.
  package var writesSmallStates = false
  /// Whether a restore names the application that it made.
  package var showsApplication = true
  /// Whether answers say what time it is.
  package var tellsTime = true
  /// Whether copies say that hooks ran.
  package var showsHookResults = true
  /// The version, in the tag of the controller's image; empty: a tag that says nothing.
  package var version = "26.06.0"
  /// The version in the controller's labels `app.kubernetes.io/version` and `helm.sh/chart`; empty: not there.
  package var labelledVersion = ""
  package var chartVersion = ""

  // What is done.

  /// Whether an in-place restore gives claims back with new uids.
  package var replacesClaims = true
  /// Whether an in-place restore that fails leaves schedules disabled.
  package var failureLeavesSchedulesDisabled = true
  /// Whether an in-place restore that succeeds leaves schedules disabled.
  package var successLeavesSchedulesDisabled = false
  /// The state of copies that an in-place restore has cancelled.
  package var cancelledState = "Failed"
  /// Whether a run waits, `Blocked`, while another holds the lock of its application.
  package var blocks = true
  /// Whether the annotations of a source's namespace are copied onto a clone's.
  package var copiesNamespaceAnnotations = true
  /// Whether the validators refuse a second in-place restore while one is under way.
  package var refusesSecondRestore = false
  /// Whether deleting an application takes its copies along.
  package var deletionTakesCopies = true
  /// Whether a failed restore into other namespaces leaves something behind.
  package var failedCloneLeavesContent = true
  /// Whether an in-place restore gives a service another address.
  package var restoreKeepsAddress = true
  /// What restores leave out, by the names of the objects: a product that says `Completed` all the same.
  package var forgets: Set<String> = []
  /// Which claims stay unbound after a restore, by name.
  package var leavesUnbound: Set<String> = []
  /// What runs that are `Completed` warn of.
  package var warnings: [String] = []
  /// The validators are down, or do not answer.
  package var webhooksAreDown = false
  package var webhooksHang = false
  /// The controller is away: nothing begins, and nothing goes on.
  package var controllerIsAway = false
  /// The object storage cannot be reached: what would read or write it fails.
  package var vaultsAreUnavailable = false

  /// A product that does nothing unusual.
  package init() {}
}
