/// What an application is reached by from outside, as far as its own description fixes it: a clone claims the same.
package struct FixedAddresses: Sendable {
  /// Each with the object that claims it: `host "shop.example.com" of Ingress "shop"`.
  package var claims: [String]
  /// Those that the cluster may have chosen by itself, so that a clone need not get the same.
  package var possibleClaims: [String]
  /// Whether the clone would claim them beside the application, in one cluster.
  package var areShared: Bool
  /// What may not be seen, as nouns.
  package var notTold: [String]

  /// Begins with nothing found.
  package init(areShared: Bool) {
    (claims, possibleClaims, notTold) = ([], [], [])
    self.areShared = areShared
  }
}

/// Whether there is room for a clone where it is to be.
package struct RoomForClone: Sendable {
  /// A limit that the clone would exceed.
  package struct Lack: Hashable, Sendable {
    /// What sets the limit, and where: `quota "team" of namespace "shop-debug"`.
    package var limit: String
    /// What is limited: `requests.storage`.
    package var resource: String
    /// How much is used, allowed and needed, as the service writes amounts: `3Gi`.
    package var used: String
    package var hard: String
    package var needed: String

    /// Names a lack.
    package init(limit: String, resource: String, used: String, hard: String, needed: String) {
      (self.limit, self.resource, self.used) = (limit, resource, used)
      (self.hard, self.needed) = (hard, needed)
    }

    /// For messages: `quota "team" of namespace "shop-debug": requests.storage: 3Gi of 10Gi used, 8Gi needed`.
    package var title: String { "\(limit): \(resource): \(used) of \(hard) used, \(needed) needed" }
  }

  package var lacks: [Lack] = []
  /// What may not be seen, as nouns.
  package var notTold: [String] = []

  /// Begins with nothing found.
  package init() {}
}

/// Which version of a service does the work on a cluster.
package enum ServiceVersion: Hashable, Sendable {
  /// The service is not on the cluster.
  case elsewhere
  case notTold
  /// Its version, and why a newer one is recommended, as a clause; nil if it is new enough.
  case known(String, advice: String?)
}
