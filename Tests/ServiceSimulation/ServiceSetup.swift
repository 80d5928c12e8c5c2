package import Timing

/// A simulated service before it starts: the worked example's situation, to be changed and then started.
package protocol ServiceSetup: Sendable {
  /// How the service will behave.
  var behaviour: ServiceBehaviour { get set }
  /// The calendar time at the start, by the clock of the steps' machine.
  var startTime: Timestamp { get }

  /// Lets the nth operation of its kind go wrong.
  mutating func add(_ fault: OperationFault)
  /// The operations that will go wrong.
  var operationFaults: [OperationFault] { get }
  /// Refuses the first in-place restores that are asked for.
  mutating func refuseRestores(_ count: Int, because reason: RefusalReason)

  /// Makes the service an older release, with the API that it had.
  mutating func useOlderRelease()
  /// Halves the length of every operation, so that each state is still seen in several looks.
  mutating func halveLengths()
  /// Draws how the service behaves wherever its documentation leaves that open.
  mutating func drawBehaviour(_ random: inout SeededRandom)
  /// Draws which release the service is.
  mutating func drawRelease(_ random: inout SeededRandom)

  /// Starts it.
  func start() -> any SimulatedService
}
