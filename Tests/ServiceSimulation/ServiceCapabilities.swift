/// What the API of a service can do at all, however the service behaves.
package struct ServiceCapabilities: Sendable {
  /// Whether a clone can be given other namespaces and a storage class.
  package var mapsNamespaces: Bool
  /// Whether applications tell when they were modified.
  package var datesModifications: Bool

  /// Whether an id that a step hands on has several parts, of which the last one is the object's own.
  package var idsHaveParts = false

  /// How many backups the clone of a live application on another cluster takes.
  package var backupsOfAClone = 0

  /// Whether a cluster can be one that takes no clones.
  package var refusesClonesByCluster = true

  /// Whether clones and in-place restores, too, can end as `removed`.
  package var restoresEndRemoved = false

  /// Whether clones and in-place restores tell of hooks that failed, so that they are not whole.
  package var restoresCountHooks = false

  /// Whether each cluster is reached by itself, so that a step goes on without one that it only looks at.
  package var clustersAreApart = false

  /// How many times as many requests one look at an application takes as where that is one object.
  package var requestsOfALook = 1

  /// How many lists tell what is in a namespace, which is looked at before it is removed; none where it stays.
  package var listsOfANamespace = 0

  /// Whether an in-place restore takes several changes: what an application held is put aside before the restore begins.
  package var restoresByChanges = false

  /// Whether an application is a namespace, and whoever reads that reads whether it is there.
  package var namespacesAreApplications = false

  /// Whether what a run has made says by which it was made.
  package var tellsRuns = false

  /// Whether it is seen of an application whether a restore has replaced its volumes.
  package var showsReplacedClaims = false

  /// Makes the capabilities.
  package init(mapsNamespaces: Bool, datesModifications: Bool) {
    (self.mapsNamespaces, self.datesModifications) = (mapsNamespaces, datesModifications)
  }
}
