/// An application under protection.
package struct Application: Sendable {
  package let id: String
  package internal(set) var name: String
  package let cluster: String
  package internal(set) var namespaces: [String]
  package internal(set) var state: String
  /// What it holds; nil while a clone has nothing yet.
  package internal(set) var content: Content?
  /// Where its front page is served, as `host:port`.
  package internal(set) var address: String
  /// Virtual time of its definition; negative before the scenario's start.
  package let created: Duration
  package internal(set) var sourceAppID: String?
  package internal(set) var backupID: String?
  package internal(set) var snapshotID: String?
  /// The recovery points that it was restored in place from, to the end, in order.
  package internal(set) var restoredFrom: [String] = []
  var sourceCluster: String?
  var stateDetails: [StateDetail] = []
  var modified: Duration
  var collected: Duration
  var mapping: [Mapping] = []
  /// Namespaces that are shown once the application has been discovered.
  var pendingNamespaces: [String] = []
  var labels: [Mapping] = []
  /// The names of its execution hooks.
  var hooks: [String] = []
  var supportsSnapshots = true
  var supportsClones = true
  var supportsSelectiveRestore = true
  /// What its resources are called: its first name, or that of its source.
  var workload: String
  /// Resources that are gone, and such as came, by name.
  package internal(set) var lostAssets: Set<String> = []
  package internal(set) var strayAssets: [String] = []

  init(
    id: String, name: String, cluster: String, namespaces: [String], state: String, address: String,
    created: Duration
  ) {
    (self.id, self.name, self.cluster, self.namespaces) = (id, name, cluster, namespaces)
    (self.state, self.address, self.created) = (state, address, created)
    (modified, collected) = (created, created)
    workload = name
  }
}

/// A reason for a state, as the API shows it in `stateDetails`.
struct StateDetail: Equatable, Sendable {
  var title: String
  var detail: String
}

/// One pair of a namespace mapping.
struct Mapping: Equatable, Sendable {
  var source: String
  var destination: String
}

/// What goes on running when an application is no longer managed.
struct Workload: Sendable {
  var name: String
  var cluster: String
  var namespaces: [String]
  var content: Content?
  var address: String
}

/// One line of the activity that users see.
struct Notification: Sendable {
  var id: String
  var name: String
  var summary: String
  var description: String
  var severity: String
  var time: Duration
  var resource: String
  var application: String
  var resourceType: String
}
