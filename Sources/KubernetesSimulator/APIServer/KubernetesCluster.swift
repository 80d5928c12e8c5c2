package import SimulatorSupport

/// The API server of one cluster with all its objects; a value: a copy is the cluster at that moment.
package struct KubernetesCluster: Sendable, StreamSource {
  package let name: String
  /// The objects as the controllers see them: no access rules, no validation.
  package var store: ObjectStore
  /// The products' validators, asked after the schema, for a dry run too.
  package var admissionPlugins: [any AdmissionPlugin] = []
  /// Who can show a token.
  package var users: [User] = []
  /// Every request that was allowed, in order.
  package internal(set) var requests: [AuthorizedRequest] = []
  var random: SeededRandom

  /// A cluster with its namespaces of the beginning, and nobody who may do anything.
  package init(name: String, startTime: WallTime, kinds: [KindDefinition], seed: UInt64) {
    self.name = name
    random = SeededRandom(seed: seed &+ 1)
    store = ObjectStore(startTime: startTime, kinds: kinds, seed: seed)
    for namespace in ["default", "kube-node-lease", "kube-public", "kube-system"] {
      store.create("namespaces", ["metadata": ["name": .string(namespace)]])
    }
  }

  /// How long the cluster has been running.
  package var now: Duration { store.now }
  /// What the server does one way or another.
  package var settings: ServerSettings {
    get { store.settings }
    set { store.settings = newValue }
  }

  /// When something will happen by itself next; nil: nothing.
  package var nextChange: Duration? { store.nextChange }

  /// Lets time pass up to a moment since the start, with everything that happens on the way.
  package mutating func advance(to moment: Duration) { store.advance(to: moment) }
}

/// A request that the access rules let by.
package struct AuthorizedRequest: Hashable, Sendable {
  package var user: String
  /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
  package var verb: String
  /// With its group, and a subresource behind a slash: `backups.velero.io`, `pods/log`; of other paths the path.
  package var resource: String
  package var namespace: String?
  package var name: String?

  /// The record of a request.
  package init(user: String, verb: String, resource: String, namespace: String?, name: String?) {
    (self.user, self.verb, self.resource) = (user, verb, resource)
    (self.namespace, self.name) = (namespace, name)
  }
}
