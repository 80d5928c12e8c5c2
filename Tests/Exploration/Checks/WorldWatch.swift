package import ServiceSimulation
package import SimulatedBackend

/// Watches from the outside, at every event of a case, for what only one service can come to.
package protocol WorldWatch: AnyObject {
  /// Takes one look at the world before something happens.
  func look(_ world: any SimulatedService, before event: SiteEvent)
  /// An attempt has ended: what it wrote to its streams, and its exit code; nil if it was killed.
  func hear(_ said: String, code: Int32?, _ world: any SimulatedService)
  /// What must not be, so far; with `isComplete`, as after a run that has done all that it is for.
  func violations(_ world: any SimulatedService, isComplete: Bool) -> [String]
}

/// Begins to watch a world; the second value says whether others than the steps will change it.
package typealias WorldWatchMaker = @Sendable (any SimulatedService, Bool) -> any WorldWatch
